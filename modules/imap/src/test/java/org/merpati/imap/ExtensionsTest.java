package org.merpati.imap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.Clock;
import org.merpati.wire.SaslSource;

/** What a transcript cannot say: proofs, compressed octets, a clock that goes on. */
class ExtensionsTest {
    private static final byte[] SALT = {1, 2, 3, 4, 5, 6, 7, 8};
    private static final int ITERATIONS = 100;

    /** People whose password is known, and one token. */
    private static final class People implements SaslSource {
        @Override
        public boolean offersScram() {
            return true;
        }

        @Override
        public ScramKeys scram(String user) {
            byte[] salted = salted(user.equals("budi") ? "secret" : "nobody knows it");
            return new ScramKeys(ITERATIONS, SALT, sha256(hmac(salted, "Client Key")), hmac(salted, "Server Key"));
        }

        @Override
        public boolean offersBearer() {
            return true;
        }

        @Override
        public Optional<String> bearer(String user, String token) {
            return token.equals("the-token") ? Optional.of("siti") : Optional.empty();
        }
    }

    private static byte[] salted(String password) {
        try {
            PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), SALT, ITERATIONS, 256);
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (java.security.GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (java.security.GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (java.security.GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** A client that says a line and hears one. */
    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private InputStream in;
        private OutputStream out;

        Client(ImapFixture fixture) throws IOException {
            socket = fixture.connect();
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
            hear();
        }

        void say(String line) throws IOException {
            out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        String hear() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
                line.write(octet);
            }
            return line.toString(StandardCharsets.UTF_8).stripTrailing();
        }

        String ask(String line) throws IOException {
            say(line);
            return hear();
        }

        /** The octets that were sent are compressed from here on. */
        void compress() throws IOException {
            in = new InflaterInputStream(socket.getInputStream(), new Inflater(true), 1);
            out = new DeflaterOutputStream(socket.getOutputStream(), new Deflater(9, true), 512, true);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String line) {
        return new String(Base64.getDecoder().decode(line.substring(2)), StandardCharsets.UTF_8);
    }

    /** Speaks SCRAM as RFC 5802 has it; what the server's last word is. */
    private static String scram(Client client, String user, String password) throws IOException {
        String bare = "n=" + user + ",r=abc";
        String server = decoded(client.ask("a AUTHENTICATE SCRAM-SHA-256 " + encoded("n,," + bare)));
        assertThat(server).startsWith("r=abc").contains(",s=", ",i=" + ITERATIONS);
        String last = "c=biws,r=" + server.substring(2, server.indexOf(','));
        String signed = bare + "," + server + "," + last;
        byte[] clientKey = hmac(salted(password), "Client Key");
        byte[] signature = hmac(sha256(clientKey), signed);
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] ^= signature[i];
        }
        String answer = client.ask(encoded(last + ",p=" + Base64.getEncoder().encodeToString(clientKey)));
        if (answer.startsWith("+ ")) {
            byte[] verifier = hmac(hmac(salted(password), "Server Key"), signed);
            assertThat(decoded(answer)).isEqualTo("v=" + Base64.getEncoder().encodeToString(verifier));
            answer = client.ask("");
        }
        return answer;
    }

    @Test
    void scramProvesThePasswordAndTheServer() throws Exception {
        try (ImapFixture fixture = new ImapFixture(new People(), ImapFixture.STOPPED);
                Client client = new Client(fixture)) {
            assertThat(client.ask("a CAPABILITY"))
                    .contains(" AUTH=SCRAM-SHA-256 AUTH=OAUTHBEARER AUTH=XOAUTH2 AUTH=PLAIN");
            client.hear();
            assertThat(scram(client, "budi", "wrong")).startsWith("a NO [AUTHENTICATIONFAILED]");
            assertThat(scram(client, "nobody", "secret")).startsWith("a NO [AUTHENTICATIONFAILED]");
            assertThat(scram(client, "budi", "secret")).startsWith("a OK [CAPABILITY");
        }
    }

