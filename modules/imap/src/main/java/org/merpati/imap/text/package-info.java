/** What IMAP is written in: words, numbers and names, read and written. */
@NullMarked
package org.merpati.imap.text;

import org.jspecify.annotations.NullMarked;
