/** What an administrator types: the commands that ask a running node, each in a file of its name. */
@NullMarked
package org.merpati.node.command;

import org.jspecify.annotations.NullMarked;
