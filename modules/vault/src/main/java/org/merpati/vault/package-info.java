/** The durable state of one copy: sorted tables, blobs, and the manifest that names them (replication.md §4). */
@NullMarked
package org.merpati.vault;

import org.jspecify.annotations.NullMarked;
