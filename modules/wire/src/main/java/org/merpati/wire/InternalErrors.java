package org.merpati.wire;

import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what is thrown and is none of the three kinds of failure: a bug. A test fixture asserts that there is none.
 */
public final class InternalErrors {
    private static final Logger LOG = LoggerFactory.getLogger(InternalErrors.class);
    private static final LongAdder COUNT = new LongAdder();

    private InternalErrors() {}

    /** Logs a bug with its trace, once, and counts it. */
    public static void report(String where, Throwable bug) {
        COUNT.increment();
        LOG.error("internal error in {}", where, bug);
    }

    /** How many since the process began. */
    public static long count() {
        return COUNT.sum();
    }
}
