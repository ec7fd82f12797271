/** The spam filter on a node: what all have taught it, in tables beside the directory, and its commands on files. */
@NullMarked
package org.merpati.node.filter;

import org.jspecify.annotations.NullMarked;
