/** Who is allowed and who is denied: entries of three scopes, and which of them decides. */
@NullMarked
package org.merpati.filter.lists;

import org.jspecify.annotations.NullMarked;
