package org.merpati.mailbox;

import java.util.Optional;
import java.util.Set;
import org.merpati.directory.SpamRequests;
import org.merpati.filter.Action;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Refused;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;

/** Which mailbox a message goes into that the filter has judged. */
final class Filing {
    private static final String JUNK = "\\Junk";

    private Filing() {}

    /** The name of the mailbox; it is made if it is not there. */
    static String mailbox(MailStore store, AccountId account, Action action) {
        return switch (action) {
            case DELIVER, TAG, DEFER -> "INBOX";
            case JUNK ->
                store.mailboxes(account).stream()
                        .filter(mailbox ->
                                mailbox.specialUse().filter(JUNK::equals).isPresent())
                        .map(Mailbox::name)
                        .findFirst()
                        .orElseGet(() -> made(store, account, "Junk", Set.of(JUNK)));
            case QUARANTINE, REJECT -> made(store, account, SpamRequests.QUARANTINE, Set.of());
        };
    }

    private static String made(MailStore store, AccountId account, String name, Set<String> uses) {
        Optional<Mailbox> there = store.mailbox(account, name);
        if (there.isEmpty()) {
            try {
                store.create(account, name, uses);
            } catch (Refused raced) {
                if (raced.reason() != Refused.Reason.ALREADY_EXISTS) {
                    throw raced;
                }
            }
        }
        return name;
    }
}
