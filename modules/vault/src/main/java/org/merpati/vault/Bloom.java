package org.merpati.vault;

/** A bloom filter over keys: ten bits a key, seven probes, fewer than one in a hundred false answers. */
final class Bloom {
    private static final int BITS_PER_KEY = 10;
    private static final int PROBES = 7;

    private final byte[] bits;

    Bloom(byte[] bits) {
        this.bits = bits;
    }

    /** A filter of the keys with these hashes. */
    static Bloom of(long[] hashes, int count) {
        Bloom bloom = new Bloom(new byte[Math.max(8, (int) ((long) count * BITS_PER_KEY / 8) + 1)]);
        for (int i = 0; i < count; i++) {
            bloom.probe(hashes[i], true);
        }
        return bloom;
    }

    static long hash(byte[] key) {
        long hash = 0xcbf29ce484222325L;
        for (byte octet : key) {
            hash = (hash ^ (octet & 0xff)) * 0x100000001b3L;
        }
        hash ^= hash >>> 32;
        hash *= 0x9e3779b97f4a7c15L;
        return hash ^ (hash >>> 29);
    }

    /** Whether a key of that hash may be there. */
    boolean may(long hash) {
        return probe(hash, false);
    }

    private boolean probe(long hash, boolean set) {
        long size = (long) bits.length * 8;
        long step = (hash >>> 33) | 1;
        long at = hash & 0xffffffffL;
        for (int i = 0; i < PROBES; i++, at += step) {
            int bit = (int) (at % size);
            if (set) {
                bits[bit >> 3] |= (byte) (1 << (bit & 7));
            } else if ((bits[bit >> 3] & (1 << (bit & 7))) == 0) {
                return false;
            }
        }
        return true;
    }

    byte[] bits() {
        return bits;
    }
}
