package org.merpati.wire;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.AccountId;

/**
 * The way from a node's proxy to the mailboxes of the same node: a client is handed over as it is, without a connection
 * of its own. The mailbox role opens it; a node without that role has it closed.
 */
public final class LocalDoor {
    /** Serves clients whose login was judged already. */
    public interface Owner {
        /**
         * Serves a client to its end, from the answer to its login on.
         *
         * @param tag of the command that logs in
         * @return false if the account is served elsewhere now; nothing was said to the client then
         * @throws org.merpati.kernel.Refused if the account is not served at all
         * @throws IOException if the client goes away
         */
        boolean serve(Connection client, String tag, AccountId account) throws IOException;
    }

    private volatile @Nullable Owner owner;

    /** Lets clients through. */
    public void open(Owner here) {
        owner = here;
    }

    /** Who serves here, if the door is open. */
    public Optional<Owner> owner() {
        return Optional.ofNullable(owner);
    }
}
