package org.merpati.imap.people;

import java.util.SortedMap;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Refused;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.View;
import org.merpati.store.people.Rights;

/**
 * A mailbox as somebody reaches it.
 *
 * @param name what she calls it; its owner may call it otherwise
 * @param own whether it is her own
 * @param rights what she may do with it
 */
public record Reached(Logins.Account owner, String name, Mailbox mailbox, boolean own, Rights rights) {
    /** The store that it is in. */
    public MailStore store() {
        return owner.store();
    }

    /** What others than its owner are granted. */
    public SortedMap<AccountId, Rights> acl() {
        return store().acl(owner.id(), mailbox.id());
    }

    /** The mailbox now. */
    public View view() {
        return store().view(owner.id(), mailbox.id());
    }

    /**
     * Sees to a right.
     *
     * @throws Refused if it is not granted
     */
    public Reached need(char right) {
        need(rights, right);
        return this;
    }

    /**
     * Sees to a right among others.
     *
     * @throws Refused if it is not one of them
     */
    public static void need(Rights rights, char right) {
        if (!rights.has(right)) {
            throw new Refused(Refused.Reason.NO_PERMISSION, "you lack the right " + right + " to this mailbox");
        }
    }

    /** Whether a flag may be set and taken away with these rights (RFC 4314 §4). */
    public static boolean allowed(String flag, Rights rights) {
        return rights.has(
                switch (flag) {
                    case "\\Seen" -> 's';
                    case "\\Deleted" -> 't';
                    default -> 'w';
                });
    }

    /** Those of some flags that may be set and taken away with these rights. */
    public static Flags allowed(Flags flags, Rights rights) {
        return allFlags(rights)
                ? flags
                : Flags.of(flags.names().stream()
                        .filter(flag -> allowed(flag, rights))
                        .toList());
    }

    /** Whether every flag may be set and taken away with these rights. */
    public static boolean allFlags(Rights rights) {
        return rights.has('s') && rights.has('t') && rights.has('w');
    }
}
