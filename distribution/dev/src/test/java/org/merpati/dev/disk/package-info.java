/** The faulty disk, tried by processes that die. */
@NullMarked
package org.merpati.dev.disk;

import org.jspecify.annotations.NullMarked;
