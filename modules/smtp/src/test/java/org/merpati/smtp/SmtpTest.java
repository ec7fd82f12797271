package org.merpati.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.kernel.Address;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.merpati.wire.InternalErrors;
import org.merpati.wire.Listener;
import org.merpati.wire.Network;

class SmtpTest {
    private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Network network = new Network("test", 1);
    private final Kept kept = new Kept();
    private final long bugs = InternalErrors.count();

    @AfterEach
    void close() {
        network.close();
        assertThat(InternalErrors.count()).isEqualTo(bugs);
    }

    /** A reception that keeps what it takes. */
    private static final class Kept implements Reception {
        private final List<byte[]> messages = new ArrayList<>();
        private final List<Envelope> envelopes = new ArrayList<>();

        @Override
        public Address login(Client client, String name, String password) {
            if (!password.equals("secret")) {
                throw new Refused(Refused.Reason.AUTHENTICATION_FAILED, "name or password is wrong");
            }
            return Address.parse(name);
        }

        @Override
        public void sender(Client client, Envelope begun) {
            if (begun.senderText().startsWith("later")) {
                throw new TryLater("not now");
            }
        }

        @Override
        public void recipient(Client client, Envelope envelope, Envelope.Recipient recipient) {
            if (recipient.address().local().startsWith("no")) {
                throw new Refused(Refused.Reason.NONEXISTENT, "nobody here has that address");
            }
        }

