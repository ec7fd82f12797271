/** The full-text index of a shard on one copy: derived, and behind the write path (Apache Lucene, only here). */
@NullMarked
package org.merpati.store.search;

import org.jspecify.annotations.NullMarked;
