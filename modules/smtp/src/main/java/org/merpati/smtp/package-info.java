/** SMTP and LMTP, server and client, over Apache James Protocols sessions. */
@NullMarked
package org.merpati.smtp;

import org.jspecify.annotations.NullMarked;
