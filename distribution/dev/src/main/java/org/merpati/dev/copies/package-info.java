/**
 * What {@code ./dev bench journal} and {@code ./dev bench size} run: voters of a journal and of a shard, and the least
 * that copies can cost.
 */
@NullMarked
package org.merpati.dev.copies;

import org.jspecify.annotations.NullMarked;
