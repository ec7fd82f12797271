package org.merpati.imap.fetch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Malformed;
import org.merpati.mime.Part;

/**
 * A section of a message as BODY[...] names it (RFC 3501 §6.4.5).
 *
 * @param path part numbers from 1
 * @param fields the field names of HEADER.FIELDS, as written
 */
public record Section(List<Integer> path, Kind kind, List<String> fields) {
    /** What of the part. */
    public enum Kind {
        ALL(""),
        HEADER("HEADER"),
        FIELDS("HEADER.FIELDS"),
        NOT_FIELDS("HEADER.FIELDS.NOT"),
        TEXT("TEXT"),
        MIME("MIME");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        public boolean filtered() {
            return this == FIELDS || this == NOT_FIELDS;
        }
    }

    /** A stretch of a message. */
    public record Range(int from, int to) {}

    public static final Section WHOLE = new Section(List.of(), Kind.ALL, List.of());
    public static final Section HEADER = new Section(List.of(), Kind.HEADER, List.of());
    public static final Section TEXT = new Section(List.of(), Kind.TEXT, List.of());

    public Section {
        path = List.copyOf(path);
        fields = List.copyOf(fields);
    }

    /** Part numbers alone, as BINARY has them, to behind {@code ]}. */
    public static Section parseNumbers(Parser parser) {
        Section section = parse(parser);
        if (section.kind != Kind.ALL) {
            throw new Malformed("a section of BINARY has only part numbers");
        }
        return section;
    }

    /** Reads it from behind {@code [} to behind {@code ]}. */
    public static Section parse(Parser parser) {
        List<Integer> path = new ArrayList<>();
        boolean dot = true;
        while (dot && parser.peek() >= '0' && parser.peek() <= '9') {
            if (path.size() == Parser.DEPTH_LIMIT * 3) {
                throw new Malformed("a section's part numbers are too many");
            }
            path.add((int) parser.number(Integer.MAX_VALUE));
            dot = parser.take('.');
        }
        if (path.contains(0)) {
            throw new Malformed("parts are numbered from 1");
        }
        Kind kind = Kind.ALL;
        List<String> fields = List.of();
        if (dot && (parser.peek() != ']' || !path.isEmpty())) {
            kind = kind(parser.word());
            if (kind == Kind.MIME && path.isEmpty()) {
                throw new Malformed("MIME needs a part number before it");
            }
            fields = kind.filtered() ? fields(parser) : fields;
        }
        parser.expect(']');
        return new Section(path, kind, fields);
    }

    private static Kind kind(String word) {
        for (Kind kind : Kind.values()) {
            if (kind != Kind.ALL && kind.text.equals(word)) {
                return kind;
            }
        }
        throw new Malformed("a section is HEADER, HEADER.FIELDS, HEADER.FIELDS.NOT, MIME, TEXT or part numbers");
    }

    private static List<String> fields(Parser parser) {
        List<String> fields = new ArrayList<>();
        parser.space();
        parser.expect('(');
        do {
            if (fields.size() == Parser.LIST_LIMIT) {
                throw new Malformed("at most " + Parser.LIST_LIMIT + " fields are named");
            }
            fields.add(parser.astring());
        } while (parser.take(' '));
        parser.expect(')');
        return fields;
    }

    /** Where it lies in a message of that structure; none if there is no such part. */
    @Nullable
    public Range in(Part root) {
        Part part = part(root);
        if (part == null) {
            return null;
        }
        return path.isEmpty() ? ofMessage(root, root.bodyEnd()) : ofPart(part);
    }

    /** The part that its numbers name; none if there is no such part. */
    @SuppressWarnings("ReferenceEquality")
    @Nullable
    public Part part(Part root) {
        Part part = root;
        Part container = root;
        for (int number : path) {
            if (container == null) {
                return null;
            }
            if (container.multipart() && !container.children().isEmpty()) {
                if (number > container.children().size()) {
                    return null;
                }
                part = container.children().get(number - 1);
            } else if (number == 1) {
                part = container;
            } else {
                return null;
            }
            boolean inner = part.multipart() && part != container;
            Part next = inner ? part : null;
            container = part.message().map(Part.Nested::part).orElse(next);
        }
        return part;
    }

    private Range ofMessage(Part entity, int end) {
        return switch (kind) {
            case ALL -> new Range(entity.headerStart(), end);
            case HEADER, FIELDS, NOT_FIELDS, MIME -> new Range(entity.headerStart(), entity.bodyStart());
            case TEXT -> new Range(entity.bodyStart(), entity.bodyEnd());
        };
    }

    private @Nullable Range ofPart(Part part) {
        return switch (kind) {
            case ALL -> new Range(part.bodyStart(), part.bodyEnd());
            case MIME -> new Range(part.headerStart(), part.bodyStart());
            case HEADER, FIELDS, NOT_FIELDS, TEXT ->
                part.message().map(n -> ofMessage(n.part(), n.part().bodyEnd())).orElse(null);
        };
    }

    /** Writes it as the client named it, with the brackets. */
    public void put(Reply reply) throws IOException {
        reply.put('[');
        for (int i = 0; i < path.size(); i++) {
            reply.put(i == 0 ? "" : ".").put(path.get(i).longValue());
        }
        if (kind != Kind.ALL) {
            reply.put(path.isEmpty() ? "" : ".").put(kind.text);
        }
        if (kind.filtered()) {
            reply.put(" (");
            for (int i = 0; i < fields.size(); i++) {
                reply.put(i == 0 ? "" : " ").put(written(fields.get(i)));
            }
            reply.put(')');
        }
        reply.put(']');
    }

    private static String written(String field) {
        boolean atom =
                !field.isEmpty() && field.chars().allMatch(c -> c > ' ' && c < 127 && "(){%*\"\\]".indexOf(c) < 0);
        String quoted = "\"" + field.replaceAll("([\"\\\\])", "\\\\$1").replaceAll("[^ -~]", "?") + "\"";
        return atom ? field : quoted;
    }

    /** Whether a field of that name is wanted by HEADER.FIELDS or HEADER.FIELDS.NOT. */
    public boolean wants(String name) {
        boolean named = false;
        for (String field : fields) {
            named |= field.equalsIgnoreCase(name);
        }
        return named == (kind == Kind.FIELDS);
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + path + fields;
    }
}
