/**
 * A node put together: identity, channel, groups, directory and the roles that its configuration names; the command
 * line.
 */
@NullMarked
package org.merpati.node;

import org.jspecify.annotations.NullMarked;
