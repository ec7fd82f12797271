/** The durable state of one copy: sorted tables, blobs and a manifest, all immutable files. */
@NullMarked
package org.merpati.vault;

import org.jspecify.annotations.NullMarked;
