package org.merpati.filter.text;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How text looks inside an element of a page. */
final class Style {
    private static final Map<String, Set<String>> ATTRIBUTES = Map.ofEntries(
            Map.entry("basefont", Set.of("color", "size")),
            Map.entry("body", Set.of("text")),
            Map.entry("font", Set.of("color", "size")),
            Map.entry("table", Set.of("style")),
            Map.entry("td", Set.of("style")),
            Map.entry("tr", Set.of("style")),
            Map.entry("span", Set.of("style")),
            Map.entry("p", Set.of("style")),
            Map.entry("div", Set.of("style")),
            Map.entry("a", Set.of("style")));

    private static final Pattern COLOR =
            Pattern.compile("^\\s*(background-)?color:\\s*(.+?)\\s*$", Pattern.CASE_INSENSITIVE);
    private static final Pattern BACKGROUND = Pattern.compile("^\\s*background:\\s*(.+?)\\s*$");
    private static final Pattern DECLARATION =
            Pattern.compile("^\\s*([a-z_-]+)\\s*:\\s*(\\S.*?)\\s*$", Pattern.CASE_INSENSITIVE);
    private static final Pattern SIZE = Pattern.compile("^\\s*([+-]?)(\\d{1,6})");
    private static final Pattern IMPORTANT = Pattern.compile("\\s*!\\s*important$");
    private static final double UNREADABLE = 12;
    private static final int LENGTH_LIMIT = 4096;

    /** What readability came to. */
    enum Sight {
        PLAIN,
        LOW_CONTRAST,
        INVALID_COLOR,
        HIDDEN
    }

    final String tag;
    int size;
    private String foreground;
    private String background;
    private String display;
    private String visibility;

    private Style(String tag, int size, String foreground, String background, String display, String visibility) {
        this.tag = tag;
        this.size = size;
        this.foreground = foreground;
        this.background = background;
        this.display = display;
        this.visibility = visibility;
    }

    static Style plain() {
        return new Style("default", 3, "#000000", "#ffffff", "", "");
    }

    Style inside(String element) {
        return new Style(element, size, foreground, background, display, visibility);
    }

    /** Takes over what an element's attributes say. */
    void attributes(Map<String, String> attributes, int base) {
        Set<String> known = ATTRIBUTES.getOrDefault(tag, Set.of());
        attributes.forEach((name, value) -> {
            if (known.contains(name)) {
                switch (name) {
                    case "text", "color" -> foreground = Colors.of(value);
                    case "size" -> size(value, base);
                    default -> style(value.length() > LENGTH_LIMIT ? value.substring(0, LENGTH_LIMIT) : value);
                }
            }
        });
    }

    private void size(String value, int base) {
        Matcher given = SIZE.matcher(value);
        if (given.find()) {
            int number = Integer.parseInt(given.group(2));
            size = switch (given.group(1)) {
                case "+" -> base + number;
                case "-" -> base - number;
                default -> number;
            };
        }
    }

    private void style(String declarations) {
        String parent = background;
        for (String declaration : declarations.split(";")) {
            Matcher color = COLOR.matcher(declaration);
            Matcher ground = BACKGROUND.matcher(declaration);
            Matcher other = DECLARATION.matcher(declaration);
            if (color.find()) {
                color(
                        color.group(1) != null,
                        IMPORTANT
                                .matcher(color.group(2).toLowerCase(Locale.ROOT))
                                .replaceAll(""));
            } else if (ground.find()) {
                ground(ground.group(1).toLowerCase(Locale.ROOT));
            } else if (other.find()) {
                display = other.group(1).equals("display") ? other.group(2) : display;
                visibility = other.group(1).equals("visibility") ? other.group(2) : visibility;
            }
        }
        background = background.equals("transparent") ? parent : background;
        foreground = foreground.equals("transparent") ? background : foreground;
    }

    private void color(boolean ground, String value) {
        String color;
        if (value.contains("rgb")) {
            color = rgb(value);
        } else if (value.equals("inherit")) {
            return;
        } else {
            color = value.equals("transparent") ? value : Colors.of(value);
        }
        if (ground) {
            background = color;
        } else {
            foreground = color;
        }
    }

    private static String rgb(String value) {
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == ',' || (c >= '0' && c <= '9')) {
                digits.append(c);
            }
        }
        String[] parts = digits.toString().split(",", -1);
        StringBuilder color = new StringBuilder("#");
        for (int i = 0; i < 3; i++) {
            String part = i < parts.length ? parts[i] : "";
            int number = part.isEmpty() ? 0 : part.length() > 5 ? 255 : Math.min(255, Integer.parseInt(part));
            color.append(String.format(Locale.ROOT, "%02x", number));
        }
        return color.toString();
    }

    /** The last layer's first word that is a colour. */
    private void ground(String value) {
        int depth = 0;
        int layer = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            layer = c == ',' && depth == 0 ? i + 1 : layer;
        }
        for (String word : value.substring(layer).split(" ")) {
            String color = Colors.of(word);
            if (!word.isEmpty() && !color.equals(Colors.INVALID)) {
                background = color;
                return;
            }
        }
    }

    /** Whether people can see text of this style. */
    Sight sight() {
        if (last(foreground).equals(last(background))) {
            return Sight.LOW_CONTRAST;
        }
        if (Colors.distance(foreground, background) < UNREADABLE) {
            return Sight.LOW_CONTRAST;
        }
        if (foreground.equals(Colors.INVALID) || background.equals(Colors.INVALID)) {
            return Sight.INVALID_COLOR;
        }
        boolean hidden = size <= 1 || display.equalsIgnoreCase("none") || visibility.equalsIgnoreCase("hidden");
        return hidden ? Sight.HIDDEN : Sight.PLAIN;
    }

    private static String last(String color) {
        return color.substring(Math.max(0, color.length() - 6));
    }
}
