package org.merpati.imap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.imap.people.Logins;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;

/** What happens around the commands: lost leadership, refused logins in clear, the entry behind a proxy. */
class SessionTest {
    private static void play(ImapFixture fixture, String script) throws Exception {
        new Transcript("script", List.of(script.split("\n", -1)), fixture::connect).play();
    }

    @Test
    void aLoginInClearIsRefusedBeforeThePasswordIsJudged() throws Exception {
        try (ImapFixture fixture = new ImapFixture(false, Optional.of(SSLContext.getDefault()), 0)) {
            play(fixture, """
                    S: * OK [CAPABILITY <*> STARTTLS LOGINDISABLED] Merpati ready
                    C: a LOGIN budi secret
                    S: a NO [PRIVACYREQUIRED] a login needs TLS: use STARTTLS first
                    C: b AUTHENTICATE PLAIN AGJ1ZGkAc2VjcmV0
                    S: b NO [PRIVACYREQUIRED] <*>
                    C: c STARTTLS now
                    S: c BAD <*>
                    """);
        }
    }

    @Test
    void aMovedMailboxEndsTheSessionWithAGoodbye() throws Exception {
        try (ImapFixture fixture = new ImapFixture();
                Socket socket = fixture.connect()) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            send(socket, "a LOGIN budi secret", "b NOOP");
            readTo(in, "b OK");
            fixture.away(new TryLater("not now"));
            send(socket, "c LIST \"\" *");
            assertThat(in.readLine()).isEqualTo("c NO [UNAVAILABLE] not now");
            fixture.away(moved());
            send(socket, "d LIST \"\" *");
            assertThat(in.readLine()).startsWith("d NO [UNAVAILABLE]");
            assertThat(in.readLine()).startsWith("* BYE [UNAVAILABLE]");
            assertThat(in.readLine()).isNull();
        }
    }

    @Test
    void anIdlingClientIsToldThatItsMailboxMoved() throws Exception {
        try (ImapFixture fixture = new ImapFixture();
                Socket socket = fixture.connect()) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            send(socket, "a LOGIN budi secret", "b SELECT INBOX", "c IDLE");
            readTo(in, "+ idling");
            fixture.away(moved());
            assertThat(in.readLine()).startsWith("* BYE [UNAVAILABLE]");
            assertThat(in.readLine()).isNull();
        }
    }

    @Test
    void whatWasDoneIsAnsweredThoughTheNewsCannotBeTold() throws Exception {
        try (ImapFixture fixture = new ImapFixture();
                Socket socket = fixture.connect()) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            send(socket, "a LOGIN budi secret", "b SELECT INBOX");
            readTo(in, "b OK");
            fixture.store().awayAfterNextAppend(moved());
            send(socket, "c APPEND INBOX {1+}", "x");
            assertThat(in.readLine()).startsWith("c OK [APPENDUID ");
            assertThat(in.readLine()).startsWith("* BYE [UNAVAILABLE]");
            assertThat(in.readLine()).isNull();
        }
    }

    @Test
    void aNoopInAMailboxNeedsTheLease() throws Exception {
        try (ImapFixture fixture = new ImapFixture();
                Socket socket = fixture.connect()) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            send(socket, "a LOGIN budi secret", "b SELECT INBOX");
            readTo(in, "b OK");
            fixture.away(new TryLater("no lease"));
            send(socket, "c NOOP");
            assertThat(in.readLine()).isEqualTo("c NO [UNAVAILABLE] no lease");
            fixture.away(null);
            send(socket, "d NOOP");
            assertThat(in.readLine()).isEqualTo("d OK done");
        }
    }

    @Test
    void startTlsAllowsTheLogin(@TempDir Path folder) throws Exception {
        SSLContext context = selfSigned(folder.resolve("keys.p12"));
        try (ImapFixture fixture = new ImapFixture(false, Optional.of(context), 0);
                Socket socket = fixture.connect()) {
            BufferedReader clear =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            assertThat(clear.readLine()).contains("STARTTLS LOGINDISABLED");
            send(socket, "a STARTTLS");
            assertThat(clear.readLine()).startsWith("a OK");
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", 0, false);
            tls.startHandshake();
            BufferedReader in = new BufferedReader(new InputStreamReader(tls.getInputStream(), StandardCharsets.UTF_8));
            send(tls, "b CAPABILITY", "c STARTTLS", "d LOGIN budi secret", "e LOGOUT");
            assertThat(in.readLine())
                    .isEqualTo(
                            "* CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ID ENABLE UTF8=ACCEPT" + " AUTH=PLAIN");
            assertThat(in.readLine()).startsWith("b OK");
            assertThat(in.readLine()).startsWith("c BAD");
            assertThat(in.readLine()).startsWith("d OK");
            readTo(in, "e OK");
        }
    }

    private static SSLContext selfSigned(Path keys) throws Exception {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process made = new ProcessBuilder(
                        keytool.toString(),
                        "-genkeypair",
                        "-alias",
                        "x",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        "secret")
                .redirectErrorStream(true)
                .start();
        assertThat(made.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance(keys.toFile(), "secret".toCharArray());
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(store, "secret".toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("x", store.getCertificate("x"));
        TrustManagerFactory others = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        others.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), others.getTrustManagers(), null);
        return context;
    }

    private static TryLater moved() {
        return new TryLater("elsewhere", new Route(GroupName.shard(1), new NodeName("gszimbra2"), new Epoch(7)));
    }

    @Test
    void aSelectedMailboxThatIsDeletedEndsTheSession() throws Exception {
        try (ImapFixture fixture = new ImapFixture()) {
            play(fixture, """
                    S: * OK <*>
                    C: a LOGIN budi secret
                    S: a OK <*>
                    S2: * OK <*>
                    C2: b LOGIN budi secret
                    S2: b OK <*>
                    C: a CREATE x
                    S: a OK [MAILBOXID (<*>)] done
                    C: a EXAMINE x
                    S: * FLAGS <*>
                    S: * OK <*>
                    S: * 0 EXISTS
                    S: * 0 RECENT
                    S: * OK <*>
                    S: * OK <*>
                    S: * OK [HIGHESTMODSEQ <#>] highest
                    S: * OK [MAILBOXID (<*>)] its id
                    S: a OK [READ-ONLY] done
                    C2: b DELETE x
                    S2: b OK done
                    C: a NOOP
                    S: a OK done
                    S: * BYE the mailbox was deleted
                    E:
                    """);
        }
    }

    @Test
    void aSessionCanBeginBehindALoginThatWasJudgedElsewhere() throws Exception {
        try (ImapFixture fixture = new ImapFixture();
                ServerSocket listener = new ServerSocket(0);
                Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
            fixture.store().ensure(ImapFixture.BUDI);
            Logins.Account account = new Logins.Account("budi", ImapFixture.BUDI, fixture.store());
            SocketConnection server = new SocketConnection(listener.accept());
            Thread.ofVirtual().start(() -> {
                try (server) {
                    fixture.service().serve(server, account, "t1");
                } catch (java.io.IOException peerGone) {
                    server.close();
                }
            });
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
            assertThat(in.readLine()).startsWith("t1 OK [CAPABILITY IMAP4rev1 ");
            send(client, "a SELECT INBOX", "b LOGOUT");
            readTo(in, "b OK");
            assertThat(in.readLine()).isNull();
        }
    }

    @Test
    void aLoginJudgedElsewhereIsRefusedWhereTheAccountIsNotServed() throws Exception {
        try (ImapFixture fixture = new ImapFixture();
                ServerSocket listener = new ServerSocket(0);
                Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort());
                SocketConnection server = new SocketConnection(listener.accept())) {
            fixture.away(moved());
            fixture.service().serve(server, new Logins.Account("budi", ImapFixture.BUDI, fixture.store()), "t1");
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
            assertThat(in.readLine()).isEqualTo("t1 NO [UNAVAILABLE] elsewhere");
        }
    }

    @Test
    void aLineWithoutEndIsRefusedAndTheConnectionGoesOn() throws Exception {
        try (ImapFixture fixture = new ImapFixture()) {
            play(
                    fixture,
                    "S: * OK <*>\nC: a LOGIN budi secret\nS: a OK <*>\nC: b NOOP " + "x".repeat(100_000)
                            + "\nS: b BAD the line is longer than 8192 octets\nC: c CREATE {30000+}\nC: "
                            + "y".repeat(30_000)
                            + "\nS: c BAD the literal of 30000 octets is too large\nC: d NOOP\nS: d OK done");
        }
    }

    @Test
    void theMessagesOfOneAppendAreLimitedTogether() throws Exception {
        try (ImapFixture fixture = new ImapFixture()) {
            String half = "x".repeat(60_000);
            play(
                    fixture,
                    "S: * OK <*>\nC: a LOGIN budi secret\nS: a OK <*>\nC: b APPEND INBOX {60000+}\nC: " + half
                            + " {60000}\nS: b NO [TOOBIG] the literal of 60000 octets is too large\n"
                            + "C: c STATUS INBOX (MESSAGES)\nS: * STATUS \"INBOX\" (MESSAGES 0)\nS: c OK done");
        }
    }

    private static void send(Socket socket, String... lines) throws Exception {
        OutputStream out = socket.getOutputStream();
        out.write((String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static void readTo(BufferedReader in, String start) throws Exception {
        String line = in.readLine();
        while (line != null && !line.startsWith(start)) {
            line = in.readLine();
        }
        assertThat(line).isNotNull();
    }
}
