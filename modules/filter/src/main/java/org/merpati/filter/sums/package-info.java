/** Fuzzy digests of texts and attachments, to know a message again that others have reported. */
@NullMarked
package org.merpati.filter.sums;

import org.jspecify.annotations.NullMarked;
