package org.merpati.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.MailProbe;
import org.merpati.it.Kit;
import org.merpati.it.Six;
import org.merpati.runtime.Configuration;

/** POP3 through the proxy: the clients that fetch mail, one session a maildrop, and the death of the owner. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Pop3StoryTest {
    @RegisterExtension
    final Six six = new Six(Kit.Form.EMBEDDED);

    @TempDir
    private Path folder = Path.of("");

    private List<String> accounts = List.of();

    @BeforeAll
    void people() throws IOException {
        accounts = List.copyOf(Kit.accounts(six.cluster(), "pop", 5).keySet());
        for (String account : accounts) {
            try (MailProbe.Imap client =
                    new MailProbe.Imap(six.cluster().plan().all("imap").getFirst())) {
                client.ok("LOGIN " + account + " secret");
                for (String letter : List.of("one", "two", "three")) {
                    String text = "From: a@example.net\r\nSubject: " + letter + "\r\n\r\nHello.\r\n.\r\nend\r\n";
                    client.literal("APPEND INBOX", text.getBytes(StandardCharsets.US_ASCII));
                }
            }
        }
    }

    private String authority() {
        return six.authority().toString();
    }

    private String port(String listener) {
        return Integer.toString(six.port(listener));
    }

    /** A client that is just enough to look around. */
    private static final class Pop implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        Pop(String server) throws IOException {
            InetSocketAddress address = Configuration.address(server);
            socket = new Socket(address.getAddress(), address.getPort());
            socket.setSoTimeout(30_000);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            in.readLine();
        }

        String say(String line) throws IOException {
            socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
            return String.valueOf(in.readLine());
        }

        List<String> list(String line) throws IOException {
            List<String> lines = new ArrayList<>();
            assertThat(say(line)).startsWith("+OK");
            for (String next = in.readLine(); next != null && !next.equals("."); next = in.readLine()) {
                lines.add(next);
            }
            return lines;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private Pop in(String account) throws IOException {
        Pop client = new Pop(six.cluster().plan().all("pop3").getFirst());
        client.say("USER " + account);
        String answer = client.say("PASS secret");
        if (!answer.startsWith("+OK")) {
            client.close();
            throw new IOException(answer);
        }
        return client;
    }

    @Test
    void curl() throws Exception {
        List<String> curl = List.of("curl", "-sS", "--cacert", authority(), "-u", accounts.get(0) + ":secret");
        String door = "localhost:" + port("pop3s");
        assertThat(Programs.run(folder, curl, "pop3s://" + door + "/"))
                .startsWith("1 ")
                .hasLineCount(3);
        assertThat(Programs.run(folder, curl, "pop3s://" + door + "/2")).contains("Subject: two", "\n.\r\nend");
        String clear = "pop3://localhost:" + port("pop3");
        assertThat(Programs.run(folder, curl, "--ssl-reqd", "-X", "UIDL", clear + "/"))
                .startsWith("1 00000001");
    }

    @Test
    void fetchmail() throws Exception {
        Path rc = Files.writeString(folder.resolve("fetchmailrc"), """
                set no syslog
                poll localhost service %s protocol pop3 uidl username "%s" password "secret"
                  ssl sslcertck sslcertfile "%s" keep mda "cat >> %s"
                """.formatted(
                        port("pop3s"), accounts.get(1), authority(), folder.resolve("fetched")));
        Files.setPosixFilePermissions(rc, PosixFilePermissions.fromString("rw-------"));
        String[] command = {
            "fetchmail", "-f", rc.toString(), "-i", folder.resolve("ids").toString(), "--nodetach"
        };
        assertThat(Programs.run(folder, command)).contains("3 messages");
        assertThat(Files.readString(folder.resolve("fetched")))
                .contains("Subject: one", "Subject: two", "Subject: three");
        assertThat(Programs.result(folder, command)).as("nothing new").isEqualTo(1);
    }

    @Test
    void getmail() throws Exception {
        Path mail = folder.resolve("got");
        Files.writeString(
                folder.resolve("getmailrc"), """
                [retriever]
                type = SimplePOP3SSLRetriever
                server = localhost
                port = %s
                username = %s
                password = secret
                ca_certs = %s
                [destination]
                type = MDA_external
                path = /bin/sh
                arguments = ("-c", "cat >> %s")
                allow_root_commands = true
                [options]
                delete = true
                """.formatted(port("pop3s"), accounts.get(2), authority(), mail));
        String said = Programs.run(folder, "getmail", "--getmaildir", folder.toString(), "--rcfile", "getmailrc");
        assertThat(said).contains("3 messages");
        assertThat(Files.readString(mail)).contains("Subject: one", "Subject: two", "Subject: three");
        try (Pop client = in(accounts.get(2))) {
            assertThat(client.say("STAT")).isEqualTo("+OK 0 0");
        }
    }

    @Test
    void aMaildropIsOpenedOnce() throws Exception {
        try (Pop first = in(accounts.get(3));
                Pop second = new Pop(six.cluster().plan().all("pop3").getFirst())) {
            second.say("USER " + accounts.get(3));
            assertThat(second.say("PASS secret")).startsWith("-ERR [IN-USE] ");
            assertThat(first.say("QUIT")).startsWith("+OK");
            Kit.await("the maildrop is free", Duration.ofSeconds(10), () -> opens(second));
        }
    }

    private boolean opens(Pop client) {
        try {
            client.say("USER " + accounts.get(3));
            return client.say("PASS secret").startsWith("+OK");
        } catch (IOException gone) {
            return false;
        }
    }

    @Test
    void whatQuitAcknowledgedOutlivesTheOwner() throws Exception {
        String account = accounts.get(4);
        List<String> before;
        try (Pop client = in(account)) {
            before = client.list("UIDL");
            assertThat(client.say("DELE 2")).startsWith("+OK");
            assertThat(client.say("QUIT")).isEqualTo("+OK until next time");
        }
        assertThat(before).hasSize(3);
        String shard = six.cluster().shard(account);
        String owner = six.cluster().leader(shard).orElseThrow();
        six.cluster().kill(owner);
        try (Pop client = in(account)) {
            assertThat(client.list("UIDL").stream().map(l -> l.substring(2)))
                    .containsExactly(before.get(0).substring(2), before.get(2).substring(2));
        } finally {
            six.cluster().start(owner);
        }
    }
}
