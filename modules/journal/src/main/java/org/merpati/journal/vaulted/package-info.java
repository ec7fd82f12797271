/** Checkpoints of a state machine whose durable state is a vault. */
@NullMarked
package org.merpati.journal.vaulted;

import org.jspecify.annotations.NullMarked;
