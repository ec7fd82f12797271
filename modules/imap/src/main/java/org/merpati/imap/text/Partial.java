package org.merpati.imap.text;

import java.util.Arrays;
import org.merpati.kernel.Malformed;

/**
 * A page of a result (RFC 9394 §3): places from 1, counted from its end where that is asked for.
 *
 * @param first the place nearest to where the counting begins
 */
public record Partial(long first, long last, boolean fromEnd) {
    private static final long MOST = 0xffff_ffffL;

    public static Partial parse(Parser parser) {
        boolean fromEnd = parser.take('-');
        long one = place(parser);
        parser.expect(':');
        if (parser.take('-') != fromEnd) {
            throw new Malformed("both ends of a page are counted from the same side");
        }
        long other = place(parser);
        return new Partial(Math.min(one, other), Math.max(one, other), fromEnd);
    }

    private static long place(Parser parser) {
        long place = parser.number(MOST);
        if (place == 0) {
            throw new Malformed("places are counted from 1");
        }
        return place;
    }

    /** The page of numbers, in their order. */
    public int[] of(int[] numbers) {
        int from = (int) Math.min(numbers.length, first - 1);
        int to = (int) Math.min(numbers.length, last);
        return fromEnd
                ? Arrays.copyOfRange(numbers, numbers.length - to, numbers.length - from)
                : Arrays.copyOfRange(numbers, from, to);
    }

    /** As it was asked for. */
    @Override
    public String toString() {
        String sign = fromEnd ? "-" : "";
        return sign + first + ":" + sign + last;
    }
}
