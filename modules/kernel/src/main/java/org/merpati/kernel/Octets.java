package org.merpati.kernel;

import java.util.Arrays;

/** An array of octets that compares by content. It is not copied and must not be changed. */
public final class Octets {
    /** No octets. */
    public static final Octets NONE = new Octets(new byte[0]);

    private final byte[] array;

    /** Keeps the array. */
    public Octets(byte[] array) {
        this.array = array;
    }

    /** The array that is kept. */
    public byte[] array() {
        return array;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Octets octets && Arrays.equals(array, octets.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    @Override
    public String toString() {
        return array.length + " octets";
    }
}
