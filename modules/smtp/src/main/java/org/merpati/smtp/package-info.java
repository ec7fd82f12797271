/** SMTP and LMTP, server and client, and the server of POP3, over Apache James Protocols sessions. */
@NullMarked
package org.merpati.smtp;

import org.jspecify.annotations.NullMarked;
