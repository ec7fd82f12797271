/** Feature levels: from when on a group's log may hold what an older release does not know. */
@NullMarked
package org.merpati.journal.level;

import org.jspecify.annotations.NullMarked;