    @Test
    void aProofOfAnotherExchangeIsNone() throws Exception {
        try (ImapFixture fixture = new ImapFixture(new People(), ImapFixture.STOPPED);
                Client client = new Client(fixture)) {
            for (String last : new String[] {"c=biws,r=abc,p=AAAA", "c=eSws,r=abcd,p=AAAA", "x", "*"}) {
                client.ask("a AUTHENTICATE SCRAM-SHA-256 " + encoded("n,,n=budi,r=abc"));
                assertThat(client.ask(last.equals("*") ? last : encoded(last)))
                        .as(last)
                        .startsWith("a BAD ");
            }
            assertThat(client.ask("a AUTHENTICATE SCRAM-SHA-256 " + encoded("p=tls-unique,,n=budi,r=abc")))
                    .startsWith("a BAD SCRAM without channel binding");
        }
    }

    @Test
    void aTokenSpeaksForAnAccount() throws Exception {
        try (ImapFixture fixture = new ImapFixture(new People(), ImapFixture.STOPPED);
                Client client = new Client(fixture)) {
            String bad = encoded("n,a=siti,\1auth=Bearer wrong\1\1");
            assertThat(decoded(client.ask("a AUTHENTICATE OAUTHBEARER " + bad))).contains("invalid_token");
            assertThat(client.ask("AQ==")).startsWith("a NO [AUTHENTICATIONFAILED] the token");
            assertThat(client.ask("a AUTHENTICATE XOAUTH2 " + encoded("user=siti\1auth=Bearer the-token\1\1")))
                    .startsWith("a OK ");
        }
        try (ImapFixture fixture = new ImapFixture(new People(), ImapFixture.STOPPED);
                Client client = new Client(fixture)) {
            assertThat(client.ask("a AUTHENTICATE OAUTHBEARER")).isEqualTo("+");
            assertThat(client.ask(encoded("n,a=siti,\1host=x\1auth=Bearer the-token\1\1")))
                    .startsWith("a OK ");
        }
    }

    @Test
    void aCompressedSessionGoesOn() throws Exception {
        try (ImapFixture fixture = new ImapFixture();
                Client client = new Client(fixture)) {
            client.ask("a LOGIN budi secret");
            assertThat(client.ask("b COMPRESS GZIP")).startsWith("b BAD");
            assertThat(client.ask("c COMPRESS DEFLATE")).startsWith("c OK");
            assertThat(client.in.available()).as("octets behind the answer").isZero();
            client.compress();
            assertThat(client.ask("d COMPRESS DEFLATE")).startsWith("d NO [COMPRESSIONACTIVE]");
            assertThat(client.ask("e UNAUTHENTICATE")).startsWith("e BAD");
            String text = "Subject: x\r\n\r\n" + "all the same\r\n".repeat(5_000);
            assertThat(client.ask("f APPEND INBOX {" + text.length() + "+}\r\n" + text))
                    .startsWith("f OK");
            client.say("g EXAMINE INBOX");
            String line = client.hear();
            while (!line.startsWith("g ")) {
                line = client.hear();
            }
            assertThat(client.ask("h FETCH 1 BODY.PEEK[TEXT]")).endsWith("{70000}");
            for (int i = 0; i < 5_000; i++) {
                assertThat(client.hear()).isEqualTo("all the same");
            }
            assertThat(client.hear()).isEqualTo(")");
            assertThat(client.hear()).isEqualTo("h OK done");
        }
    }

    @Test
    void aLongSearchSaysHowFarItIs() throws Exception {
        Clock fast = new Clock() {
            private long now = ImapFixture.NOW;

            @Override
            public synchronized long millis() {
                now += 4_000;
                return now;
            }

            @Override
            public long nanos() {
                return 0;
            }
        };
        try (ImapFixture fixture = new ImapFixture(SaslSource.NONE, fast);
                Client client = new Client(fixture)) {
            client.ask("a LOGIN budi secret");
            for (int i = 0; i < 100; i++) {
                assertThat(client.ask("b APPEND INBOX {1+}\r\nx")).startsWith("b OK");
            }
            client.say("c EXAMINE INBOX");
            String line = client.hear();
            while (!line.startsWith("c ")) {
                line = client.hear();
            }
            assertThat(client.ask("d SEARCH FLAGGED")).matches("\\* OK \\[INPROGRESS \\(\"d\" \\d+ 100\\)\\] .*");
            line = client.hear();
            while (line.startsWith("* OK [INPROGRESS")) {
                line = client.hear();
            }
            assertThat(line).isEqualTo("* SEARCH");
        }
    }
}
