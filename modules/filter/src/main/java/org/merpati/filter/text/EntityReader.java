package org.merpati.filter.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes a message apart, as leniently as the programs that show mail do. */
final class EntityReader {
    /** What is odd about a message's form. */
    enum Oddity {
        MISSING_HEAD_BODY_SEPARATOR,
        TRUNCATED_HEADER,
        MISSING_MIME_HEADERS,
        MISSING_MIME_HEAD_BODY_SEPARATOR,
        MIME_EPILOGUE_EXISTS,
        MIME_PART_LIMIT_EXCEEDED
    }

    private record Work(Entity entity, Optional<String> boundary, List<String> body, int depth) {}

    private static final int DEPTH = 20;
    private static final int PARTS_LIMIT = 1000;
    private static final int LINE_LIMIT = 2048;
    private static final int NAME_LIMIT = 256;
    private static final int VALUE_LIMIT = 8192;
    private static final int BLANK_LIMIT = 20;
    private static final int BAD_FIELDS = 3;
    private static final Pattern DISPOSITION_NAME =
            Pattern.compile("name=\\s*\"?([^\";]+)\"?", Pattern.CASE_INSENSITIVE);

    private final Entity root = new Entity();
    private final Set<Oddity> oddities = EnumSet.noneOf(Oddity.class);
    private final Map<String, Integer> boundaries = new HashMap<>();
    private final Deque<Work> queue = new ArrayDeque<>();
    private String head = "";
    private String body = "";

    /** Reads a message whose characters are octets. */
    EntityReader(String message) {
        message(root, message, DEPTH, true);
        while (!queue.isEmpty()) {
            Work work = queue.removeFirst();
            if (work.entity.type().startsWith("multipart/") && work.boundary.isPresent() && work.depth > 0) {
                multipart(work, work.boundary.get());
            } else {
                leaf(work);
            }
        }
    }

    Entity root() {
        return root;
    }

    Set<Oddity> oddities() {
        return oddities;
    }

    /** Whether a boundary that opened was never closed, or the other way round. */
    boolean boundaryOpen() {
        return boundaries.values().stream().anyMatch(state -> state != 0);
    }

    /** The header as it came. */
    String head() {
        return head;
    }

    /** What comes behind the header, as it came. */
    String body() {
        return body;
    }

