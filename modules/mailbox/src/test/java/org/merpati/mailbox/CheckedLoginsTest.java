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
import org.merpati.kernel.Epoch;
import org.merpati.kernel.Id;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;

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
    void whatHasNoCopyHereIsNotServedToOthers() {
        Account siti = node.account(MailboxFixture.SITI);
        Route route = new Route(siti.shard(), new NodeName("box9"), new Epoch(4));
        CheckedLogins elsewhere = new CheckedLogins(judge, new Shards(node.directory, shard -> route));
        Person person = elsewhere.person(siti.id()).orElseThrow();
        assertThat(elsewhere.stores()).isEmpty();
        assertThatThrownBy(() -> elsewhere.store(person))
                .isInstanceOf(TryLater.class)
                .hasMessageContaining("no copy of " + siti.shard());
    }
}
