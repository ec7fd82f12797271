/** What a sender has proved: SPF, DKIM, DMARC, ARC. */
@NullMarked
package org.merpati.filter.auth;

import org.jspecify.annotations.NullMarked;
