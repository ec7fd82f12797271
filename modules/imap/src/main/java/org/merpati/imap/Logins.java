package org.merpati.imap;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.merpati.kernel.AccountId;
import org.merpati.store.MailStore;

/** Who may log in, and where their mailboxes are. */
public interface Logins {
    /** Somebody who has logged in: the name, the account and the store of its shard, on this node. */
    record Account(String user, AccountId id, MailStore store) {}

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
}
