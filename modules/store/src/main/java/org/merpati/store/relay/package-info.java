/** A shard used at a node that has a copy of it and does not lead it. */
@NullMarked
package org.merpati.store.relay;

import org.jspecify.annotations.NullMarked;
