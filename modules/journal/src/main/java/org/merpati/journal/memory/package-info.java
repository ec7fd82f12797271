/** Groups in memory, under the contract of {@link org.merpati.journal.Journal}: for tests and trials. */
@NullMarked
package org.merpati.journal.memory;

import org.jspecify.annotations.NullMarked;
