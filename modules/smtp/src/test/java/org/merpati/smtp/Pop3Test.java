package org.merpati.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.wire.Connection;
import org.merpati.wire.InternalErrors;
import org.merpati.wire.Listener;
import org.merpati.wire.Network;

class Pop3Test {
    private final Network network = new Network("test", 1);
    private final long bugs = InternalErrors.count();
    private final Drop drop = new Drop();
    private Listener listener = door(new Door());

    @BeforeEach
    void letters() {
        drop.letters.put("u1", "Subject: one\r\n\r\nfirst\r\n.\r\n..two dots\r\nlast");
        drop.letters.put("u2", "Subject: two\r\n\r\n1\r\n2\r\n3\r\n");
        drop.letters.put("u3", "Subject: f\u00fcnf\r\n\r\n");
    }

    @AfterEach
    void close() {
        network.close();
        assertThat(InternalErrors.count()).isEqualTo(bugs);
    }

    /** A maildrop in memory. */
    private static final class Drop implements Maildrop {
        private final Map<String, String> letters = new LinkedHashMap<>();
        private final Set<String> seen = new TreeSet<>();
        private boolean taken;
        private boolean away;

        @Override
        public List<Letter> letters() {
            List<Letter> list = new ArrayList<>();
            letters.forEach((uidl, text) -> list.add(new Letter(uidl, octets(text).length)));
            return list;
        }

        private static byte[] octets(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public InputStream open(String uidl) {
            here();
            String text = letters.get(uidl);
            if (text == null) {
                throw new Refused(Refused.Reason.NONEXISTENT, "it is gone");
            }
            return new ByteArrayInputStream(octets(text));
        }

        private void here() {
            if (away) {
                throw new TryLater("this node does not lead shard-1 now");
            }
        }

        @Override
        public void finish(Set<String> read, Set<String> deleted) {
            here();
            seen.addAll(read);
            letters.keySet().removeAll(deleted);
        }

        @Override
        public void close() {
            taken = false;
        }
    }

    private final class Door implements Pop3Door {
        @Override
        public Entered enter(Connection client, String user, String password, String authorization) {
            if (!user.equals("bud\u00ed") || !password.equals("se cr\u00e9t") || !authorization.isEmpty()) {
                throw new Refused(Refused.Reason.AUTHENTICATION_FAILED, "name or password is wrong");
            }
            if (drop.taken) {
                throw new Refused(Refused.Reason.LIMIT, "another session has this maildrop");
            }
            drop.taken = true;
            return new Entered.Here(drop);
        }
    }

    private Listener door(Pop3Door door) {
        Pop3Config config = new Pop3Config("pop.example.org", Optional.empty(), true, 3, Duration.ofSeconds(10));
        try {
            InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
            return network.listen("pop3", any, Optional.empty(), 10, new Pop3Service(config, door));
        } catch (IOException cannot) {
            throw new java.io.UncheckedIOException(cannot);
        }
    }

    /** Sends lines at once and reads until the server closes. */
    private String say(String... lines) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", listener.address().getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(Drop.octets(String.join("\r\n", lines) + "\r\n"));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static final String[] LOGIN = {"USER bud\u00ed", "PASS se cr\u00e9t"};
    private static final String GREETING =
            "+OK pop.example.org Merpati POP3 ready\r\n+OK and the password\r\n+OK 3 messages\r\n";

    private static String[] in(String... lines) {
        List<String> all = new ArrayList<>(List.of(LOGIN));
        all.addAll(List.of(lines));
        return all.toArray(String[]::new);
    }

    @Test
    void messagesAreListedReadAndDeleted() throws IOException {
        assertThat(say(in("STAT", "LIST", "LIST 2", "UIDL", "UIDL 3", "RETR 1", "TOP 2 1", "DELE 2", "LIST", "QUIT")))
                .isEqualTo(GREETING + """
                        +OK 3 %d\r
                        +OK 3 %d\r
                        1 %d\r
                        2 %d\r
                        3 %d\r
                        .\r
                        +OK 2 %d\r
                        +OK unique-id listing follows\r
                        1 u1\r
                        2 u2\r
                        3 u3\r
                        .\r
                        +OK 3 u3\r
                        +OK Message follows\r
                        Subject: one\r
                        \r
                        first\r
                        ..\r
                        ...two dots\r
                        last\r
                        .\r
                        +OK Message follows\r
                        Subject: two\r
                        \r
                        1\r
                        .\r
                        +OK Message deleted\r
                        +OK 2 %d\r
                        1 %d\r
                        3 %d\r
                        .\r
                        +OK until next time\r
                        """.formatted(85, 85, 42, 25, 18, 25, 60, 42, 18));
        assertThat(drop.letters).containsOnlyKeys("u1", "u3");
        assertThat(drop.seen).containsExactly("u1");
        assertThat(drop.taken).isFalse();
    }

