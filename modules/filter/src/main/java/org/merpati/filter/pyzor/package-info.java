/** Pyzor: a server outside knows how often a text was reported, by a digest of it. */
@NullMarked
package org.merpati.filter.pyzor;

import org.jspecify.annotations.NullMarked;
