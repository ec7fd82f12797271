/** A message as content rules look at it: its header, its text as people see it, its links and its way here. */
@NullMarked
package org.merpati.filter.text;

import org.jspecify.annotations.NullMarked;