    static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            end = end < 0 ? text.length() : end + 1;
            lines.add(text.substring(at, end));
            at = end;
        }
        return lines;
    }

    private void message(Entity entity, String text, int depth, boolean outermost) {
        List<String> all = lines(text);
        if (!all.isEmpty()
                && all.getFirst().startsWith("From ")
                && !all.getFirst().startsWith("From :")) {
            all.removeFirst();
        }
        boolean crlf = !all.isEmpty()
                && (all.getFirst().endsWith("\r\n") || all.getLast().endsWith("\r\n"));
        int at = new HeaderLines(entity, crlf, outermost).read(all);
        List<String> rest = all.subList(at, all.size());
        if (outermost) {
            body = String.join("", rest);
        }
        List<String> content = squeezed(rest, crlf);
        ContentKind kind = ContentKind.of(entity.header("content-type"));
        entity.type(kind.type());
        boolean needsBlank = kind.type().startsWith("multipart/")
                && content.size() > 1
                && !content.getFirst().isBlank()
                && !(kind.boundary().isPresent()
                        && content.getFirst().startsWith("--" + kind.boundary().get()));
        if (needsBlank) {
            content.addFirst("\n");
        }
        queue.add(new Work(entity, kind.boundary(), content, depth));
    }

    /** With line ends as rules expect them, and no more than some empty lines behind each other. */
    private static List<String> squeezed(List<String> lines, boolean crlf) {
        List<String> content = new ArrayList<>(lines.size());
        int blank = 0;
        for (int i = lines.size() - 1; i >= 0; i--) {
            String line = lines.get(i);
            blank = line.isBlank() ? blank + 1 : 0;
            if (blank <= BLANK_LIMIT + 1) {
                boolean squash = crlf && line.endsWith("\r\n");
                content.add(squash ? line.substring(0, line.length() - 2) + "\n" : line);
            }
        }
        Collections.reverse(content);
        return content;
    }

    /** Reads the fields of a message's header. */
    private final class HeaderLines {
        private final Entity entity;
        private final boolean crlf;
        private final boolean outermost;
        private final StringBuilder pristine = new StringBuilder();
        private @Nullable StringBuilder field;
        private int bad;

        HeaderLines(Entity entity, boolean crlf, boolean outermost) {
            this.entity = entity;
            this.crlf = crlf;
            this.outermost = outermost;
        }

        /** Gives the place of the first line behind the header. */
        int read(List<String> lines) {
            int at = 0;
            while (at < lines.size()) {
                String line = lines.get(at);
                boolean folded = line.startsWith(" ") || line.startsWith("\t");
                if (!folded) {
                    flush();
                    if (line.equals("\n") || (crlf && line.equals("\r\n"))) {
                        pristine.append(line);
                        return end(at + 1, false);
                    }
                    if (line.startsWith("--") || (!named(line) && ++bad > BAD_FIELDS)) {
                        return end(at, true);
                    }
                    field = new StringBuilder();
                }
                StringBuilder open = field;
                if (open == null) {
                    open = new StringBuilder();
                    field = open;
                }
                open.append(line);
                pristine.append(line);
                at++;
            }
            flush();
            return end(at, true);
        }

        private int end(int at, boolean odd) {
            if (outermost) {
                head = pristine.toString();
                if (odd) {
                    oddities.add(Oddity.MISSING_HEAD_BODY_SEPARATOR);
                }
            }
            return at;
        }

        private void flush() {
            StringBuilder open = field;
            int colon = open == null ? -1 : open.indexOf(":");
            if (open != null && colon >= 0) {
                String name = open.substring(0, colon).stripTrailing();
                String value = open.substring(colon + 1);
                boolean cut = name.length() > NAME_LIMIT || value.length() > VALUE_LIMIT;
                if (cut && outermost) {
                    oddities.add(Oddity.TRUNCATED_HEADER);
                }
                entity.add(new Field(
                        name.substring(0, Math.min(name.length(), NAME_LIMIT)),
                        cut(crlf ? value.replace("\r\n", "\n") : value)));
            }
            field = null;
        }

        private static String cut(String value) {
            return value.substring(0, Math.min(value.length(), VALUE_LIMIT));
        }
    }

    /** Whether a line begins with a field's name and a colon. */
    private static boolean named(String line) {
        int i = 0;
        while (i < line.length() && line.charAt(i) > 32 && line.charAt(i) < 127 && line.charAt(i) != ':') {
            i++;
        }
        int name = i;
        while (i < line.length() && (line.charAt(i) == ' ' || line.charAt(i) == '\t')) {
            i++;
        }
        return name > 0 && i < line.length() && line.charAt(i) == ':';
    }

    private void multipart(Work work, String boundary) {
        work.entity.branch();
        String opening = "--" + boundary;
        List<String> body = work.body;
        int start = 0;
        while (start < body.size() && !boundary(body.get(start), opening, false)) {
            start++;
        }
        if (start == body.size()) {
            start = 0;
        } else {
            boundaries.put(boundary, 1);
            start++;
            if (start < body.size() && !named(body.get(start))) {
                oddities.add(Oddity.MISSING_MIME_HEADERS);
            }
        }
        parts(work, boundary, body.subList(start, body.size()));
    }

    /** Whether a line is a boundary, or the closing one. */
    private static boolean boundary(String line, String opening, boolean closing) {
        if (!line.startsWith(opening)) {
            return false;
        }
        String rest = line.substring(opening.length());
        return closing ? rest.startsWith("--") && rest.substring(2).isBlank() : rest.isBlank();
    }

    private void parts(Work work, String boundary, List<String> body) {
        String opening = "--" + boundary;
        PartLines part = new PartLines(boundary);
        int count = 0;
        for (int i = 0; i < body.size(); i++) {
            String line = body.get(i);
            boolean closing = boundary(line, opening, true);
            boolean found = closing || boundary(line, opening, false);
            if (found && part.nested) {
                found = false;
                part.nested = !closing;
            }
            boolean last = i == body.size() - 1;
            if (!found && !last) {
                part.take(line);
                continue;
            }
            part.finish(found ? null : line);
            finish(work, part, boundary);
            if (found && closing) {
                boundaries.merge(boundary, -1, Integer::sum);
                epilogue(body.subList(i + 1, body.size()));
                return;
            }
            if (!last && !named(body.get(i + 1))) {
                oddities.add(Oddity.MISSING_MIME_HEADERS);
            }
            if (++count == PARTS_LIMIT) {
                oddities.add(Oddity.MIME_PART_LIMIT_EXCEEDED);
                return;
            }
            part = new PartLines(boundary);
        }
    }

    private void epilogue(List<String> rest) {
        for (String line : rest) {
            for (int i = 0; i < line.length(); i++) {
                char c = line.charAt(i);
                if (c != '.' && !Character.isWhitespace(c)) {
                    oddities.add(Oddity.MIME_EPILOGUE_EXISTS);
                    return;
                }
            }
        }
    }

    private void finish(Work work, PartLines part, String boundary) {
        ContentKind kind = ContentKind.of(part.entity.header("content-type"));
        boolean digest = kind.missing() && work.entity.type().equals("multipart/digest");
        part.entity.type(digest ? "message/rfc822" : kind.type());
        String inner = kind.boundary().filter(b -> !b.isEmpty()).orElse(boundary);
        queue.add(new Work(part.entity, Optional.of(inner), part.content, work.depth - 1));
        work.entity.child(part.entity);
    }

    /** Gathers the lines of a part. */
    private final class PartLines {
        private final String boundary;
        private final Entity entity = new Entity();
        private final List<String> content = new ArrayList<>();
        private @Nullable StringBuilder field;
        private boolean inBody;
        private boolean nested;

        PartLines(String boundary) {
            this.boundary = boundary;
        }

        void take(String line) {
            if (!inBody) {
                StringBuilder open = field;
                if (named(line)) {
                    flush();
                    field = new StringBuilder(line);
                    return;
                }
                if (open != null && (line.startsWith(" ") || line.startsWith("\t"))) {
                    open.append(line);
                    return;
                }
                flush();
                inBody = true;
                if (line.equals("\n") || line.equals("\r\n")) {
                    return;
                }
                oddities.add(Oddity.MISSING_MIME_HEAD_BODY_SEPARATOR);
            }
            append(line);
        }

        private void append(String line) {
            int at = 0;
            while (line.length() - at > LINE_LIMIT) {
                content.add(line.substring(at, at + LINE_LIMIT) + "\n");
                at += LINE_LIMIT;
            }
            content.add(line.substring(at));
        }

        private void flush() {
            StringBuilder open = field;
            if (open != null) {
                int colon = open.indexOf(":");
                String name = open.substring(0, colon);
                entity.add(new Field(name, open.substring(colon + 1).stripLeading()));
                if (name.equalsIgnoreCase("content-type")) {
                    Optional<String> inner =
                            ContentKind.of(entity.header("content-type")).boundary();
                    nested |= inner.isPresent() && inner.get().equals(boundary);
                }
                field = null;
            }
        }

        /** Ends with the last line of all, or before a boundary, whose line end belongs to it. */
        void finish(@Nullable String line) {
            if (line != null) {
                append(line);
                return;
            }
            flush();
            if (!content.isEmpty()) {
                String last = content.removeLast();
                String cut = last.endsWith("\n") ? last.substring(0, last.length() - 1) : last;
                if (!cut.isEmpty()) {
                    content.add(cut);
                }
            }
        }
    }

    private void leaf(Work work) {
        Entity entity = work.entity;
        ContentKind kind = ContentKind.of(entity.header("content-type"));
        if (!kind.missing()) {
            boolean container = kind.type().startsWith("multipart/") && work.boundary.isEmpty();
            entity.type(container ? "text/plain" : kind.type());
        }
        Matcher file = DISPOSITION_NAME.matcher(entity.header("content-disposition"));
        entity.described(kind.charset(), file.find() ? Optional.of(file.group(1)) : kind.name());
        entity.content(work.body);
        boolean message =
                entity.type().equals("message/rfc822") || entity.type().equals("message/global");
        if (message && work.depth > 0 && !entity.decoded().isEmpty()) {
            Entity inner = new Entity();
            message(inner, entity.decoded(), work.depth - 1, false);
            entity.child(inner);
        }
    }
}
