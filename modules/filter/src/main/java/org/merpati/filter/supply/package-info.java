/** Where content rules come from: a folder, an archive or a server, taken whole or not at all. */
@NullMarked
package org.merpati.filter.supply;

import org.jspecify.annotations.NullMarked;
