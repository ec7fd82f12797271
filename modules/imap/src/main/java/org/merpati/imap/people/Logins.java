package org.merpati.imap.people;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.merpati.kernel.AccountId;
import org.merpati.store.MailStore;

/** Who may log in, who else there is, and where their mailboxes are. */
public interface Logins {
    /** Somebody with mailboxes here: the name, the account and the store of its shard, on this node. */
    record Account(String user, AccountId id, MailStore store) {}

    /** Somebody who may be granted rights: the name that she logs in with, and her account. */
    record Person(String user, AccountId id) {}

    /**
     * Judges a name and a password.
     *
     * @param authorization whom to act as; empty for oneself
     * @return the account, or nothing if name or password are wrong
     * @throws org.merpati.kernel.Refused if it is known why this account may not
     * @throws org.merpati.kernel.TryLater if it cannot be judged or served here now
     */
    Optional<Account> plain(String user, String password, String authorization, InetSocketAddress client);

    /**
     * Judges a name that was proved already, by SCRAM or a token.
     *
     * @return the account, or nothing if there is none of that name
     * @throws org.merpati.kernel.Refused if it is known why this account may not
     * @throws org.merpati.kernel.TryLater if it cannot be served here now
     */
    default Optional<Account> proved(String user, String authorization, InetSocketAddress client) {
        return Optional.empty();
    }

    /** The person of a name, in any case, if there is one who may log in. */
    default Optional<Person> person(String user) {
        return Optional.empty();
    }

    /** The person of an account, if there is one who may log in. */
    default Optional<Person> person(AccountId id) {
        return Optional.empty();
    }

    /**
     * The store of a person's mailboxes.
     *
     * @throws org.merpati.kernel.TryLater if they cannot be served here now
     */
    default MailStore store(Person person) {
        throw new IllegalArgumentException("there is nobody else than who logs in, not " + person.user());
    }

    /** The stores of this node, for what others share. */
    default List<MailStore> stores() {
        return List.of();
    }
}
