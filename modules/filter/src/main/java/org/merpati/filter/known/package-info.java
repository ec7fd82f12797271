/** To whom our people write: mail from there is expected. */
@NullMarked
package org.merpati.filter.known;

import org.jspecify.annotations.NullMarked;
