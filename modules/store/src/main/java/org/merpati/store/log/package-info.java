/** What a shard's log holds and what applying it answers, in their binary forms. */
@NullMarked
package org.merpati.store.log;

import org.jspecify.annotations.NullMarked;
