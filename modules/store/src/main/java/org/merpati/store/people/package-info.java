/** What people do with their mail, what others may do with it, and what is counted of it for them. */
@NullMarked
package org.merpati.store.people;

import org.jspecify.annotations.NullMarked;
