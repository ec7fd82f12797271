package org.merpati.imap.fetch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Malformed;
import org.merpati.mime.Ascii;
import org.merpati.mime.HeaderField;
import org.merpati.mime.Summary;
import org.merpati.store.Body;
import org.merpati.store.Message;

/** An item of FETCH (RFC 3501 §6.4.5, RFC 7162 §3.1.4, RFC 8474 §5, RFC 8514 §4.1), and how it is written. */
public sealed interface FetchItem permits FetchItem.Row, FetchItem.Octets, BinaryItem, PreviewItem {
    /** Items that come from the message's row. */
    enum Row implements FetchItem {
        UID,
        FLAGS,
        MODSEQ,
        INTERNALDATE,
        SIZE,
        ENVELOPE,
        BODY,
        BODYSTRUCTURE,
        SAVEDATE,
        EMAILID,
        THREADID
    }

    /**
     * A stretch of the message.
     *
     * @param label the name to answer with where it is not BODY[...]
     * @param kept whether rows keep the header fields that are asked for
     */
    record Octets(Section section, @Nullable String label, boolean peek, Optional<Window> window, boolean kept)
            implements FetchItem {
        Octets(Section section, @Nullable String label, boolean peek, Optional<Window> window) {
            this(section, label, peek, window, isKept(section));
        }

        private int from(int first, int end) {
            return window.map(w -> w.from(first, end)).orElse(first);
        }

        private int to(int first, int end) {
            return window.map(w -> w.to(first, end)).orElse(end);
        }

        private static boolean isKept(Section section) {
            return section.kind() == Section.Kind.FIELDS
                    && section.path().isEmpty()
                    && section.fields().stream().allMatch(f -> Summary.KEPT.contains(Ascii.lower(f)));
        }

        /** Whether its answer can be taken from the row's kept headers. */
        public boolean inRow(Summary summary) {
            return kept && summary.complete();
        }
    }

    /** Items that what an open mailbox keeps in memory suffices for. */
    Set<FetchItem> HOT = Set.of(Row.UID, Row.FLAGS, Row.MODSEQ, Row.INTERNALDATE, Row.SIZE);

    List<FetchItem> FAST = List.of(Row.FLAGS, Row.INTERNALDATE, Row.SIZE);
    List<FetchItem> ALL = List.of(Row.FLAGS, Row.INTERNALDATE, Row.SIZE, Row.ENVELOPE);
    List<FetchItem> FULL = List.of(Row.FLAGS, Row.INTERNALDATE, Row.SIZE, Row.ENVELOPE, Row.BODY);

    /** Reads an item other than the macros. */
    static FetchItem parse(String name, Parser parser) {
        return switch (name) {
            case "UID" -> Row.UID;
            case "FLAGS" -> Row.FLAGS;
            case "MODSEQ" -> Row.MODSEQ;
            case "INTERNALDATE" -> Row.INTERNALDATE;
            case "RFC822.SIZE" -> Row.SIZE;
            case "ENVELOPE" -> Row.ENVELOPE;
            case "BODYSTRUCTURE" -> Row.BODYSTRUCTURE;
            case "SAVEDATE" -> Row.SAVEDATE;
            case "EMAILID" -> Row.EMAILID;
            case "THREADID" -> Row.THREADID;
            case "BINARY", "BINARY.PEEK", "BINARY.SIZE" -> BinaryItem.parse(name, parser);
            case "PREVIEW" -> PreviewItem.parse(parser);
            case "RFC822" -> new Octets(Section.WHOLE, name, false, Optional.empty());
            case "RFC822.HEADER" -> new Octets(Section.HEADER, name, true, Optional.empty());
            case "RFC822.TEXT" -> new Octets(Section.TEXT, name, false, Optional.empty());
            case "BODY" -> parser.take('[') ? octets(parser, false) : Row.BODY;
            case "BODY.PEEK" -> {
                parser.expect('[');
                yield octets(parser, true);
            }
            default -> throw new Malformed("'" + Parser.cut(name) + "' is no FETCH item");
        };
    }

    private static Octets octets(Parser parser, boolean peek) {
        Section section = Section.parse(parser);
        return new Octets(section, null, peek, Window.parse(parser));
    }