    @Test
    void whatIsDeletedStaysWithoutQuit() throws IOException {
        assertThat(say(in("DELE 1", "DELE 2"))).endsWith("+OK Message deleted\r\n+OK Message deleted\r\n");
        assertThat(say(in("DELE 1", "RSET", "QUIT"))).endsWith("+OK until next time\r\n");
        assertThat(drop.letters).hasSize(3);
        assertThat(drop.taken).isFalse();
    }

    @Test
    void deletionsThatAreNotMadeAreNotAcknowledged() throws IOException {
        drop.away = true;
        assertThat(say(in("RETR 1", "DELE 2", "QUIT")))
                .contains("-ERR [SYS/TEMP] this node does not lead shard-1 now\r\n")
                .endsWith(
                        "-ERR [SYS/TEMP] what was deleted may still be there: this node does not lead shard-1 now\r\n");
        assertThat(drop.letters).hasSize(3);
    }

    @Test
    void aMaildropIsOpenedOnce() throws IOException {
        drop.taken = true;
        assertThat(say(in("STAT"))).contains("-ERR [IN-USE] another session has this maildrop\r\n-ERR");
    }

    @Test
    void loginsRightAndWrong() throws IOException {
        assertThat(say("PASS x", "USER", "USER b", "PASS wrong", "AUTH PLAIN AGIAYg==", "NOOP"))
                .contains("-ERR USER comes before PASS\r\n-ERR USER and a name")
                .endsWith("-ERR [SYS/TEMP] too many failures\r\n");
        String plain = java.util.Base64.getEncoder().encodeToString(Drop.octets("\0bud\u00ed\0se cr\u00e9t"));
        assertThat(say("AUTH PLAIN " + plain, "QUIT")).contains("+OK 3 messages\r\n+OK until");
        assertThat(say("AUTH PLAIN", plain, "STAT", "AUTH PLAIN " + plain, "QUIT"))
                .contains("\r\n+ \r\n+OK 3 messages\r\n+OK 3 85\r\n-ERR you are logged in already\r\n+OK until");
        assertThat(say("AUTH", "AUTH PLAIN", "*", "AUTH CRAM-MD5", "QUIT"))
                .contains("+OK mechanisms follow\r\nPLAIN\r\n.\r\n+ \r\n-ERR the login was given up\r\n-ERR the only");
    }

    @Test
    void capabilitiesAreThoseThatWork() throws IOException {
        String before = say("CAPA", "UTF8", "QUIT");
        assertThat(before.lines())
                .contains(
                        "TOP",
                        "UIDL",
                        "PIPELINING",
                        "RESP-CODES",
                        "AUTH-RESP-CODE",
                        "EXPIRE NEVER",
                        "UTF8 USER",
                        "USER",
                        "SASL PLAIN",
                        "IMPLEMENTATION Merpati")
                .doesNotContain("STLS");
        assertThat(say(in("CAPA", "QUIT")).lines()).contains("TOP", "UIDL").doesNotContain("USER", "SASL PLAIN");
    }

    @Test
    void anythingMayBeSent() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random chance = new Random(seed);
        List<String> words = List.of(
                "STAT",
                "LIST",
                "UIDL",
                "RETR",
                "DELE",
                "TOP",
                "RSET",
                "NOOP",
                "CAPA",
                "USER",
                "PASS",
                "AUTH",
                "STLS",
                "UTF8",
                "LANG",
                "",
                "-1",
                "0",
                "1",
                "2",
                "4",
                "99999999999999999999",
                "\u00e9",
                "\0",
                "x".repeat(2_000));
        for (int i = 0; i < 200; i++) {
            List<String> lines = new ArrayList<>(chance.nextBoolean() ? List.of(LOGIN) : List.of());
            for (int n = chance.nextInt(10); n > 0; n--) {
                StringBuilder line = new StringBuilder(words.get(chance.nextInt(words.size())));
                for (int more = chance.nextInt(3); more > 0; more--) {
                    line.append(' ').append(words.get(chance.nextInt(words.size())));
                }
                lines.add(line.toString());
            }
            String said = say(lines.toArray(String[]::new));
            assertThat(said).as("seed %d: %s", seed, lines).startsWith("+OK");
            assertThat(drop.letters).hasSize(3);
        }
    }
}
