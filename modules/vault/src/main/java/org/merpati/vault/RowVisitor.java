package org.merpati.vault;

import java.io.IOException;

/** Is shown rows one after the other. */
@FunctionalInterface
public interface RowVisitor {
    /**
     * Sees a row; neither array may be changed.
     *
     * @return whether to go on
     */
    boolean row(byte[] key, byte[] value) throws IOException;
}
