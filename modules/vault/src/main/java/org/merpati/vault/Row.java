package org.merpati.vault;

import org.jspecify.annotations.Nullable;

/** A key and its value; no value means that the key was deleted and hides older rows. */
final class Row {
    private final byte[] key;
    private final byte @Nullable [] value;

    Row(byte[] key, byte @Nullable [] value) {
        this.key = key;
        this.value = value;
    }

    byte[] key() {
        return key;
    }

    byte @Nullable [] value() {
        return value;
    }

    /** What the row weighs, in octets. */
    int weight() {
        return key.length + (value == null ? 0 : value.length);
    }
}
