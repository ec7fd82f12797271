/** The console role: the admin API and the Monitor pages. */
@NullMarked
package org.merpati.console;

import org.jspecify.annotations.NullMarked;
