/** The ways in to the admin operations: a socket in the data folder, HTTPS with a token, and who asks through them. */
@NullMarked
package org.merpati.node.door;

import org.jspecify.annotations.NullMarked;
