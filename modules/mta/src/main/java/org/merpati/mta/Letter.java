package org.merpati.mta;

import java.util.ArrayList;
import java.util.List;
import org.merpati.directory.Account;
import org.merpati.filter.Verdict;
import org.merpati.kernel.MailId;

/**
 * A message that is accepted: where it goes, and what the filter says of it.
 *
 * @param recipients at the same places as the verdict's judgements
 */
record Letter(MailId id, MailBody body, List<Recipients.Target> recipients, Verdict verdict) {
    /** The verdict for the recipient at a place, as text; nothing for somebody who is not ours. */
    String verdict(int place) {
        return recipients.get(place).account().isEmpty()
                ? ""
                : verdict.each().get(place).text();
    }

    /** The names of what the filter found, parted by commas. */
    String tests() {
        return verdict.report().tests();
    }

    /** The recipients as a spool keeps them. */
    List<MailEntry.Recipient> waiting(long now) {
        List<MailEntry.Recipient> waiting = new ArrayList<>();
        for (int place = 0; place < recipients.size(); place++) {
            Recipients.Target to = recipients.get(place);
            waiting.add(MailEntry.Recipient.waiting(to.address(), to.account().map(Account::id), now, verdict(place)));
        }
        return waiting;
    }
}
