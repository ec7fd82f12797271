/** Starts, configures, reports and stops a node: configuration records, lifecycle, counters, mail log, health. */
@NullMarked
package org.merpati.runtime;

import org.jspecify.annotations.NullMarked;
