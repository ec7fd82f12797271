/** Waves of nearly equal messages: what marks them, who reported them, and what that says of the next one. */
@NullMarked
package org.merpati.filter.waves;

import org.jspecify.annotations.NullMarked;
