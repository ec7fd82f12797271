/** Messages as octets: headers, structure, addresses and encodings. */
@NullMarked
package org.merpati.mime;

import org.jspecify.annotations.NullMarked;
