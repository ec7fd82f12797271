/** What became of mail that came from the same network, or from the same proved sender. */
@NullMarked
package org.merpati.filter.reputation;

import org.jspecify.annotations.NullMarked;
