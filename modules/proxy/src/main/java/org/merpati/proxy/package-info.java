/** The proxy role: finds the owner of an account and splices the client to it. */
@NullMarked
package org.merpati.proxy;

import org.jspecify.annotations.NullMarked;
