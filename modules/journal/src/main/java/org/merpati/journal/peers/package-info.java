/** How voters speak to each other: who is believed, what is kept away, and how soon they hear of a commit. */
@NullMarked
package org.merpati.journal.peers;

import org.jspecify.annotations.NullMarked;
