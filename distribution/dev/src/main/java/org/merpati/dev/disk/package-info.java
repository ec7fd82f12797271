/**
 * A disk whose faults are real for every file that this JVM writes through {@code java.nio.file}: power cuts, frozen
 * folders, failing syncs, no space. Installed as the JVM's default file system, so that it catches Ratis' files too.
 */
@NullMarked
package org.merpati.dev.disk;

import org.jspecify.annotations.NullMarked;
