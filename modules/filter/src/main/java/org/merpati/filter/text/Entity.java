package org.merpati.filter.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.merpati.mime.TransferEncoding;

/** A message or a part of one as rules look at it; all texts are octets as characters. */
public final class Entity {
    private static final Pattern PAGE = Pattern.compile("\\.s?html?$", Pattern.CASE_INSENSITIVE);
    private static final Pattern TRAILING = Pattern.compile("[ \t]+(?=\r?\n)");
    private static final Pattern TEXTUAL = Pattern.compile("^(?:text|message)\\b.*", Pattern.DOTALL);

    private final List<Field> fields = new ArrayList<>();
    private @Nullable List<Entity> parts;
    private List<String> lines = List.of();
    private @Nullable String decoded;
    private @Nullable Rendering rendering;
    private String type = "text/plain";
    private Optional<String> charset = Optional.empty();
    private Optional<String> name = Optional.empty();

    Entity() {}

    void add(Field field) {
        fields.add(field);
    }

    void child(Entity part) {
        List<Entity> known = parts;
        if (known == null) {
            known = new ArrayList<>();
            parts = known;
        }
        known.add(part);
    }

    void branch() {
        if (parts == null) {
            parts = new ArrayList<>();
        }
    }

    void content(List<String> content) {
        lines = content;
    }

    void type(String media) {
        type = media;
    }

    void described(Optional<String> set, Optional<String> file) {
        charset = set;
        name = file;
    }

    /** The fields of its header, in order. */
    public List<Field> fields() {
        return fields;
    }

    /** The fields of a name, in any case. */
    public List<Field> fields(String wanted) {
        List<Field> found = new ArrayList<>();
        for (Field field : fields) {
            if (field.name().equalsIgnoreCase(wanted)) {
                found.add(field);
            }
        }
        return found;
    }

    /** The value of the last field of a name, or nothing. */
    public String header(String wanted) {
        for (int i = fields.size() - 1; i >= 0; i--) {
            if (fields.get(i).name().equalsIgnoreCase(wanted)) {
                return fields.get(i).value();
            }
        }
        return "";
    }

    /** The media type in lower case. */
    public String type() {
        return type;
    }

    /** The media type that it is treated as: a file named like a page is one. */
    public String effectiveType() {
        return name.isPresent() && PAGE.matcher(name.get()).find() ? "text/html" : type;
    }

    /** The media type that its field declares, whatever it is treated as. */
    public String declaredType() {
        return ContentKind.of(header("content-type")).type();
    }

    /** The character set that its field declares, or nothing. */
    public String declaredCharset() {
        return ContentKind.of(header("content-type")).charset().orElse("");
    }

    /** The character set as declared. */
    public Optional<String> charset() {
        return charset;
    }

    /** The name of its file. */
    public Optional<String> name() {
        return name;
    }

    /** Whether it has no parts. */
    public boolean leaf() {
        return parts == null;
    }

    /** The lines of its content, as encoded, with their ends. */
    public List<String> lines() {
        return lines;
    }

    /** Itself and all its parts that fit, from the front. */
    public List<Entity> find(Predicate<Entity> wanted) {
        List<Entity> found = new ArrayList<>();
        find(wanted, found);
        return found;
    }

    private void find(Predicate<Entity> wanted, List<Entity> found) {
        if (wanted.test(this)) {
            found.add(this);
        }
        List<Entity> children = parts;
        if (children != null) {
            for (Entity child : children) {
                child.find(wanted, found);
            }
        }
    }

    /** Its direct parts. */
    public List<Entity> parts() {
        List<Entity> children = parts;
        return children == null ? List.of() : children;
    }

    /** Its content without transfer encoding. */
    public String decoded() {
        String known = decoded;
        if (known == null) {
            known = decode();
            decoded = known;
        }
        return known;
    }

    private String decode() {
        String raw = String.join("", lines);
        String encoding = header("content-transfer-encoding").toLowerCase(Locale.ROOT);
        if (encoding.equals("quoted-printable")) {
            byte[] octets = Latin.octets(TRAILING.matcher(raw).replaceAll(""));
            return Latin.of(TransferEncoding.decode(encoding, octets, 0, octets.length))
                    .replace("\r\n", "\n");
        }
        if (encoding.equals("base64")) {
            byte[] octets = Latin.octets(raw);
            String content = Latin.of(TransferEncoding.decode(encoding, octets, 0, octets.length));
            return TEXTUAL.matcher(type).matches() ? content.replace("\r\n", "\n") : content;
        }
        return raw;
    }

    /** Its text as people see it; nothing if it is neither plain text nor a page. */
    public Optional<Rendering> rendered() {
        String media = effectiveType();
        if (!media.equals("text/plain") && !media.equals("text/html")) {
            return Optional.empty();
        }
        Rendering known = rendering;
        if (known == null) {
            known = Rendering.of(decoded(), charset.orElse("us-ascii"), media.equals("text/html"));
            rendering = known;
        }
        return Optional.of(known);
    }
}
