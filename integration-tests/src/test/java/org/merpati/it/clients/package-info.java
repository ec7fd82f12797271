/** Stories of what people read and look up mail with: real programs and libraries, and transcripts of protocols. */
@NullMarked
package org.merpati.it.clients;

import org.jspecify.annotations.NullMarked;
