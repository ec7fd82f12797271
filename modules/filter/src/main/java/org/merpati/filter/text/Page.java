package org.merpati.filter.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A page (HTML) as people see it, and what is peculiar about its making. */
public final class Page {
    private static final Set<String> ELEMENTS = Set.of(("a abbr acronym address area b base bdo big blockquote body br"
                    + " button caption cite code col colgroup dd del dfn div dl dt em fieldset form h1 h2 h3 h4 h5 h6"
                    + " head hr html i img input ins kbd label legend li link map meta noscript object ol optgroup"
                    + " option p param pre q samp script select small span strong style sub sup table tbody td textarea"
                    + " tfoot th thead title tr tt ul var applet basefont center dir font frame frameset iframe isindex"
                    + " menu noframes s strike u nobr x-sigsep x-tab")
            .split(" "));
    private static final Set<String> RENDERED = Set.of("bgsound", "embed", "listing", "plaintext", "xmp");
    private static final Set<String> STYLED = Set.of(
            "body", "font", "table", "tr", "th", "td", "big", "small", "basefont", "marquee", "span", "p", "div", "a");
    private static final Set<String> ONE_SPACE =
            Set.of("li", "th", "td", "dd", "dt", "embed", "h1", "h2", "h3", "h4", "h5", "h6");
    private static final Set<String> PARAGRAPH =
            Set.of("p", "hr", "blockquote", "pre", "listing", "plaintext", "xmp", "title");
    private static final Pattern NAMESPACE = Pattern.compile("^(?:o|st\\d):[\\w-]+/?$");
    private static final Pattern FACE = Pattern.compile(
            "^\\s*[\"'.]?[a-z ][a-z -]*+(?<=[a-z])\\d?[\"']?(?:,\\s*[\"']?[a-z][a-z -]*+(?<=[a-z])\\d?[\"']?)*;?$",
            Pattern.CASE_INSENSITIVE);
    private static final int STYLES_LIMIT = 500;
    private static final int BACKHAIR = 7;

    private final List<String> pieces = new ArrayList<>();
    private final BitSet whitespace = new BitSet();
    private final BitSet invisible = new BitSet();
    private final List<Style> styles = new ArrayList<>(List.of(Style.plain()));
    private final Map<String, Integer> inside = new HashMap<>();
    private final Set<String> flags = new HashSet<>();
    private final Map<String, Double> numbers = new HashMap<>();
    private final Map<String, List<StringBuilder>> texts = new HashMap<>();
    private final Set<String> backhair = new HashSet<>();
    private final PageLinks links = new PageLinks();
    private int base = 3;
    private int tags;
    private int elements;
    private int tagsSeen;
    private int elementsSeen;
    private int closedExtra;
    private int obfuscation;
    private double imageArea;
    private int largest = 3;
    private int smallest = 3;

    Page() {}

    void start(String tag, Map<String, String> attributes) {
        count(tag, 1);
        if (NAMESPACE.matcher(tag).matches() || (!ELEMENTS.contains(tag) && !RENDERED.contains(tag))) {
            return;
        }
        if (STYLED.contains(tag)) {
            open(tag.equals("th") ? "td" : tag, attributes);
        }
        space(tag);
        links.start(tag, attributes);
        peculiar(tag, attributes);
    }

    void end(String tag) {
        count(tag, -1);
        if (ELEMENTS.contains(tag) || RENDERED.contains(tag)) {
            if (STYLED.contains(tag) && !tag.equals("body")) {
                close(tag.equals("th") ? "td" : tag);
            }
            space(tag);
        }
    }

    private void count(String tag, int by) {
        Integer known = inside.get(tag);
        if (ELEMENTS.contains(tag) || NAMESPACE.matcher(tag).matches()) {
            elements++;
            elementsSeen += known == null ? 1 : 0;
        }
        tags++;
        tagsSeen += known == null ? 1 : 0;
        int depth = (known == null ? 0 : known) + by;
        if (depth < 0) {
            depth = 0;
            closedExtra++;
        }
        inside.put(tag, depth);
    }

