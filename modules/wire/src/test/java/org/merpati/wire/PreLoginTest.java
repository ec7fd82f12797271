package org.merpati.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreLoginTest {
    /** A connection whose input is known beforehand. */
    private record Canned(ByteArrayInputStream input, ByteArrayOutputStream output, boolean secure)
            implements Connection {
        Canned(String input, boolean secure) {
            this(
                    new ByteArrayInputStream(input.getBytes(StandardCharsets.ISO_8859_1)),
                    new ByteArrayOutputStream(),
                    secure);
        }

        String said() {
            return output.toString(StandardCharsets.ISO_8859_1).replace("\r\n", "|");
        }

        @Override
        public String name() {
            return "canned";
        }

        @Override
        public InetSocketAddress remote() {
            return InetSocketAddress.createUnresolved("client", 1);
        }

        @Override
        public InetSocketAddress local() {
            return InetSocketAddress.createUnresolved("server", 143);
        }

        @Override
        public InputStream in() {
            return input;
        }

        @Override
        public OutputStream out() {
            return output;
        }

        @Override
        public Optional<X509Certificate> peerCertificate() {
            return Optional.empty();
        }

        @Override
        public void startTls(SSLContext context) throws IOException {
            throw new IOException("no TLS in a can");
        }

        @Override
        public void idleTimeout(Duration limit) {
            assertThat(limit).isNotNull();
        }

        @Override
        public boolean open() {
            return true;
        }

        @Override
        public void close() {
            input.skip(Long.MAX_VALUE);
        }
    }

    private static PreLogin.Settings settings() {
        return new PreLogin.Settings("Merpati", false, Optional.empty(), 3, 5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "a LOGIN u p| => a u/p/",
                "a login \"u \\\"x\" {3}|a b| => a u \"x/a b/",
                "a LOGIN {1+}|u {0+}|| => a u//",
                "a.1] AUTHENTICATE plain AHUAcA==| => a.1] u/p/",
                "a AUTHENTICATE PLAIN|AHUAcA==| => a u/p/",
                "a AUTHENTICATE PLAIN egB1AHA=| => a u/p/z",
                "a NOOP||b CAPABILITY|c ID NIL|d LOGIN u p| => d u/p/",
            })
    void credentials(String input, String expected) throws IOException {
        Canned connection = new Canned(input.replace("|", "\r\n") + "e NEXT\r\n", true);
        PreLogin.Credentials given = new PreLogin(connection, settings()).next().orElseThrow();
        String password = given.password().orElse("none");
        assertThat(given.tag() + " " + given.user() + "/" + password + "/" + given.authorization())
                .isEqualTo(expected);
        assertThat(given.toString()).doesNotContain("p/");
        assertThat(new String(connection.input.readAllBytes(), StandardCharsets.US_ASCII))
                .as("what was pipelined behind the login is left for the owner")
                .isEqualTo("e NEXT\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "a LOGIN u p| => a NO [PRIVACYREQUIRED] a login needs TLS: use STARTTLS first|",
                "a LOGOUT| => * BYE until next time|a OK done|",
                "a LOGIN u| => a BAD a space is missing at octet 10 of the command|",
                "a LOGIN u p q| => a BAD the end of the command is missing at octet 13 of the command|",
                "a LOGIN {99999}| => a BAD the literal of 99999 octets is too large|",
                "a LOGIN {1}| => + go on|",
                "+ LOGIN| => * BAD a tag is missing at octet 1 of the command|",
                "a AUTHENTICATE X| => a NO [CANNOT] the mechanisms here are PLAIN|",
                "a| => a BAD a space is missing at octet 2 of the command|",
                "a b => ``",
                "`` => ``",
            })
    void answersInClear(String input, String expected) throws IOException {
        Canned connection = new Canned(input.replace("|", "\r\n"), false);
        assertThat(new PreLogin(connection, settings()).next()).isEmpty();
        assertThat(connection.said()).isEqualTo(expected);
    }

    @Test
    void tooManyMistakesEndTheConnection() throws IOException {
        Canned connection = new Canned("x y\r\n".repeat(100), true);
        assertThat(new PreLogin(connection, settings()).next()).isEmpty();
        assertThat(connection.said()).endsWith("x BAD 'Y' is no command before a login|* BYE too many failures|");
        assertThat(connection.said().split("BAD", -1)).hasSize(6);
    }

    @Test
    void anyInputEndsWithCredentialsOrTheEnd() throws IOException {
        long seed = Long.getLong("seed", 5L);
        System.out.println("seed " + seed);
        Random chance = new Random(seed);
        List<String> pieces = List.of(
                "a",
                " ",
                "LOGIN",
                "AUTHENTICATE PLAIN",
                "{3}\r\n",
                "{3+}\r\n",
                "{99999+}\r\n",
                "\r\n",
                "\n",
                "\"",
                "\\",
                "AHUAcA==",
                "\0",
                "\u00ff",
                "ID (",
                "NOOP",
                "STARTTLS",
                "{",
                "}",
                "*",
                "+",
                "CAPABILITY\r\n");
        int logins = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder input = new StringBuilder();
            for (int n = chance.nextInt(25); n > 0; n--) {
                input.append(pieces.get(chance.nextInt(pieces.size())));
            }
            Canned connection =
                    new Canned(input + (chance.nextBoolean() ? "" : "\r\nz LOGIN u p\r\n"), chance.nextBoolean());
            try {
                logins += new PreLogin(connection, settings()).next().isPresent() ? 1 : 0;
            } catch (EOFException endsInALiteral) {
                assertThat(connection.input.available()).isZero();
            }
        }
        assertThat(logins).isBetween(1, 19_999);
    }
}
