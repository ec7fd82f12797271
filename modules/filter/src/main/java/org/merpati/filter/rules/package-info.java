/** Content rules: SpamAssassin's rule files, read as they are and run over a message. */
@NullMarked
package org.merpati.filter.rules;

import org.jspecify.annotations.NullMarked;
