/** Sockets: listeners, client connections, TLS, limits and draining, over Apache MINA. */
@NullMarked
package org.merpati.wire;

import org.jspecify.annotations.NullMarked;
