/** What FETCH tells of a message, an item each. */
@NullMarked
package org.merpati.imap.fetch;

import org.jspecify.annotations.NullMarked;
