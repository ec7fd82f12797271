package org.merpati.imap.fetch;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.mime.Part;
import org.merpati.mime.TransferEncoding;
import org.merpati.store.Body;
import org.merpati.store.Message;

/**
 * A part without its transfer encoding, or its size then (RFC 3516 §4.2).
 *
 * @param window the stretch of it that is asked for
 */
public record BinaryItem(Section section, boolean size, boolean peek, Optional<Window> window) implements FetchItem {
    private static final Set<String> ENCODINGS = Set.of("7BIT", "8BIT", "BINARY", "BASE64", "QUOTED-PRINTABLE");
    private static final byte[] NONE = {};

    public static BinaryItem parse(String name, Parser parser) {
        parser.expect('[');
        Section section = Section.parseNumbers(parser);
        boolean size = name.equals("BINARY.SIZE");
        Optional<Window> window = size ? Optional.empty() : Window.parse(parser);
        return new BinaryItem(section, size, !name.equals("BINARY"), window);
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
        if (window.isPresent()) {
            window.get().put(reply);
        }
        if (octets == null) {
            reply.put(" NIL");
            return;
        }
        int end = octets.length;
        int from = window.map(w -> w.from(0, end)).orElse(0);
        int to = window.map(w -> w.to(0, end)).orElse(end);
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
