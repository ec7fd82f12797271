/** What an MTA knows of spam: what all have taught, and what the person has to whom a message goes. */
@NullMarked
package org.merpati.mta.learned;

import org.jspecify.annotations.NullMarked;
