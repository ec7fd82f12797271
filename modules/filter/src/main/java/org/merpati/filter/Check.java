package org.merpati.filter;

import java.util.List;

/**
 * Looks at one side of a message. It takes any octets at all, throws nothing that a message or a peer may cause, and
 * keeps to bounded time and memory; where it has to wait (DNS, a virus scanner) it gives up in time and says so.
 */
@FunctionalInterface
public interface Check {
    /** What it found; nothing is common. */
    List<Finding> check(Suspect suspect);
}
