package org.merpati.store.search;

import java.util.List;

/**
 * What happened in a mailbox behind a {@link Progress}, as of one instant.
 *
 * @param reached where who takes these in is then
 * @param anew whether all that was known of the mailbox is void, because its UIDVALIDITY is another
 * @param expunged UIDs that are gone
 * @param arrived messages that came, ascending by UID
 * @param more whether there are more to come
 */
public record Changes(Progress reached, boolean anew, List<Long> expunged, List<Letter> arrived, boolean more) {
    public Changes {
        expunged = List.copyOf(expunged);
        arrived = List.copyOf(arrived);
    }

    /** Whether an index has nothing to write down. */
    boolean isEmpty() {
        return !anew && expunged.isEmpty() && arrived.isEmpty();
    }
}
