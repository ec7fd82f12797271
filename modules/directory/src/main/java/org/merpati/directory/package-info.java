/** People and configuration: the replicated directory, its live copy on every node, and the LDAP server. */
@NullMarked
package org.merpati.directory;

import org.jspecify.annotations.NullMarked;
