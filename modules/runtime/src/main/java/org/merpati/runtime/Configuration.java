package org.merpati.runtime;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Malformed;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.toml.TomlMapper;

/**
 * Reads a TOML file into a configuration record. Each component of the record is a key, its {@link Key} gives meaning
 * and default; nested records are tables, lists of records arrays of tables. A key that no record knows stops the
 * reading, with a suggestion.
 */
public final class Configuration {
    private static final TomlMapper TOML = TomlMapper.builder().build();

    private final String source;
    private final Map<String, String> effective = new LinkedHashMap<>();

    private Configuration(String source) {
        this.source = source;
    }

    /** A record as read, and the table of its effective values with what each key means; what is not set is marked. */
    public record Read<T>(T value, List<String> table) {}

    /**
     * Reads a file.
     *
     * @throws Malformed if it is missing, is not TOML, or has a key that is unknown, missing or of the wrong kind
     */
    public static <T extends Record> Read<T> read(Path file, Class<T> type) {
        try {
            return parse(Files.readString(file), file.toString(), type);
        } catch (NoSuchFileException missing) {
            throw new Malformed("no configuration file " + file);
        } catch (IOException unreadable) {
            throw new Malformed("configuration file " + file + " cannot be read: " + unreadable.getMessage());
        }
    }

    /**
     * Reads a text.
     *
     * @param source where the text comes from, for messages
     */
    public static <T extends Record> Read<T> parse(String text, String source, Class<T> type) {
        JsonNode tree;
        try {
            tree = TOML.readTree(text);
        } catch (JacksonException broken) {
            throw new Malformed(source + " is not TOML: " + broken.getOriginalMessage() + " (line "
                    + (broken.getLocation() == null ? "?" : broken.getLocation().getLineNr()) + ")");
        }
        Configuration reader = new Configuration(source);
        T value = type.cast(reader.record(tree, type, ""));
        List<String> table = reader.effective.entrySet().stream()
                .map(e -> e.getKey() + " = " + e.getValue())
                .toList();
        return new Read<>(value, table);
    }

    private Object record(@Nullable JsonNode tree, Class<?> type, String path) {
        RecordComponent[] components = type.getRecordComponents();
        if (tree != null) {
            refuseUnknown(tree, components, path);
        }
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = component(tree, components[i], path);
        }
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException refused) {
            throw new Malformed(source + ": " + (path.isEmpty() ? "" : "[" + path + "] ")
                    + (refused.getCause() == null ? refused : refused.getCause()).getMessage());
        } catch (ReflectiveOperationException bug) {
            throw new IllegalStateException(bug);
        }
    }

    private void refuseUnknown(JsonNode tree, RecordComponent[] components, String path) {
        Set<String> known = new TreeSet<>();
        for (RecordComponent component : components) {
            known.add(name(component));
        }
        for (String given : tree.propertyNames()) {
            if (!known.contains(given)) {
                String nearest = nearest(given, known);
                throw new Malformed(source + ": no key '" + qualified(path, given) + "'"
                        + (nearest.isEmpty()
                                ? "; known here: " + String.join(", ", known)
                                : "; did you mean '" + nearest + "'?"));
            }
        }
    }

    /** The component's name in the file: lower case with hyphens. */
    static String name(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
    }

    private static String qualified(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private Object component(@Nullable JsonNode tree, RecordComponent component, String path) {
        String name = name(component);
        String full = qualified(path, name);
        JsonNode given = tree == null ? null : tree.get(name);
        Class<?> type = component.getType();
        if (type.isRecord()) {
            return record(given, type, full);
        }
        if (type == List.class) {
            return list(given, component.getGenericType(), full);
        }
        Key key = component.getAnnotation(Key.class);
        boolean optional = type == Optional.class;
        if (given == null && key != null && !key.byDefault().equals(Key.NONE)) {
            given = TOML.readTree("v = " + key.byDefault()).get("v");
        }
        if (given == null) {
            if (optional) {
                effective.put("# " + full, "\"\"" + remark(key));
                return Optional.empty();
            }
            throw new Malformed(
                    source + ": the key '" + full + "' is missing" + (key == null ? "" : " (" + key.value() + ")"));
        }
        Class<?> inner = optional ? argument(component.getGenericType()) : type;
        Object value = scalar(given, inner, full);
        effective.put(full, given.asString() + remark(key));
        return optional ? Optional.of(value) : value;
    }

    private static String remark(@Nullable Key key) {
        if (key == null) {
            return "";
        }
        return "    # " + key.value() + (key.byDefault().equals(Key.NONE) ? "" : "; default " + key.byDefault());
    }

    private static Class<?> argument(Type generic) {
        return (Class<?>) ((ParameterizedType) generic).getActualTypeArguments()[0];
    }

    private List<Object> list(@Nullable JsonNode given, Type generic, String full) {
        List<Object> values = new ArrayList<>();
        if (given == null) {
            return values;
        }
        if (!given.isArray()) {
            throw new Malformed(source + ": '" + full + "' is a list");
        }
        Class<?> inner = argument(generic);
        for (int i = 0; i < given.size(); i++) {
            JsonNode element = given.get(i);
            values.add(inner.isRecord() ? record(element, inner, full + "." + i) : scalar(element, inner, full));
        }
        if (!inner.isRecord()) {
            effective.put(full, values.toString());
        }
        return values;
    }

    private Object scalar(JsonNode given, Class<?> type, String full) {
        String text = given.isContainer() ? "" : given.asString();
        try {
            if (given.isContainer()) {
                throw new Malformed("a table or list stands where a single value belongs");
            } else if (type == String.class) {
                return text;
            } else if (type == int.class || type == Integer.class) {
                return Integer.parseInt(text);
            } else if (type == long.class || type == Long.class) {
                return Long.parseLong(text);
            } else if (type == boolean.class || type == Boolean.class) {
                return bool(text);
            } else if (type == Path.class) {
                return Path.of(text);
            } else if (type == Duration.class) {
                return duration(text);
            } else if (type == InetSocketAddress.class) {
                return address(text);
            }
        } catch (IllegalArgumentException | Malformed wrong) {
            throw new Malformed(source + ": '" + full + "' is '" + text + "': " + wrong.getMessage());
        }
        throw new IllegalStateException("no configuration of type " + type);
    }

    private static boolean bool(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new Malformed("true or false");
        }
        return text.equals("true");
    }

    /**
     * Reads a duration: a number and {@code ms}, {@code s}, {@code m}, {@code h} or {@code d}.
     *
     * @throws Malformed if it is none
     */
    public static Duration duration(String text) {
        var matcher = java.util.regex.Pattern.compile("(\\d{1,9})(ms|s|m|h|d)").matcher(text);
        if (!matcher.matches()) {
            throw new Malformed("a duration is a number and ms, s, m, h or d, such as \"30s\"");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /**
     * Reads {@code host:port}.
     *
     * @throws Malformed if it is none
     */
    public static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (colon > 0 && port >= 0 && port <= 65_535) {
                return new InetSocketAddress(text.substring(0, colon), port);
            }
        } catch (NumberFormatException notANumber) {
            throw new Malformed("an address is host:port");
        }
        throw new Malformed("an address is host:port");
    }

    private static String nearest(String given, Set<String> known) {
        String best = "";
        int least = Math.max(2, given.length() / 3) + 1;
        for (String name : known) {
            int distance = distance(given, name);
            if (distance < least) {
                least = distance;
                best = name;
            }
        }
        return best;
    }

    /** The number of single-character edits between two words (Levenshtein). */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int swap = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(swap, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
