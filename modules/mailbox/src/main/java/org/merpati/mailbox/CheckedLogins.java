package org.merpati.mailbox;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.merpati.imap.Logins;
import org.merpati.kernel.Refused;
import org.merpati.wire.SaslSource;

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
        return Optional.of(here(judged(logins, user, Optional.of(password), authorization)));
    }

    @Override
    public Optional<Account> proved(String user, String authorization, InetSocketAddress client) {
        return Optional.of(here(judged(logins, user, Optional.empty(), authorization)));
    }

    private Account here(org.merpati.directory.Account account) {
        return new Account(account.address().toString(), account.id(), shards.of(account));
    }

    /**
     * The account that a login gives; nobody acts as another.
     *
     * @param password none where it was proved otherwise who it is
     */
    static org.merpati.directory.Account judged(
            org.merpati.directory.Logins logins, String user, Optional<String> password, String authorization) {
        if (!authorization.isEmpty() && !authorization.equalsIgnoreCase(user)) {
            throw new Refused(Refused.Reason.NO_PERMISSION, user + " may not act as " + authorization);
        }
        return password.isPresent() ? logins.checkUsable(user, password.get()) : logins.proved(user);
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
