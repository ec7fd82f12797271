/** A shard used at a node that has no copy of it. */
@NullMarked
package org.merpati.store.remote;

import org.jspecify.annotations.NullMarked;
