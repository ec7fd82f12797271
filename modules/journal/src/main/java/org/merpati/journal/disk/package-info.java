/** What a journal keeps on a disk: whether it is whole, how much room is left, whether the machine went down. */
@NullMarked
package org.merpati.journal.disk;

import org.jspecify.annotations.NullMarked;
