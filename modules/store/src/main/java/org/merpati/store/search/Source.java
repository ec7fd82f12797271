package org.merpati.store.search;

import java.io.IOException;
import java.util.Optional;

/** What an index reads of a shard's rows: from any thread, each call at one instant. */
public interface Source {
    /** The mailbox behind the given one in the order of the rows, or the first; none behind the last. */
    Optional<Place> next(Optional<Place> behind) throws IOException;

    /**
     * What happened in a mailbox.
     *
     * @param limit the most messages that arrived
     * @return nothing if there is no such mailbox, or none that holds messages
     */
    Optional<Changes> changes(Place place, Progress since, int limit) throws IOException;
}
