/** Stories of clusters whose nodes run different releases. */
@NullMarked
package org.merpati.it.upgrade;

import org.jspecify.annotations.NullMarked;
