/** Values every part speaks: addresses, ids, flags, failures, the clock and the binary form. */
@NullMarked
package org.merpati.kernel;

import org.jspecify.annotations.NullMarked;
