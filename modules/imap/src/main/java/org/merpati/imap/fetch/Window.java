package org.merpati.imap.fetch;

import java.io.IOException;
import java.util.Optional;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Malformed;

/** The stretch of an item's octets that a partial FETCH asks for (RFC 3501 §6.4.5, RFC 3516 §4.2). */
public record Window(long offset, long length) {
    private static final long MOST = 0xffff_ffffL;

    /** Reads it if there is one. */
    static Optional<Window> parse(Parser parser) {
        if (!parser.take('<')) {
            return Optional.empty();
        }
        long offset = parser.number(MOST);
        parser.expect('.');
        long length = parser.number(MOST);
        parser.expect('>');
        if (length == 0) {
            throw new Malformed("a partial FETCH takes at least one octet");
        }
        return Optional.of(new Window(offset, length));
    }

    /** Where it begins in a stretch from one place to another. */
    int from(int first, int end) {
        return (int) Math.min(end, first + offset);
    }

    /** Where it ends there. */
    int to(int first, int end) {
        return (int) Math.min(end, from(first, end) + length);
    }

    /** Writes where it begins, behind the item's name. */
    void put(Reply reply) throws IOException {
        reply.put('<').put(offset).put('>');
    }
}
