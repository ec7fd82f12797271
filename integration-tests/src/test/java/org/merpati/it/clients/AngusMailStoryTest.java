package org.merpati.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.FetchProfile;
import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Quota;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.UIDFolder;
import jakarta.mail.event.MessageCountAdapter;
import jakarta.mail.event.MessageCountEvent;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.search.BodyTerm;
import jakarta.mail.search.FlagTerm;
import jakarta.mail.search.SubjectTerm;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.angus.mail.imap.IMAPFolder;
import org.eclipse.angus.mail.imap.IMAPStore;
import org.eclipse.angus.mail.imap.ResyncData;
import org.eclipse.angus.mail.imap.SortTerm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.it.Kit;
import org.merpati.it.Six;

/** Jakarta Mail's reference client (Angus Mail), through the proxy, with TLS checked against the cluster's CA. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AngusMailStoryTest {
    @RegisterExtension
    final Six six = new Six(Kit.Form.EMBEDDED);

    private Session session = Session.getInstance(new Properties());
    private List<String> accounts = List.of();
    private int turn;
    private IMAPStore store = new IMAPStore(session, null);

    @BeforeAll
    void people() throws Exception {
        accounts = List.copyOf(Kit.accounts(six.cluster(), "angus", 3).keySet());
        Properties properties = new Properties();
        properties.put("mail.imaps.ssl.socketFactory", six.trusting().getSocketFactory());
        properties.put("mail.imaps.ssl.checkserveridentity", "true");
        properties.put("mail.imaps.timeout", "20000");
        properties.put("mail.imaps.compress.enable", "true");
        session = Session.getInstance(properties);
    }

    @BeforeEach
    void connect() throws MessagingException {
        store = opened(accounts.get(turn++));
    }

    @AfterEach
    void close() throws MessagingException {
        store.close();
    }

    private IMAPStore opened(String account) throws MessagingException {
        Store opened = session.getStore("imaps");
        int port = six.port("imaps");
        opened.connect("localhost", port, account, "secret");
        return (IMAPStore) opened;
    }

    private MimeMessage letter(String subject, String text) throws MessagingException {
        String raw = """
                From: =?UTF-8?Q?An=C3=AF?= <ani@example.net>
                To: budi@lvlogist.com
                Subject: %s
                Date: Thu, 26 Nov 2026 10:00:00 +0700
                Message-ID: <%s@example.net>
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="b"

                --b
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 8bit

                %s
                --b
                Content-Type: application/octet-stream; name*=UTF-8''r%%C3%%A9sum%%C3%%A9.bin
                Content-Disposition: attachment; filename*=UTF-8''r%%C3%%A9sum%%C3%%A9.bin
                Content-Transfer-Encoding: base64

                AAECAwQF
                --b--
                """.formatted(subject, subject.replace(' ', '-'), text).replace("\n", "\r\n");
        return new MimeMessage(session, new ByteArrayInputStream(raw.getBytes(StandardCharsets.UTF_8)));
    }

    private IMAPFolder folder(String name) throws MessagingException {
        IMAPFolder folder = (IMAPFolder) store.getFolder(name);
        if (!folder.exists()) {
            assertThat(folder.create(Folder.HOLDS_MESSAGES | Folder.HOLDS_FOLDERS))
                    .isTrue();
        }
        return folder;
    }

    @Test
    void messagesAreReadMarkedFoundMovedAndRemoved() throws Exception {
        IMAPFolder work = folder("Kerja/Ação");
        IMAPFolder done = folder("Kerja/Done");
        work.appendMessages(
                new Message[] {letter("bravo", "wörter"), letter("alpha", "numbers"), letter("charlie", "x")});
        work.open(Folder.READ_WRITE);
        Message[] all = work.getMessages();
        FetchProfile wanted = new FetchProfile();
        wanted.add(FetchProfile.Item.ENVELOPE);
        wanted.add(FetchProfile.Item.CONTENT_INFO);
        wanted.add(FetchProfile.Item.FLAGS);
        wanted.add(UIDFolder.FetchProfileItem.UID);
        work.fetch(all, wanted);
        assertThat(all[0].getSubject()).isEqualTo("bravo");
        assertThat(all[0].getFrom()[0]).hasToString("=?UTF-8?Q?An=C3=AF?= <ani@example.net>");
        Multipart parts = (Multipart) all[0].getContent();
        assertThat(parts.getBodyPart(0).getContent()).isEqualTo("wörter");
        assertThat(parts.getBodyPart(1).getFileName()).contains("sum");
        assertThat(parts.getBodyPart(1).getInputStream().readAllBytes()).isEqualTo(new byte[] {0, 1, 2, 3, 4, 5});
        assertThat(subjects(work.search(new BodyTerm("number")))).containsExactly("alpha");
        assertThat(subjects(work.getSortedMessages(new SortTerm[] {SortTerm.SUBJECT})))
                .containsExactly("alpha", "bravo", "charlie");
        work.setFlags(new Message[] {all[1]}, new Flags("$Forwarded"), true);
        assertThat(subjects(work.search(new FlagTerm(new Flags("$Forwarded"), true))))
                .containsExactly("alpha");
        work.copyMessages(new Message[] {all[0]}, done);
        work.moveMessages(new Message[] {all[1]}, done);
        all[2].setFlag(Flags.Flag.DELETED, true);
        assertThat(work.expunge()).as("the one moved and the one removed").hasSize(2);
        assertThat(subjects(work.getMessages())).containsExactly("bravo");
        work.close(false);
        done.open(Folder.READ_ONLY);
        assertThat(subjects(done.search(new SubjectTerm("a")))).containsExactly("bravo", "alpha");
        done.close(false);
        assertThat(work.renameTo(store.getFolder("Kerja/Neu"))).isTrue();
        assertThat(store.getFolder("Kerja/Neu").getMessageCount()).isEqualTo(1);
        assertThat(store.getFolder("Kerja").delete(true)).isTrue();
        assertThat(Arrays.stream(store.getDefaultFolder().list("*")).map(Folder::getFullName))
                .contains("INBOX")
                .noneMatch(name -> name.startsWith("Kerja/"));
    }

    private static List<String> subjects(Message[] messages) throws MessagingException {
        List<String> subjects = new java.util.ArrayList<>();
        for (Message message : messages) {
            subjects.add(message.getSubject());
        }
        return subjects;
    }

    @Test
    void whatArrivesIsHeardWhileIdle() throws Exception {
        IMAPFolder inbox = folder("INBOX");
        inbox.open(Folder.READ_ONLY);
        CompletableFuture<String> heard = new CompletableFuture<>();
        inbox.addMessageCountListener(new MessageCountAdapter() {
            @Override
            public void messagesAdded(MessageCountEvent event) {
                heard.completeAsync(() -> {
                    try {
                        return event.getMessages()[0].getSubject();
                    } catch (MessagingException failed) {
                        throw new IllegalStateException(failed);
                    }
                });
            }
        });
        Thread idle = Thread.ofPlatform().start(() -> {
            try {
                inbox.idle(true);
            } catch (MessagingException closed) {
                heard.completeExceptionally(closed);
            }
        });
        try (IMAPStore other = opened(accounts.get(turn - 1))) {
            other.getFolder("INBOX").appendMessages(new Message[] {letter("delta", "new")});
            assertThat(heard.get(20, TimeUnit.SECONDS)).isEqualTo("delta");
        }
        idle.join(Duration.ofSeconds(20));
        inbox.close(false);
    }

    @Test
    void whatChangedWhileAwayIsToldAtTheOpening() throws Exception {
        assertThat(store.hasCapability("QRESYNC")).isTrue();
        assertThat(store.id(Map.of("name", "angus"))).containsEntry("name", "Merpati");
        assertThat(store.getPersonalNamespaces()).hasSize(1);
        Quota quota = store.getQuota("INBOX")[0];
        assertThat(quota.quotaRoot).isNotNull();
        IMAPFolder folder = folder("Sync");
        folder.appendMessages(new Message[] {letter("one", "1"), letter("two", "2")});
        folder.open(Folder.READ_WRITE, ResyncData.CONDSTORE);
        long validity = folder.getUIDValidity();
        long last = folder.getHighestModSeq();
        folder.setFlags(new int[] {2}, new Flags(Flags.Flag.SEEN), true);
        folder.getMessage(1).setFlag(Flags.Flag.DELETED, true);
        folder.close(true);
        var changes = folder.open(Folder.READ_WRITE, new ResyncData(validity, last));
        assertThat(changes).extracting(e -> e.getClass().getSimpleName()).contains("MessageVanishedEvent");
        assertThat(folder.getMessageCount()).isEqualTo(1);
        assertThat(folder.getMessage(1).isSet(Flags.Flag.SEEN)).isTrue();
        folder.close(false);
    }
}
