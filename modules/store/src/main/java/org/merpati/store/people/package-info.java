/** What people do with their mail, and what is counted of it for them. */
@NullMarked
package org.merpati.store.people;

import org.jspecify.annotations.NullMarked;
