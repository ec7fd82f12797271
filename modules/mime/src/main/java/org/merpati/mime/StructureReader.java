package org.merpati.mime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a message's structure in one pass over its lines. A delimiter of any open multipart ends whatever is being
 * read, so an unterminated part ends where its parent goes on. Beyond the limits of depth and number a part is opaque.
 */
final class StructureReader {
    static final int DEPTH_LIMIT = 100;
    static final int PARTS_LIMIT = 20_000;

    private final byte[] octets;
    private final Boundaries boundaries = new Boundaries();
    private int at;
    private int line;
    private int parts;
    /** The delimiter that ended what was read last; none at the end of the octets. */
    private Boundaries.@Nullable Hit hit;
    /** Where the delimiter's line begins. */
    private int hitStart;

    private int hitLine;

    StructureReader(byte[] octets) {
        this.octets = octets;
    }

    /** A part with the header it was read from. */
    record Read(Part part, PartHeader header) {}

    Read message() {
        return entity(0, false);
    }

    private Read entity(int depth, boolean inDigest) {
        parts++;
        int headerStart = at;
        boolean ended = header();
        int bodyStart = ended ? hitStart : at;
        PartHeader header = new PartHeader(octets, headerStart, bodyStart);
        ContentType type = header.contentType(inDigest);
        String encoding = header.encoding();
        int bodyLine = ended ? hitLine : line;
        List<Part> children = List.of();
        Optional<Part.Nested> nested = Optional.empty();
        if (!ended) {
            boolean inside = depth < DEPTH_LIMIT && parts < PARTS_LIMIT;
            Optional<String> boundary = type.multipart() && inside ? type.boundary() : Optional.empty();
            if (boundary.isPresent()) {
                children = children(boundary.get(), depth, type.digest());
            } else if (type.message() && inside && isIdentity(encoding)) {
                Read inner = entity(depth + 1, false);
                nested = Optional.of(new Part.Nested(inner.header.envelope(), inner.part));
            } else {
                content();
            }
        }
        int inner = children.isEmpty() ? bodyStart : children.getLast().bodyEnd();
        int bodyEnd = bodyEnd(nested.map(n -> n.part().bodyEnd()).orElse(inner));
        int lines = bodyEnd == bodyStart ? 0 : (hit == null ? endLines() : hitLine) - bodyLine;
        return new Read(part(headerStart, bodyStart, bodyEnd, lines, type, encoding, header, children, nested), header);
    }

    private static boolean isIdentity(String encoding) {
        return !encoding.equals("BASE64") && !encoding.equals("QUOTED-PRINTABLE");
    }

    private static Part part(
            int headerStart,
            int bodyStart,
            int bodyEnd,
            int lines,
            ContentType type,
            String encoding,
            PartHeader header,
            List<Part> children,
            Optional<Part.Nested> nested) {
        return new Part(
                headerStart,
                bodyStart,
                bodyEnd,
                type.type(),
                type.subtype(),
                type.parameters(),
                header.value("content-id"),
                header.value("content-description"),
                encoding,
                header.value("content-md5"),
                header.disposition(),
                header.languages(),
                header.value("content-location"),
                lines,
                children,
                nested);
    }

    private int endLines() {
        return octets.length > 0 && octets[octets.length - 1] != '\n' ? line + 1 : line;
    }

    /**
     * Where a body ends: before the line end that belongs to the delimiter, or at the end of the octets. Where that
     * line end is also the empty line behind the header of the innermost part, it stays with the header.
     */
    private int bodyEnd(int least) {
        return hit == null ? octets.length : Lines.textEnd(octets, least, Math.max(least, hitStart));
    }

    /** Reads to behind the empty line; true if a delimiter or the end of the octets came first. */
    private boolean header() {
        hit = null;
        while (at < octets.length) {
            int start = at;
            if (nextLine()) {
                return true;
            }
            if (Lines.textEnd(octets, start, at) == start) {
                return false;
            }
        }
        hitStart = at;
        hitLine = line;
        return true;
    }

    /** Reads to the next delimiter or the end. */
    private void content() {
        hit = null;
        while (at < octets.length) {
            if (nextLine()) {
                return;
            }
        }
    }

    /** Takes a line; true if it is a delimiter. */
    private boolean nextLine() {
        int start = at;
        at = Lines.next(octets, start, octets.length);
        hit = boundaries.match(octets, start, at);
        if (hit != null) {
            hitStart = start;
            hitLine = line;
        }
        if (octets[at - 1] == '\n') {
            line++;
        }
        return hit != null;
    }

    private List<Part> children(String boundary, int depth, boolean digest) {
        List<Part> children = new ArrayList<>();
        int level = boundaries.push(boundary);
        content();
        while (hit != null && hit.level() == level && !hit.closes()) {
            if (parts >= PARTS_LIMIT) {
                boundaries.pop();
                content();
                return children;
            }
            children.add(entity(depth + 1, digest).part);
        }
        boundaries.pop();
        if (hit != null && hit.level() == level) {
            content();
        }
        return children;
    }
}
