package org.merpati.mailbox;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.merpati.directory.Account;
import org.merpati.directory.Logins;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Refused;
import org.merpati.smtp.Maildrop;
import org.merpati.smtp.Pop3Door;
import org.merpati.wire.Connection;

/**
 * The maildrops of this node's shards, each open in one session at a time (RFC 1939 §4): only the node that leads a
 * shard opens its maildrops, so that it knows of all sessions in the cluster. What a session does after its node has
 * lost the shard is refused.
 */
final class Maildrops implements Pop3Door {
    private final Logins logins;
    private final Shards shards;
    private final Set<AccountId> open = ConcurrentHashMap.newKeySet();

    Maildrops(Logins logins, Shards shards) {
        this.logins = logins;
        this.shards = shards;
    }

    @Override
    public Entered enter(Connection client, String user, String password, String authorization) {
        return new Entered.Here(open(logins.judge(user, Optional.of(password), authorization)));
    }

    /**
     * Opens an account's maildrop.
     *
     * @throws Refused if another session has it (LIMIT)
     * @throws org.merpati.kernel.TryLater if the shard is led elsewhere
     */
    Maildrop open(Account account) {
        AccountId id = account.id();
        if (!open.add(id)) {
            throw new Refused(Refused.Reason.LIMIT, "another session has this maildrop");
        }
        boolean done = false;
        try {
            Maildrop drop = new InboxDrop(id, shards.of(account), () -> open.remove(id));
            done = true;
            return drop;
        } finally {
            if (!done) {
                open.remove(id);
            }
        }
    }
}
