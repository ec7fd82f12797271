package org.merpati.mailbox;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.merpati.imap.people.Logins;
import org.merpati.kernel.AccountId;
import org.merpati.store.MailStore;
import org.merpati.wire.SaslSource;

/** Logins at a mailbox node itself, for clients that come without a proxy; and who else there is, for all. */
final class CheckedLogins implements Logins {
    private final org.merpati.directory.Logins logins;
    private final Shards shards;

    CheckedLogins(org.merpati.directory.Logins logins, Shards shards) {
        this.logins = logins;
        this.shards = shards;
    }

    @Override
    public Optional<Account> plain(String user, String password, String authorization, InetSocketAddress client) {
        return Optional.of(here(logins.judge(user, Optional.of(password), authorization)));
    }

    @Override
    public Optional<Account> proved(String user, String authorization, InetSocketAddress client) {
        return Optional.of(here(logins.judge(user, Optional.empty(), authorization)));
    }

    private Account here(org.merpati.directory.Account account) {
        return new Account(account.address().toString(), account.id(), shards.of(account));
    }

    @Override
    public Optional<Person> person(String user) {
        return shards.person(user).map(CheckedLogins::person);
    }

    @Override
    public Optional<Person> person(AccountId id) {
        return shards.person(id).map(CheckedLogins::person);
    }

    private static Person person(org.merpati.directory.Account account) {
        return new Person(account.address().toString(), account.id());
    }

    @Override
    public MailStore store(Person person) {
        return shards.anywhere(shards.account(person.id()));
    }

    @Override
    public List<MailStore> stores() {
        return shards.everywhere();
    }

    /** SCRAM over the keys in the directory. */
    static SaslSource sasl(org.merpati.directory.Logins logins) {
        return new SaslSource() {
            @Override
            public boolean offersScram() {
                return true;
            }

            @Override
            public ScramKeys scram(String user) {
                var keys = logins.scramKeys(user);
                return new ScramKeys(keys.iterations(), keys.salt(), keys.storedKey(), keys.serverKey());
            }
        };
    }
}
