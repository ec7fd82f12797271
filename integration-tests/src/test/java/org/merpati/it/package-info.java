/** Stories of a whole cluster: load, trouble, and a checker that compares what was acknowledged with what is there. */
@NullMarked
package org.merpati.it;

import org.jspecify.annotations.NullMarked;
