/** How the cluster is laid out: from the configuration files at first, from the directory when it has changed. */
@NullMarked
package org.merpati.node.layout;

import org.jspecify.annotations.NullMarked;