    /** Writes a row's item with its name. */
    static void put(Row item, Message message, boolean recent, Reply reply) throws IOException {
        switch (item) {
            case UID -> reply.put("UID ").put(message.uid());
            case FLAGS -> reply.put("FLAGS ").flags(message.flags(), recent);
            case MODSEQ -> reply.put("MODSEQ (").put(message.modSeq()).put(')');
            case INTERNALDATE -> reply.put("INTERNALDATE ").dateTime(message.internalDate());
            case SIZE -> reply.put("RFC822.SIZE ").put(message.size());
            case SAVEDATE -> reply.put("SAVEDATE ").dateTime(message.savedDate());
            case EMAILID -> reply.put("EMAILID (").put(ObjectId.email(message)).put(')');
            case THREADID ->
                reply.put("THREADID (").put(ObjectId.thread(message)).put(')');
            case ENVELOPE -> {
                reply.put("ENVELOPE ");
                StructureWriter.envelope(message.summary().envelope(), reply);
            }
            case BODY -> {
                reply.put("BODY ");
                StructureWriter.part(message.summary().structure(), false, reply);
            }
            case BODYSTRUCTURE -> {
                reply.put("BODYSTRUCTURE ");
                StructureWriter.part(message.summary().structure(), true, reply);
            }
        }
    }

    /** Writes a stretch of a message with its name; the body may be absent where the row suffices. */
    static void put(Octets item, Message message, @Nullable Body body, Reply reply) throws IOException {
        if (item.label == null) {
            reply.put("BODY");
            item.section.put(reply);
            if (item.window.isPresent()) {
                item.window.get().put(reply);
            }
            reply.put(' ');
        } else {
            reply.put(item.label).put(' ');
        }
        if (body == null && item.window.isEmpty() && item.section.kind() == Section.Kind.FIELDS) {
            putKept(item.section, message.summary(), reply);
            return;
        }
        if (item.section.kind().filtered()) {
            byte[] filtered =
                    body == null ? kept(item.section, message.summary()) : filtered(item.section, message, body);
            putOctets(item, filtered, reply);
            return;
        }
        Section.Range range = item.section.in(message.summary().structure());
        if (range == null || body == null) {
            reply.put("NIL");
            return;
        }
        int from = item.from(range.from(), range.to());
        reply.literal(body, from, item.to(range.from(), range.to()) - from);
    }

    private static void putOctets(Octets item, byte @Nullable [] octets, Reply reply) throws IOException {
        if (octets == null) {
            reply.put("NIL");
            return;
        }
        int from = item.from(0, octets.length);
        reply.literal(octets, from, item.to(0, octets.length) - from);
    }

    /** Writes the fields wanted from the kept headers, and the empty line. */
    private static void putKept(Section section, Summary summary, Reply reply) throws IOException {
        List<Summary.Header> headers = summary.headers();
        int length = 2;
        long wanted = 0;
        for (int i = 0; i < headers.size(); i++) {
            if (section.wants(headers.get(i).name())) {
                length += headers.get(i).octets().length();
                wanted |= i < Long.SIZE ? 1L << i : 0;
            }
        }
        reply.put('{').put(length).put('}').line();
        for (int i = 0; i < headers.size(); i++) {
            if (i < Long.SIZE
                    ? (wanted >>> i & 1) != 0
                    : section.wants(headers.get(i).name())) {
                reply.put(headers.get(i).octets());
            }
        }
        reply.line();
    }

    /** The fields wanted from the kept headers, and the empty line. */
    private static byte[] kept(Section section, Summary summary) {
        StringBuilder text = new StringBuilder();
        for (Summary.Header header : summary.headers()) {
            if (section.wants(header.name())) {
                text.append(header.octets());
            }
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A section of a message in memory, if there is such a section. */
    static Optional<byte[]> octets(Section section, Message message, Body body) {
        if (section.kind().filtered()) {
            return Optional.ofNullable(filtered(section, message, body));
        }
        return Optional.ofNullable(section.in(message.summary().structure()))
                .map(range -> read(body, range.from(), range.to()));
    }

    /** The fields wanted from the header itself, and the empty line. */
    private static byte @Nullable [] filtered(Section section, Message message, Body body) {
        Section.Range range = section.in(message.summary().structure());
        if (range == null) {
            return null;
        }
        byte[] header = read(body, range.from(), range.to());
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream(1_024);
        for (HeaderField field : HeaderField.list(header, 0, header.length, Integer.MAX_VALUE)) {
            if (section.wants(field.name())) {
                out.write(header, field.start(), field.end() - field.start());
            }
        }
        out.write('\r');
        out.write('\n');
        return out.toByteArray();
    }

    /** A stretch of a body in memory. */
    static byte[] read(Body body, int from, int to) {
        try (var in = body.open(from)) {
            return in.readNBytes(to - from);
        } catch (IOException disk) {
            throw new UncheckedIOException(disk);
        }
    }
}
