package org.merpati.filter.bayes;

import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

/**
 * A message that is learned, as its tokens: an increment of counts that can be sent to where they are kept.
 *
 * @param message the digest of its octets, by which a second lesson on the same message is known
 * @param mark what it is said to be
 * @param tokens the digests of its tokens, each once, in ascending order; at most {@link #TOKENS_LIMIT}
 * @param millis the time of the lesson, milliseconds since 1970 (UTC)
 */
public record Lesson(long message, Mark mark, long[] tokens, long millis) {
    /** The most tokens that are taken from one message. */
    public static final int TOKENS_LIMIT = 4_096;

    private static final int VERSION = 1;
    private static final Mark[] MARKS = Mark.values();

    public Lesson {
        if (tokens.length > TOKENS_LIMIT) {
            throw new Malformed("a lesson has " + tokens.length + " tokens, more than " + TOKENS_LIMIT);
        }
        tokens = tokens.clone();
    }

    /** The tokens, not to be changed. */
    @Override
    public long[] tokens() {
        return tokens;
    }

    /** Writes the binary form, with its version. */
    public void write(BinaryWriter to) {
        to.u8(VERSION).i64(message).u8(mark.ordinal()).i64(millis).varint(tokens.length);
        for (long token : tokens) {
            to.i64(token);
        }
    }

    /**
     * Reads the binary form.
     *
     * @throws Malformed if it is not one, or of an unknown version
     */
    public static Lesson read(BinaryReader from) {
        int version = from.u8();
        if (version != VERSION) {
            throw new Malformed("a lesson of version " + version + " is not known here");
        }
        long message = from.i64();
        int mark = from.u8();
        if (mark >= MARKS.length) {
            throw new Malformed("a lesson has no mark " + mark);
        }
        long millis = from.i64();
        int count = from.count();
        if (count > TOKENS_LIMIT) {
            throw new Malformed("a lesson has " + count + " tokens, more than " + TOKENS_LIMIT);
        }
        long[] tokens = new long[count];
        for (int i = 0; i < count; i++) {
            tokens[i] = from.i64();
        }
        return new Lesson(message, MARKS[mark], tokens, millis);
    }
}
