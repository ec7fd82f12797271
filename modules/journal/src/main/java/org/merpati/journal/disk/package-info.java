/** What a journal keeps on a node's disk: whether it is whole, how much room is left, and whether the machine went down. */
@NullMarked
package org.merpati.journal.disk;

import org.jspecify.annotations.NullMarked;
