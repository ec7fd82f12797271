package org.merpati.it.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.MailProbe;
import org.merpati.it.Kit;
import org.merpati.it.Six;

/** Clients that people and scripts use, through the proxy, with TLS checked against the cluster's CA. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientsStoryTest {
    private static final String IMAPFLOW = "imapflow@2.10.2";
    private static final String LETTER = "From: a@example.net\r\nSubject: a letter\r\n\r\nHello.\r\n";

    @RegisterExtension
    final Six six = new Six(Kit.Form.EMBEDDED);

    @TempDir
    private Path folder = Path.of("");

    private List<String> accounts = List.of();

    @BeforeAll
    void people() {
        accounts = List.copyOf(Kit.accounts(six.cluster(), "client", 9).keySet());
    }

    private String authority() {
        return six.authority().toString();
    }

    private String door(String listener) {
        return "localhost:" + six.port(listener);
    }

    private String port(String listener) {
        return Integer.toString(six.port(listener));
    }

    private String run(String... command) throws IOException, InterruptedException {
        return Programs.run(folder, command);
    }

    private void append(String account) throws IOException {
        try (MailProbe.Imap client = new MailProbe.Imap(door("imap"))) {
            client.ok("LOGIN " + account + " secret");
            client.literal("APPEND INBOX", LETTER.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private List<String> look(String account, String mailbox, String command) throws IOException {
        try (MailProbe.Imap client = new MailProbe.Imap(door("imap"))) {
            client.ok("LOGIN " + account + " secret");
            client.ok("EXAMINE " + mailbox);
            return client.ok(command);
        }
    }

    @Test
    void curl() throws Exception {
        String account = accounts.get(0);
        Path letter = Files.writeString(folder.resolve("letter.eml"), LETTER);
        List<String> curl = List.of("curl", "-sS", "--cacert", authority(), "-u", account + ":secret");
        String inbox = "imaps://" + door("imaps") + "/INBOX";
        Programs.run(folder, curl, "-T", letter.toString(), inbox);
        assertThat(Programs.run(folder, curl, "-X", "SEARCH ALL", inbox)).contains("* SEARCH 1");
        String clear = "imap://" + door("imap") + "/INBOX;MAILINDEX=1";
        assertThat(Programs.run(folder, curl, "--ssl-reqd", clear)).isEqualTo(LETTER);
    }

    @Test
    void imaplib() throws Exception {
        Path walk = Kit.ROOT.resolve("integration-tests/src/test/resources/imaplib_walk.py");
        assertThat(run("python3", walk.toString(), port("imap"), accounts.get(1), "secret", authority()))
                .contains("walked");
    }

    @Test
    void mbsync() throws Exception {
        String account = accounts.get(2);
        append(account);
        Path mail = Files.createDirectory(folder.resolve("mail"));
        Files.writeString(folder.resolve("rc"), """
                IMAPAccount there
                Host localhost
                Port %s
                User %s
                Pass secret
                SSLType STARTTLS
                CertificateFile %s

                IMAPStore far
                Account there

                MaildirStore near
                Path %s/
                Inbox %s/INBOX
                SubFolders Verbatim

                Channel all
                Far :far:
                Near :near:
                Patterns *
                Create Both
                Expunge Both
                SyncState *
                """.formatted(port("imap"), account, authority(), mail, mail));
        run("mbsync", "-c", "rc", "all");
        List<Path> arrived = messages(mail);
        assertThat(arrived).hasSize(1);
        assertThat(Files.readString(arrived.getFirst())).contains("a letter");
        Path marked = mail.resolve("INBOX/cur")
                .resolve(String.valueOf(arrived.getFirst().getFileName()).replaceAll(":2,.*", "") + ":2,FS");
        Files.move(arrived.getFirst(), marked);
        run("mbsync", "-c", "rc", "all");
        assertThat(look(account, "INBOX", "FETCH 1 FLAGS").getFirst()).contains("\\Flagged", "\\Seen");
        run("mbsync", "-c", "rc", "all");
        assertThat(messages(mail)).containsExactly(marked);
    }

    private static List<Path> messages(Path mail) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(mail.resolve("INBOX"))) {
            files.filter(f -> f.toString().matches(".*/(cur|new)/.+")).forEach(found::add);
        }
        return found;
    }

    @Test
    void mutt() throws Exception {
        String account = accounts.get(3);
        append(account);
        assumeTrue(Programs.here("mutt"), "mutt is missing");
        Files.writeString(folder.resolve("rc"), """
                set ssl_force_tls=yes certificate_file=%s imap_user="%s" imap_pass="secret"
                set folder="imaps://%s/" spoolfile="imaps://%s/INBOX" record=""
                set header_cache="" move=no delete=yes quit=yes confirmappend=no wait_key=no sleep_time=0
                push <first-entry><copy-message>=Archive<enter><first-entry><delete-message><quit>
                """.formatted(authority(), account, door("imaps"), door("imaps")));
        run("script", "-qec", "mutt -F rc", "/dev/null");
        assertThat(look(account, "INBOX", "SEARCH ALL").getFirst()).isEqualTo("* SEARCH");
        assertThat(look(account, "Archive", "SEARCH SUBJECT letter").getFirst()).isEqualTo("* SEARCH 1");
    }

    @Test
    void thunderbird() throws Exception {
        String account = accounts.get(6);
        append(account);
        assumeTrue(Programs.here("thunderbird"), "thunderbird is missing");
        Path walk = Kit.ROOT.resolve("integration-tests/src/test/resources/thunderbird_walk.py");
        Path home = Files.createDirectory(folder.resolve("thunderbird"));
        String said = run(
                "python3",
                walk.toString(),
                port("imaps"),
                port("smtps"),
                account,
                "secret",
                authority(),
                home.toString());
        assertThat(said).endsWith("complains of nothing\n");
        assertThat(look(account, "\"Keep &APw-\"", "FETCH 1 FLAGS").getFirst())
                .contains("\\Seen")
                .contains("\\Flagged");
        assertThat(look(account, "Sent", "SEARCH SUBJECT Thunderbird SEEN").getFirst())
                .isEqualTo("* SEARCH 1");
        assertThat(look(account, "INBOX", "SEARCH SUBJECT Thunderbird UNSEEN").getFirst())
                .isEqualTo("* SEARCH 1");
    }

    @Test
    void offlineimap() throws Exception {
        String account = accounts.get(7);
        append(account);
        Path mail = folder.resolve("offline");
        Files.writeString(folder.resolve("rc"), """
                [general]
                accounts = one
                [Account one]
                localrepository = near
                remoterepository = far
                [Repository near]
                type = Maildir
                localfolders = %s
                [Repository far]
                type = IMAP
                remotehost = localhost
                remoteport = %s
                remoteuser = %s
                remotepass = secret
                ssl = yes
                sslcacertfile = %s
                """.formatted(mail, port("imaps"), account, authority()));
        run("offlineimap", "-c", "rc", "-o", "-u", "basic");
        List<Path> arrived = messages(mail);
        assertThat(arrived).hasSize(1);
        assertThat(Files.readString(arrived.getFirst())).contains("a letter");
        Path marked = mail.resolve("INBOX/cur")
                .resolve(String.valueOf(arrived.getFirst().getFileName()).replaceAll(":2,.*", "") + ":2,FS");
        Files.move(arrived.getFirst(), marked);
        run("offlineimap", "-c", "rc", "-o", "-u", "basic");
        assertThat(look(account, "INBOX", "FETCH 1 FLAGS").getFirst()).contains("\\Flagged", "\\Seen");
    }

    @Test
    void imapflow() throws Exception {
        assumeTrue(Programs.here("node") && Programs.here("npm"), "node or npm is missing");
        Path walk = Kit.ROOT.resolve("integration-tests/src/test/resources/imapflow_walk.cjs");
        Files.copy(walk, folder.resolve("walk.cjs"));
        run("npm", "install", "--no-audit", "--no-fund", "--silent", IMAPFLOW);
        String said = run("node", "walk.cjs", port("imaps"), accounts.get(8), "secret", authority());
        assertThat(said).contains("walked");
    }

    @Test
    void swaks() throws Exception {
        String account = accounts.get(4);
        String to = accounts.get(5);
        String said = run(
                "swaks",
                "--server",
                door("submission"),
                "--tls",
                "--tls-verify",
                "--tls-ca-path",
                authority(),
                "--auth",
                "PLAIN",
                "--auth-user",
                account,
                "--auth-password",
                "secret",
                "--from",
                account,
                "--to",
                to);
        assertThat(said).contains("235 2.7.0").contains("250 2.0.0");
    }
}