        @Override
        public Incoming accept(Client client, Envelope envelope) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            return new Incoming() {
                @Override
                public OutputStream body() {
                    return body;
                }

                @Override
                public List<Reply> finish() {
                    messages.add(body.toByteArray());
                    envelopes.add(envelope);
                    List<Reply> replies = new ArrayList<>();
                    envelope.recipients().forEach(r -> replies.add(new Reply(250, "2.0.0 kept for " + r.address())));
                    return client.protocol().startsWith("LMTP") ? replies : List.of(new Reply(250, "2.0.0 kept"));
                }

                @Override
                public void close() {
                    // Nothing is open.
                }
            };
        }
    }

    private Listener listen(SmtpConfig.Kind kind) throws IOException {
        SmtpConfig config = new SmtpConfig(kind, "mx.example.org", Optional.empty(), true, 100_000, 3, LIMIT);
        return network.listen("smtp", ANY, Optional.empty(), 100, new SmtpService(config, kept));
    }

    /** Sends octets as they are and reads until the server closes or says no more. */
    private static String raw(Listener listener, String octets) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", listener.address().getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(octets.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static final String BEGIN = "EHLO me\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n";

    @Test
    void aPipelinedDialogueIsAnsweredLineByLine() throws IOException {
        try (Listener listener = listen(SmtpConfig.Kind.RELAY)) {
            String said = raw(listener, BEGIN + "Subject: x\r\n\r\n..dot\r\nend\r\n.\r\nQUIT\r\n");
            assertThat(said.lines().map(l -> l.substring(0, 3)).distinct()).containsExactly("220", "250", "354", "221");
            assertThat(said).contains("250-PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 100000");
            assertThat(said).doesNotContain("AUTH", "STARTTLS", "XMERPATI");
            assertThat(kept.messages.getFirst()).asString().isEqualTo("Subject: x\r\n\r\n.dot\r\nend\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\n.\nMAIL FROM:<evil@example.net>\r\n.\r\n",
                "x\n.\r\nMAIL FROM:<e@x>\r\n.\r\n",
                "x\r\n.\nMAIL FROM:<e@x>\r\n.\r\n",
                "x\r.\r\nMAIL FROM:<e@x>\r\n.\r\n",
                "x\r\n.\rMAIL FROM:<e@x>\r\n.\r\n",
                "x\r.\rMAIL\r\n.\r\n",
                "\n.\r\nMAIL\r\n.\r\n",
                ".\nMAIL FROM:<e@x>\r\n.\r\n",
                "x\r\n.\r\r\nMAIL\r\n.\r\n",
                "x\r\r\n.\r\n",
                "bare\nlf\r\n.\r\n",
                "bare\rcr\r\n.\r\n",
                "x\n\n.\n\nMAIL\r\n.\r\n"
            })
    void dataThatMayHideACommandIsRefusedAndTheConnectionEnds(String data) throws IOException {
        try (Listener listener = listen(SmtpConfig.Kind.RELAY)) {
            String said = raw(listener, BEGIN + data + "NOOP\r\n");
            assertThat(said).contains("554 5.6.0").doesNotContain("250 2.0.0");
            assertThat(said.substring(said.indexOf("554"))).hasLineCount(1);
            assertThat(kept.messages).isEmpty();
        }
    }

    @Test
    void whatIsWrongIsAnsweredWithTheRightCode() throws IOException {
        try (Listener listener = listen(SmtpConfig.Kind.RELAY)) {
            assertThat(raw(listener, "MAIL FROM:<a@b.org>\r\n")).contains("503");
            assertThat(raw(listener, "EHLO me\r\nRCPT TO:<a@b.org>\r\n")).contains("503");
            assertThat(raw(listener, "EHLO me\r\nDATA\r\n")).contains("503");
            assertThat(raw(listener, "EHLO me\r\nMAIL FROM:<a@b.org>\r\nDATA\r\n"))
                    .contains("554 5.5.1");
            assertThat(raw(listener, "EHLO me\r\nMAIL FROM:<later@b.org>\r\n")).contains("451 4.3.0 not now");
            assertThat(raw(listener, "EHLO me\r\nMAIL FROM:<a@b.org>\r\nRCPT TO:<no@b.org>\r\n"))
                    .contains("550 5.1.1");
            assertThat(raw(listener, "EHLO me\r\nMAIL FROM:<a@b.org> SIZE=200000\r\n"))
                    .contains("552 5.3.4");
            assertThat(raw(listener, "EHLO me\r\nMAIL FROM:<a@b.org>\r\nRCPT TO:<x@b.org>  A=1  A=1\r\n"))
                    .contains("\r\n5");
            assertThat(raw(listener, "EHLO me\r\nFROB\r\n")).contains("500");
            assertThat(raw(listener, "EHLO me\r\nAUTH PLAIN AGEAYg==\r\n")).contains("\r\n50");
            assertThat(raw(listener, "EHLO " + "x".repeat(9000) + "\r\nNOOP\r\n"))
                    .contains("500 5.5.2")
                    .contains("250");
        }
    }

    @Test
    void aMessageOverTheLimitIsRefusedWhole() throws IOException {
        try (Listener listener = listen(SmtpConfig.Kind.RELAY)) {
            String said = raw(listener, BEGIN + "line\r\n".repeat(30_000) + ".\r\nNOOP\r\n");
            assertThat(said).contains("552 5.3.4").endsWith("\r\n");
            assertThat(said.lines().reduce("", (a, b) -> b)).startsWith("250");
            assertThat(kept.messages).isEmpty();
        }
    }

    @Test
    void oneRecipientMoreThanTheLimitIsPutOff() throws IOException {
        try (Listener listener = listen(SmtpConfig.Kind.RELAY)) {
            String said = raw(listener, "EHLO me\r\nMAIL FROM:<>\r\n" + "RCPT TO:<b@example.org>\r\n".repeat(4));
            assertThat(said).contains("452 4.5.3 too many recipients: at most 3");
        }
    }

    @Test
    void submissionWantsALogin() throws IOException {
        try (Listener listener = listen(SmtpConfig.Kind.SUBMISSION)) {
            assertThat(raw(listener, "EHLO me\r\nMAIL FROM:<a@b.org>\r\n"))
                    .contains("AUTH")
                    .contains("530 5.7.0");
            String plain = java.util.Base64.getEncoder()
                    .encodeToString("\0budi@b.org\0secret".getBytes(StandardCharsets.US_ASCII));
            String wrong =
                    java.util.Base64.getEncoder().encodeToString("\0budi@b.org\0x".getBytes(StandardCharsets.US_ASCII));
            assertThat(raw(listener, "EHLO me\r\nAUTH PLAIN " + wrong + "\r\n")).contains("535 5.7.8");
            assertThat(raw(listener, "EHLO me\r\nAUTH PLAIN\r\n" + plain + "\r\nMAIL FROM:<a@b.org>\r\n"))
                    .contains("235 2.7.0", "250 2.1.0");
        }
    }

    @Test
    void theClientSendsWhatTheServerKeepsOctetForOctet() throws IOException {
        long seed = 11;
        Random chance = new Random(seed);
        try (Listener listener = listen(SmtpConfig.Kind.RELAY)) {
            for (int i = 0; i < 50; i++) {
                byte[] message = message(chance);
                try (SmtpClient client = client(listener, false)) {
                    client.send(envelope("b@example.org"), out -> out.write(message), () -> {});
                }
                assertThat(kept.messages.getLast())
                        .as("seed %d, message %d", seed, i)
                        .isEqualTo(message);
            }
        }
    }

    /** Lines of chance, many with dots at their beginning. */
    private static byte[] message(Random chance) {
        StringBuilder text = new StringBuilder();
        for (int line = chance.nextInt(200); line >= 0; line--) {
            text.append(".".repeat(chance.nextInt(3)));
            for (int c = chance.nextInt(60); c > 0; c--) {
                text.append((char) (32 + chance.nextInt(220)));
            }
            text.append("\r\n");
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private SmtpClient client(Listener listener, boolean lmtp) throws IOException {
        return SmtpClient.greet(
                network.connect(listener.address(), LIMIT, Optional.empty()), "me", lmtp, Optional.empty(), LIMIT);
    }

    private static Envelope envelope(String... recipients) {
        return new Envelope(
                Optional.of(Address.parse("a@example.net")),
                Map.of(),
                Arrays.stream(recipients)
                        .map(Address::parse)
                        .map(Envelope.Recipient::of)
                        .toList());
    }

    @Test
    void lmtpAnswersForEachRecipientAndTakesASecondTransaction() throws IOException {
        try (Listener listener = listen(SmtpConfig.Kind.LMTP);
                SmtpClient client = client(listener, true)) {
            for (int i = 0; i < 3; i++) {
                List<Reply> replies = client.send(
                        envelope("b@example.org", "no@example.org", "c@example.org"), out -> out.write('x'), () -> {});
                assertThat(replies).extracting(Reply::code).containsExactly(250, 550, 250);
                assertThat(replies.getLast().text()).contains("c@example.org");
            }
            assertThat(client.send(envelope("no@example.org"), out -> out.write('x'), () -> {}))
                    .extracting(Reply::code)
                    .containsExactly(550);
            assertThat(kept.messages).hasSize(3);
        }
    }

    @Test
    void aRefusalOfTheSenderIsThrownAndTheConnectionGoesOn() throws IOException {
        try (Listener listener = listen(SmtpConfig.Kind.RELAY);
                SmtpClient client = client(listener, false)) {
            Envelope later = new Envelope(
                    Optional.of(Address.parse("later@x.org")),
                    Map.of(),
                    envelope("b@x.org").recipients());
            assertThatThrownBy(() -> client.send(later, out -> out.write('x'), () -> {}))
                    .isInstanceOfSatisfying(
                            SmtpRefusal.class, r -> assertThat(r.reply().code()).isEqualTo(451));
            assertThat(client.send(envelope("b@x.org"), out -> out.write('x'), () -> {})
                            .getFirst()
                            .positive())
                    .isTrue();
        }
    }

    @Test
    void anyOctetsAreReadWithoutAnError() throws IOException {
        long seed = 5;
        Random chance = new Random(seed);
        String[] words = {
            "EHLO x",
            "MAIL FROM:<a@b.c>",
            "RCPT TO:<b@c.d>",
            "DATA",
            "\r\n",
            "\n",
            "\r",
            ".",
            "<",
            ">",
            ":",
            "=",
            " ",
            "RSET",
            "\0",
            "é",
            "AUTH PLAIN",
            "SIZE=1",
            "STARTTLS",
            "VRFY",
            "HELP",
            "EXPN",
            "BDAT"
        };
        try (Listener listener = listen(SmtpConfig.Kind.SUBMISSION)) {
            for (int i = 0; i < 100; i++) {
                StringBuilder octets = new StringBuilder("EHLO me\r\n");
                for (int w = 0; w < 60; w++) {
                    octets.append(words[chance.nextInt(words.length)]);
                }
                assertThat(raw(listener, octets.append("\r\n").toString()))
                        .as("seed %d, run %d", seed, i)
                        .startsWith("220 ");
            }
        }
        assertThat(new LineReader(new ByteArrayInputStream(new byte[0])).line(10))
                .isNull();
    }

    @Test
    void theWayToAShardsLeaderSurvivesItsReply() {
        Route route = new Route(GroupName.shard(2), new NodeName("gszimbra2"), new Epoch(17));
        Reply reply = Reply.of(new TryLater("this node does not lead shard-2 now", route));
        assertThat(NodeParameters.moved(reply)).contains(route);
        assertThat(NodeParameters.moved(new Reply(451, "4.3.0 try again"))).isEmpty();
    }
}
