/**
 * A cluster on one machine, embedded in one JVM or as processes: what {@code ./dev} and the integration tests start.
 */
@NullMarked
package org.merpati.dev;

import org.jspecify.annotations.NullMarked;
