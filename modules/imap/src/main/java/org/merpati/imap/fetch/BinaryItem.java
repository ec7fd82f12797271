package org.merpati.imap.fetch;

import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Malformed;
import org.merpati.mime.Part;
import org.merpati.mime.TransferEncoding;
import org.merpati.store.Body;
import org.merpati.store.Message;

/**
 * A part without its transfer encoding, or its size then (RFC 3516 §4.2).
 *
 * @param length of a stretch of it, or -1
 */
public record BinaryItem(Section section, boolean size, boolean peek, long offset, long length) implements FetchItem {
    private static final Set<String> ENCODINGS = Set.of("7BIT", "8BIT", "BINARY", "BASE64", "QUOTED-PRINTABLE");
    private static final byte[] NONE = {};

    public static BinaryItem parse(String name, Parser parser) {
        parser.expect('[');
        Section section = Section.parseNumbers(parser);
        boolean size = name.equals("BINARY.SIZE");
        long offset = 0;
        long length = -1;
        if (!size && parser.take('<')) {
            offset = parser.number(0xffff_ffffL);
            parser.expect('.');
            length = parser.number(0xffff_ffffL);
            parser.expect('>');
            if (length == 0) {
                throw new Malformed("a partial FETCH takes at least one octet");
            }
        }
        return new BinaryItem(section, size, !name.equals("BINARY"), offset, length);
    }

    /** Whether the part's encoding is known here. */
    public boolean decodable(Message message) {
        Part part = section.part(message.summary().structure());
        return part == null || !encoded(part) || ENCODINGS.contains(part.encoding());
    }

    /** Whether there is an encoding of the part itself: a whole message and what holds others have none. */
    private boolean encoded(Part part) {
        return !section.path().isEmpty() && !part.multipart() && part.message().isEmpty();
    }

    public void put(Message message, Body body, Reply reply) throws IOException {
        reply.put(size ? "BINARY.SIZE" : "BINARY");
        section.put(reply);
        byte[] octets = octets(message, body);
        if (size) {
            reply.put(' ').put(octets == null ? 0 : octets.length);
            return;
        }
        if (length >= 0) {
            reply.put('<').put(offset).put('>');
        }
        if (octets == null) {
            reply.put(" NIL");
            return;
        }
        int from = (int) Math.min(octets.length, offset);
        int to = length < 0 ? octets.length : (int) Math.min(octets.length, from + length);
        reply.put(' ').put(hasNul(octets, from, to) ? "~" : "").literal(octets, from, to - from);
    }

    private byte @Nullable [] octets(Message message, Body body) {
        Part root = message.summary().structure();
        Part part = section.part(root);
        Section.Range range = section.in(root);
        if (part == null || range == null) {
            return null;
        }
        byte[] raw = range.to() > range.from() ? FetchItem.read(body, range.from(), range.to()) : NONE;
        return encoded(part) ? TransferEncoding.decode(part.encoding(), raw, 0, raw.length) : raw;
    }

    private static boolean hasNul(byte[] octets, int from, int to) {
        for (int i = from; i < to; i++) {
            if (octets[i] == 0) {
                return true;
            }
        }
        return false;
    }
}
