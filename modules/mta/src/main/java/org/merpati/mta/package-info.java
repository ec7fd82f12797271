/** The MTA role: reception policy, spool, routing, delivery, bounces and take-over. */
@NullMarked
package org.merpati.mta;

import org.jspecify.annotations.NullMarked;