    private void open(String tag, Map<String, String> attributes) {
        if (tag.equals("basefont") && attributes.containsKey("size")) {
            String digits = attributes.get("size").strip();
            if (!digits.isEmpty() && digits.length() < 6 && digits.chars().allMatch(Character::isDigit)) {
                base = Integer.parseInt(digits);
                return;
            }
        }
        if (tag.equals("td") || tag.equals("tr")) {
            closeCells(tag);
        }
        Style style = styles.getLast().inside(tag);
        if (tag.equals("big") || tag.equals("small")) {
            style.size += tag.equals("big") ? 1 : -1;
        } else {
            style.attributes(attributes, base);
            largest = attributes.isEmpty() ? largest : Math.max(largest, style.size);
            smallest = attributes.isEmpty() ? smallest : Math.min(smallest, style.size);
        }
        if (styles.size() < STYLES_LIMIT) {
            styles.add(style);
        }
    }

    private boolean opened(String tag) {
        for (Style style : styles) {
            if (style.tag.equals(tag)) {
                return true;
            }
        }
        return false;
    }

    private void closeCells(String tag) {
        if (!opened(tag)) {
            return;
        }
        while (true) {
            String top = styles.getLast().tag;
            boolean cell = top.equals("font") || top.equals("td") || (tag.equals("tr") && top.equals("tr"));
            if (!cell || styles.size() == 1) {
                return;
            }
            styles.removeLast();
        }
    }

    private void close(String tag) {
        if (opened(tag)) {
            boolean closed = false;
            while (styles.size() > 1 && !closed) {
                closed = styles.removeLast().tag.equals(tag);
            }
        }
    }

    private void space(String tag) {
        if (tag.equals("br") || tag.equals("div")) {
            showSpace("\n");
        } else if (ONE_SPACE.contains(tag)) {
            showSpace(" ");
        } else if (PARAGRAPH.contains(tag)) {
            showSpace("\n\n");
        }
    }

    private void showSpace(String space) {
        int last = pieces.size() - 1;
        if (last >= 0 && !whitespace.get(last) && !invisible.get(last)) {
            String before = pieces.get(last);
            if (before.endsWith(" ")) {
                pieces.set(last, before.substring(0, before.length() - 1));
            }
        }
        whitespace.set(pieces.size());
        pieces.add(space);
    }

    private void show(String text, boolean hidden) {
        String shown = squeezed(text);
        int last = pieces.size() - 1;
        if (last >= 0 && !hidden && whitespace.get(last) && shown.startsWith(" ")) {
            shown = shown.substring(1);
        }
        invisible.set(pieces.size(), hidden);
        pieces.add(shown);
    }

