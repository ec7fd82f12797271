/** Perl's regular expressions on octets: read, translated, and searched for without being led astray. */
@NullMarked
package org.merpati.filter.regex;

import org.jspecify.annotations.NullMarked;
