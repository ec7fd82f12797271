package org.merpati.mailbox;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.merpati.imap.Logins;
import org.merpati.kernel.Refused;

/** Logins at a mailbox node itself, for clients that come without a proxy. */
final class CheckedLogins implements Logins {
    private final org.merpati.directory.Logins logins;
    private final Shards shards;

    CheckedLogins(org.merpati.directory.Logins logins, Shards shards) {
        this.logins = logins;
        this.shards = shards;
    }

    @Override
    public Optional<Account> plain(String user, String password, String authorization, InetSocketAddress client) {
        org.merpati.directory.Account account = judged(logins, user, password, authorization);
        return Optional.of(new Account(account.address().toString(), account.id(), shards.of(account)));
    }

    /** The account that a login gives; nobody acts as another. */
    static org.merpati.directory.Account judged(
            org.merpati.directory.Logins logins, String user, String password, String authorization) {
        if (!authorization.isEmpty() && !authorization.equalsIgnoreCase(user)) {
            throw new Refused(Refused.Reason.NO_PERMISSION, user + " may not act as " + authorization);
        }
        return logins.checkUsable(user, password);
    }
}
