package org.merpati.journal;

import java.util.Optional;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.NodeName;

/**
 * Who leads a group, as this node knows it.
 *
 * @param leading whether this node leads, has applied its log to the end and may serve
 * @param leader the node that leads, if one is known
 * @param epoch the term of that leadership
 */
public record Leadership(boolean leading, Optional<NodeName> leader, Epoch epoch) {
    /** Nothing is known. */
    public static final Leadership UNKNOWN = new Leadership(false, Optional.empty(), Epoch.NONE);
}
