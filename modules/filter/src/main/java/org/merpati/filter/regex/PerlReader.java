package org.merpati.filter.regex;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.merpati.filter.regex.Tree.Greed;
import org.merpati.filter.regex.Tree.Place;
import org.merpati.kernel.Malformed;

/** Reads Perl's regular expressions, as far as rules use them; letters, digits and space are those of ASCII. */
final class PerlReader {
    private record Flags(boolean anyCase, boolean lines, boolean dotAll, boolean extended) {
        static final Flags NONE = new Flags(false, false, false, false);
    }

    private static final int DEPTH = 200;
    private static final int REPEAT_LIMIT = 65_535;

    private final String text;
    private final Fragments known;
    private final Map<String, Integer> names = new HashMap<>();
    private Flags flags = Flags.NONE;
    private int at;
    private int groups;
    private int depth;
    private int references;

    private PerlReader(String text, Fragments known) {
        this.text = text;
        this.known = known;
    }

    /**
     * Reads an expression.
     *
     * @param modifiers the letters behind it
     * @param known the parts that were read before
     * @throws Malformed with what is wrong with it
     */
    static Tree read(String expression, String modifiers, Fragments known) {
        PerlReader reader = new PerlReader(expression, known);
        reader.modify(modifiers, true);
        Tree tree = reader.choice();
        if (reader.at < expression.length()) {
            throw reader.malformed("a closing parenthesis without an opening one");
        }
        return tree;
    }

    private Malformed malformed(String what) {
        return new Malformed(what + " at character " + (at + 1) + " of the expression");
    }

