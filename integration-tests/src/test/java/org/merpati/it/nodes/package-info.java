/** Stories of nodes that are added to a running cluster and taken out of it. */
@NullMarked
package org.merpati.it.nodes;

import org.jspecify.annotations.NullMarked;
