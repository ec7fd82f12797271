/** What name servers say: a client with a cache, lists of hosts and domains, the links of a message. */
@NullMarked
package org.merpati.filter.dns;

import org.jspecify.annotations.NullMarked;