    private void modify(String letters, boolean on) {
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            flags = switch (letter) {
                case 'i' -> new Flags(on, flags.lines, flags.dotAll, flags.extended);
                case 'm' -> new Flags(flags.anyCase, on, flags.dotAll, flags.extended);
                case 's' -> new Flags(flags.anyCase, flags.lines, on, flags.extended);
                case 'x' -> new Flags(flags.anyCase, flags.lines, flags.dotAll, on);
                case '^' -> Flags.NONE;
                case 'a', 'u', 'l', 'd', 'n', 'p', 'g', 'o' -> flags;
                default -> throw malformed("an unknown modifier '" + letter + "'");
            };
        }
    }

    private Tree choice() {
        if (++depth > DEPTH) {
            throw malformed("more than " + DEPTH + " nested groups");
        }
        List<Tree> parts = new ArrayList<>();
        parts.add(sequence());
        while (at < text.length() && text.charAt(at) == '|') {
            at++;
            parts.add(sequence());
        }
        depth--;
        return parts.size() == 1 ? parts.getFirst() : new Tree.Choice(parts);
    }

    private Tree sequence() {
        List<Tree> parts = new ArrayList<>();
        while (true) {
            passOver();
            if (at >= text.length() || text.charAt(at) == '|' || text.charAt(at) == ')') {
                return parts.size() == 1 ? parts.getFirst() : new Tree.Sequence(parts);
            }
            Tree atom = atom();
            parts.add(repeated(atom));
        }
    }

    private void passOver() {
        while (at < text.length()) {
            if (text.startsWith("(?#", at)) {
                int end = text.indexOf(')', at);
                at = end < 0 ? text.length() : end + 1;
            } else if (flags.extended && Character.isWhitespace(text.charAt(at))) {
                at++;
            } else if (flags.extended && text.charAt(at) == '#') {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end + 1;
            } else {
                return;
            }
        }
    }

    private Tree repeated(Tree atom) {
        Tree tree = atom;
        while (true) {
            passOver();
            char c = at < text.length() ? text.charAt(at) : ' ';
            int least;
            int most;
            if (c == '*' || c == '+' || c == '?') {
                least = c == '+' ? 1 : 0;
                most = c == '?' ? 1 : -1;
                at++;
            } else if (c == '{' && counted(at)) {
                int end = text.indexOf('}', at);
                String[] bounds = text.substring(at + 1, end).split(",", -1);
                least = number(bounds[0].strip());
                most = bounds.length == 1 ? least : bounds[1].isBlank() ? -1 : number(bounds[1].strip());
                at = end + 1;
            } else {
                return tree;
            }
            if (most >= 0 && most < least) {
                throw malformed("a repetition whose most is less than its least");
            }
            tree = new Tree.Repeat(tree, least, most, greed());
        }
    }

    private Greed greed() {
        char c = at < text.length() ? text.charAt(at) : ' ';
        at += c == '?' || c == '+' ? 1 : 0;
        return c == '?' ? Greed.LAZY : c == '+' ? Greed.POSSESSIVE : Greed.GREEDY;
    }

    private boolean counted(int from) {
        int i = from + 1;
        boolean digit = false;
        while (i < text.length() && (Character.isDigit(text.charAt(i)) || (digit && text.charAt(i) == ','))) {
            digit = true;
            i++;
        }
        return digit && i < text.length() && text.charAt(i) == '}';
    }

    private int number(String digits) {
        if (digits.isEmpty()) {
            return 0;
        }
        int number = digits.length() > 6 ? REPEAT_LIMIT + 1 : Integer.parseInt(digits);
        if (number > REPEAT_LIMIT) {
            throw malformed("a repetition of more than " + REPEAT_LIMIT);
        }
        return number;
    }

    private Tree atom() {
        char c = text.charAt(at++);
        return switch (c) {
            case '.' ->
                new Tree.Octet(
                        flags.dotAll ? OctetSet.none().not() : OctetSet.of('\n').not());
            case '^' -> new Tree.At(flags.lines ? Place.BEGIN_LINE : Place.BEGIN);
            case '$' -> new Tree.At(flags.lines ? Place.END_LINE : Place.END_FINAL);
            case '[' -> {
                ClassReader reader = new ClassReader(text, at);
                OctetSet set = reader.read();
                at = reader.at();
                yield octet(set, reader.negative());
            }
            case '(' -> group();
            case '\\' -> escape();
            case '%' -> insert();
            case '*', '+', '?' -> throw malformed("a repetition of nothing");
            default -> literal(c);
        };
    }

    private Tree insert() {
        int end = at < text.length() && text.charAt(at) == '{' ? text.indexOf('}', at) : -1;
        if (end < 0 || !text.substring(at + 1, end).matches("[A-Z][A-Z0-9_]*")) {
            return literal('%');
        }
        String tag = text.substring(at + 1, end);
        at = end + 1;
        references++;
        return new Tree.Insert(tag);
    }

    private Tree literal(int c) {
        if (c > 255) {
            throw malformed("a character beyond an octet");
        }
        return octet(OctetSet.of(c), false);
    }

    private Tree octet(OctetSet set, boolean negative) {
        OctetSet folded = flags.anyCase ? set.anyCase() : set;
        return new Tree.Octet(negative ? folded.not() : folded);
    }

    private Tree escape() {
        if (at >= text.length()) {
            throw malformed("a backslash at the end");
        }
        char c = text.charAt(at);
        return switch (c) {
            case 'b' -> place(Place.WORD);
            case 'B' -> place(Place.NOT_WORD);
            case 'A' -> place(Place.BEGIN);
            case 'z' -> place(Place.END);
            case 'Z' -> place(Place.END_FINAL);
            case 'Q' -> quoted();
            case 'R' -> lineEnd();
            case 'k', 'g' -> reference();
            default -> c >= '1' && c <= '9' && !octal() ? numbered() : character();
        };
    }

    private Tree place(Place place) {
        at++;
        return new Tree.At(place);
    }

    private Tree lineEnd() {
        at++;
        Tree pair = new Tree.Sequence(List.of(new Tree.Octet(OctetSet.of('\r')), new Tree.Octet(OctetSet.of('\n'))));
        return new Tree.Choice(List.of(pair, new Tree.Octet(OctetSet.range('\n', '\r'))));
    }

    private Tree numbered() {
        int end = at;
        while (end < text.length() && Character.isDigit(text.charAt(end)) && end - at < 2) {
            end++;
        }
        int number = Integer.parseInt(text.substring(at, end));
        at = end;
        return back(number);
    }

    private Tree character() {
        ClassReader reader = new ClassReader(text, at);
        OctetSet set = reader.escape(false);
        at = reader.at();
        return octet(set, false);
    }

    /** Whether digits behind a backslash are an octal number: more than there are groups, and three of them. */
    private boolean octal() {
        return at + 2 < text.length() && text.substring(at, at + 3).matches("[0-3][0-7]{2}");
    }

    private Tree back(int number) {
        references++;
        if (number > groups) {
            throw malformed("a reference to group " + number + ", which does not exist");
        }
        return new Tree.Back(number, flags.anyCase);
    }

    private Tree reference() {
        String rest = text.substring(at);
        java.util.regex.Matcher form = java.util.regex.Pattern.compile(
                        "^[kg](?:\\{(-?\\w+)\\}|<(\\w+)>|'(\\w+)'|(\\d+))")
                .matcher(rest);
        if (!form.find()) {
            throw malformed("a reference that names nothing");
        }
        at += form.end();
        for (int i = 1; i <= 4; i++) {
            String name = form.group(i);
            if (name != null) {
                if (name.matches("-?\\d{1,3}")) {
                    int number = Integer.parseInt(name);
                    return back(number < 0 ? groups + 1 + number : number);
                }
                return back(names.getOrDefault(name, Integer.MAX_VALUE));
            }
        }
        throw malformed("a reference that names nothing");
    }

    private Tree quoted() {
        int end = text.indexOf("\\E", at);
        String literal = text.substring(at + 1, end < 0 ? text.length() : end);
        at = end < 0 ? text.length() : end + 2;
        return new Tree.Sequence(literal.chars().mapToObj(this::literal).toList());
    }

    private Tree group() {
        if (at >= text.length() || text.charAt(at) != '?') {
            int number = ++groups;
            return new Tree.Group(closed(), number, Optional.empty());
        }
        at++;
        for (String look : new String[] {"<=", "<!", "=", "!"}) {
            if (text.startsWith(look, at)) {
                at += look.length();
                return new Tree.Look(closed(), !look.startsWith("<"), look.endsWith("!"));
            }
        }
        char c = at < text.length() ? text.charAt(at) : ' ';
        if (c == '>') {
            at++;
            return new Tree.Atomic(closed());
        }
        if (c == '<' || c == '\'' || text.startsWith("P<", at)) {
            return named();
        }
        return flagged();
    }

    private Tree named() {
        at += text.charAt(at) == 'P' ? 2 : 1;
        int end = at;
        while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
            end++;
        }
        String name = text.substring(at, end);
        at = end + 1;
        int number = ++groups;
        names.put(name, number);
        return new Tree.Group(closed(), number, Optional.of(name));
    }

    private Tree flagged() {
        Flags before = flags;
        int end = at;
        while (end < text.length() && text.charAt(end) != ':' && text.charAt(end) != ')') {
            end++;
        }
        if (end == text.length()) {
            throw malformed("a group that is not closed");
        }
        String letters = text.substring(at, end);
        int minus = letters.indexOf('-');
        modify(minus < 0 ? letters : letters.substring(0, minus), true);
        modify(minus < 0 ? "" : letters.substring(minus + 1), false);
        at = end + 1;
        if (text.charAt(end) == ')') {
            return new Tree.Sequence(List.of());
        }
        Tree tree = letters.isEmpty() && !flags.extended ? common() : closed();
        flags = before;
        return tree;
    }

    /** The inside of a group, which may have been read before. */
    private Tree common() {
        int from = at;
        int end = end(from);
        Tree before = end < 0 ? null : known.find(text.substring(from, end), flags);
        if (before != null) {
            at = end + 1;
            return before;
        }
        int captured = groups + references;
        Tree tree = closed();
        return captured == groups + references ? known.keep(text.substring(from, at - 1), flags, tree) : tree;
    }

    /** Where a group ends whose inside begins here, or -1 if that is not plain to see. */
    private int end(int from) {
        int open = 1;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '[') {
                i = bracket(i);
                if (i < 0) {
                    return -1;
                }
            } else if (c == '(') {
                open++;
            } else if (c == ')' && --open == 0) {
                return i;
            }
        }
        return -1;
    }

    /** Where a class in brackets ends that begins here, or -1 if that is not plain to see. */
    private int bracket(int from) {
        int i = text.startsWith("^", from + 1) ? from + 2 : from + 1;
        i += text.startsWith("]", i) ? 1 : 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == ']') {
                return i;
            }
            if (c == '[' && text.startsWith(":", i + 1)) {
                return -1;
            }
            i += c != '\\' ? 1 : text.startsWith("c", i + 1) ? 3 : 2;
        }
        return -1;
    }

    /** The inside of a group up to its end; what is switched on inside ends there. */
    private Tree closed() {
        Flags before = flags;
        Tree tree = choice();
        if (at >= text.length()) {
            throw malformed("a group that is not closed");
        }
        at++;
        flags = before;
        return tree;
    }
}
