/** One replicated state machine: batches, commits, checkpoints, catch-up and the witness, over Apache Ratis. */
@NullMarked
package org.merpati.journal;

import org.jspecify.annotations.NullMarked;
