package org.merpati.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.directory.Account;
import org.merpati.directory.Logins;
import org.merpati.imap.people.Logins.Person;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Id;
import org.merpati.kernel.TryLater;
import org.merpati.store.FlagChange;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.people.Rights;

/** Who else there is for IMAP, as the directory has it, and where their mailboxes are. */
class CheckedLoginsTest {
    @TempDir
    Path temp;

    private MailboxFixture node;
    private Logins judge;
    private CheckedLogins logins;

    @BeforeEach
    void open() throws IOException {
        node = new MailboxFixture(temp);
        judge = new Logins(node.directory, node.clock, 1);
        logins = new CheckedLogins(judge, node.shards);
    }

    @AfterEach
    void close() {
        judge.close();
        node.close();
    }

    @Test
    void aPersonIsFoundByHerNameInAnyCaseAndByHerAccount() {
        Account siti = node.account(MailboxFixture.SITI);
        Person found = new Person("siti@lvlogist.com", siti.id());
        assertThat(logins.person("siti@lvlogist.com")).contains(found);
        assertThat(logins.person("SITI@lvlogist.com")).contains(found);
        assertThat(logins.person(siti.id())).contains(found);
        assertThat(logins.person("nobody@lvlogist.com")).isEmpty();
        assertThat(logins.person(new AccountId(new Id(9, 9)))).isEmpty();
        assertThat(logins.store(found)).isSameAs(node.store());
        assertThat(logins.stores()).containsExactly(node.store());

        node.directory.remove(MailboxFixture.SITI);
        assertThat(logins.person("siti@lvlogist.com")).isEmpty();
        assertThat(logins.person(siti.id())).isEmpty();
    }

    @Test
    void whatHasNoCopyHereIsServedToOthersByItsLeader() {
        Account budi = node.account(MailboxFixture.BUDI);
        Account siti = node.account(MailboxFixture.SITI);
        node.store().ensure(siti.id());
        Mailbox archive = node.store().mailbox(siti.id(), "Archive").orElseThrow();
        node.store().grant(siti.id(), archive.id(), budi.id(), FlagChange.Kind.SET, Rights.parse("lr"));
        node.answerOthers();
        try (Shards none = node.withoutCopies()) {
            CheckedLogins elsewhere = new CheckedLogins(judge, none);
            MailStore store = elsewhere.store(elsewhere.person(siti.id()).orElseThrow());
            assertThat(store.mailbox(siti.id(), "Archive")).contains(archive);
            assertThat(elsewhere.stores()).containsExactly(store);
            assertThat(store.sharedWith(budi.id(), 10))
                    .containsExactly(new MailStore.Shared(siti.id(), archive, Rights.parse("lr")));
            assertThatThrownBy(() -> none.of(siti))
                    .as("her own mailboxes are served where there is a copy")
                    .isInstanceOfSatisfying(
                            TryLater.class, moved -> assertThat(moved.moved()).isPresent());
        }
    }
}