    private static String squeezed(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        boolean space = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean blank = blank(c);
            if (!blank) {
                shown.append(c);
            } else if (!space) {
                shown.append(' ');
            }
            space = blank;
        }
        return shown.toString();
    }

    private static boolean blank(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    void words(String text) {
        if (depth("script") > 0) {
            list("script").add(new StringBuilder(text));
            return;
        }
        if (depth("style") > 0) {
            return;
        }
        if (depth("a") > 0) {
            links.anchor(text);
            last("anchor", text);
        }
        if (depth("title") > 0) {
            last("title", text);
        }
        boolean hidden = false;
        if (!text.chars().allMatch(c -> blank((char) c))) {
            Style.Sight sight = styles.getLast().sight();
            hidden = sight != Style.Sight.PLAIN;
            if (sight == Style.Sight.LOW_CONTRAST) {
                flags.add("font_low_contrast");
            } else if (sight == Style.Sight.INVALID_COLOR) {
                flags.add("font_invalid_color");
            }
        }
        broken(text);
        show(text, hidden);
    }

    /** Counts where markup parts a word. */
    private void broken(String text) {
        if (pieces.isEmpty() || text.isEmpty()) {
            return;
        }
        String before = pieces.getLast();
        int head = run(text, 0, 1);
        int tail = run(before, before.length() - 1, -1);
        obfuscation += head > 0 && tail > 0 ? 1 : 0;
        if (tail > 0 && tail <= BACKHAIR && head > 0 && head <= BACKHAIR) {
            backhair.add(tail + "_" + head);
        }
    }

    private static int run(String text, int from, int step) {
        int length = 0;
        for (int i = from; i >= 0 && i < text.length(); i += step) {
            char c = text.charAt(i);
            boolean mark =
                    c > 32 && c < 127 && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z');
            if (mark || Character.isWhitespace(c) || c == '\u00a0') {
                break;
            }
            length++;
        }
        return length;
    }

    void comment(String text) {
        list("comment").add(new StringBuilder(text));
    }

    void doctype() {
        elements++;
        tags++;
        inside.put("!doctype", 0);
    }

    private void peculiar(String tag, Map<String, String> attributes) {
        switch (tag) {
            case "font" -> {
                String face = attributes.get("face");
                if (face != null && (face.length() > 200 || !FACE.matcher(face).matches())) {
                    flags.add("font_face_bad");
                }
            }
            case "img" -> image(attributes);
            case "form" -> {
                if (attributes
                        .getOrDefault("action", "")
                        .toLowerCase(java.util.Locale.ROOT)
                        .contains("mailto:")) {
                    flags.add("form_action_mailto");
                }
            }
            case "object", "embed" -> flags.add("embeds");
            case "a" -> list("anchor").add(new StringBuilder());
            case "title" -> list("title").add(new StringBuilder());
            default -> {}
        }
    }

    private void image(Map<String, String> attributes) {
        if (depth("a") > 0) {
            links.anchor("<img>\n");
            last("anchor", "<img>\n");
        }
        String width = attributes.get("width");
        String height = attributes.get("height");
        if (width != null && height != null) {
            imageArea += pixels(width, 8) * pixels(height, 6);
        }
    }

    /** A measure in pixels; a percentage of a screen of 800 by 600, a guess if it is nothing. */
    private static double pixels(String measure, int percent) {
        boolean relative = measure.endsWith("%");
        String digits = relative ? measure.substring(0, measure.length() - 1) : measure;
        boolean number =
                !digits.isEmpty() && digits.length() < 9 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        double value = number ? Double.parseDouble(digits) * (relative ? percent : 1) : 0;
        return value > 0 ? value : 200;
    }

    private List<StringBuilder> list(String name) {
        return texts.computeIfAbsent(name, n -> new ArrayList<>());
    }

    private void last(String name, String text) {
        List<StringBuilder> list = list(name);
        if (list.isEmpty()) {
            list.add(new StringBuilder());
        }
        list.getLast().append(text);
    }

    private int depth(String tag) {
        return inside.getOrDefault(tag, 0);
    }

    /** Reckons what needs the whole page. */
    void finish(int octets, int characters) {
        String text = text();
        int spaces = (int)
                text.chars().filter(c -> Character.isWhitespace(c) || c == 0xa0).count();
        numbers.put("length", (double) characters);
        numbers.put("image_area", imageArea);
        numbers.put("min_size", (double) smallest);
        numbers.put("max_size", (double) largest);
        numbers.put("html_length", (double) text.length());
        numbers.put("non_space_len", (double) text.length() - spaces);
        if (octets > 0) {
            numbers.put("ratio", (double) (octets - text.length()) / octets);
        }
        if (tags > 0) {
            numbers.put("closed_extra_ratio", (double) closedExtra / tags);
            if (elements > 0) {
                numbers.put("bad_tag_ratio", (double) (tags - elements) / tags);
            }
            if (obfuscation > 0) {
                numbers.put("obfuscation_ratio", (double) obfuscation / tags);
            }
        }
        if (tagsSeen > 0 && elementsSeen > 0) {
            numbers.put("non_element_ratio", (double) (tagsSeen - elementsSeen) / tagsSeen);
        }
        if (!backhair.isEmpty()) {
            numbers.put("backhair_count", (double) backhair.size());
        }
        flags.add("html");
    }

    /** All text. */
    public String text() {
        return String.join("", pieces);
    }

    /** What people can see. */
    public String visible() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pieces.size(); i++) {
            if (!invisible.get(i)) {
                text.append(pieces.get(i));
            }
        }
        return text.toString();
    }

    /** Whether something is so, by the name that rules use. */
    public boolean flag(String name) {
        return flags.contains(name) || numbers.getOrDefault(name, 0.0) != 0;
    }

    /** A measure by the name that rules use; nothing if the page has no such thing. */
    public OptionalDouble number(String name) {
        Double value = numbers.get(name);
        return value == null
                ? flags.contains(name) ? OptionalDouble.of(1) : OptionalDouble.empty()
                : OptionalDouble.of(value);
    }

    /** Texts of a kind (comment, title, anchor, script), in UTF-8 octets. */
    public List<String> texts(String kind) {
        return texts.getOrDefault(kind, List.of()).stream()
                .map(text -> Latin.encode(text.toString()))
                .toList();
    }

    /** How many elements of a name are open at the end; null if there was none. */
    public @Nullable Integer open(String tag) {
        return inside.get(tag);
    }

    /** Its links as written, with where they stand. */
    public Map<String, Link> links() {
        return new LinkedHashMap<>(links.all());
    }
}
