package org.merpati.store.search;

import java.io.IOException;
import java.util.Optional;
import org.merpati.mime.Summary;

/** A message that is to be indexed; what is asked for is read then. */
public interface Letter {
    /** Its UID. */
    long uid();

    /** Envelope, structure and cached headers as its row has them. */
    Summary summary();

    /**
     * Its octets.
     *
     * @return nothing if there are more than the limit
     * @throws IOException if the disk fails or a checksum is wrong
     */
    Optional<byte[]> octets(int limit) throws IOException;
}
