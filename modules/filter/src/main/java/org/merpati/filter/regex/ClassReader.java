package org.merpati.filter.regex;

import java.util.Locale;
import java.util.Map;
import org.merpati.kernel.Malformed;

/** Reads a class of Perl's in brackets, and what a backslash stands for. */
final class ClassReader {
    private static final OctetSet DIGITS = OctetSet.range('0', '9');
    private static final OctetSet LETTERS = OctetSet.range('a', 'z').with('A', 'Z');
    private static final OctetSet WORDS = LETTERS.or(DIGITS).with('_', '_');
    private static final OctetSet SPACES = OctetSet.range('\t', '\r').with(' ', ' ');
    private static final OctetSet PUNCTUATION =
            OctetSet.range('!', '/').with(':', '@').with('[', '`').with('{', '~');
    private static final Map<String, OctetSet> POSIX = Map.ofEntries(
            Map.entry("alpha", LETTERS),
            Map.entry("digit", DIGITS),
            Map.entry("alnum", LETTERS.or(DIGITS)),
            Map.entry("upper", OctetSet.range('A', 'Z')),
            Map.entry("lower", OctetSet.range('a', 'z')),
            Map.entry("space", SPACES),
            Map.entry("blank", OctetSet.of(' ').with('\t', '\t')),
            Map.entry("punct", PUNCTUATION),
            Map.entry("print", OctetSet.range(' ', '~')),
            Map.entry("graph", OctetSet.range('!', '~')),
            Map.entry("cntrl", OctetSet.range(0, 31).with(127, 127)),
            Map.entry("xdigit", DIGITS.with('a', 'f').with('A', 'F')),
            Map.entry("word", WORDS),
            Map.entry("ascii", OctetSet.range(0, 127)));

    private final String text;
    private int at;
    private boolean negative;

    ClassReader(String text, int at) {
        this.text = text;
        this.at = at;
    }

    /** The place behind what was read. */
    int at() {
        return at;
    }

    /** Whether the class means all others. */
    boolean negative() {
        return negative;
    }

    private char next() {
        if (at >= text.length()) {
            throw new Malformed("a class in brackets that is not closed");
        }
        return text.charAt(at++);
    }

    /** Reads a class from behind its opening bracket to behind its closing one. */
    OctetSet read() {
        if (at < text.length() && text.charAt(at) == '^') {
            negative = true;
            at++;
        }
        OctetSet.Builder set = new OctetSet.Builder();
        boolean first = true;
        while (true) {
            char c = next();
            if (c == ']' && !first) {
                return set.done();
            }
            first = false;
            OctetSet part = one(c);
            boolean range =
                    part.size() == 1 && at + 1 < text.length() && text.charAt(at) == '-' && text.charAt(at + 1) != ']';
            if (range) {
                int back = at;
                at++;
                OctetSet end = one(next());
                if (end.size() != 1) {
                    at = back;
                } else if (end.first() < part.first()) {
                    throw new Malformed("a range in brackets that runs backwards");
                } else {
                    part = OctetSet.range(part.first(), end.first());
                }
            }
            set.add(part);
        }
    }

    private OctetSet one(char c) {
        if (c == '\\') {
            return escape(true);
        }
        if (c == '[' && at < text.length() && text.charAt(at) == ':') {
            int end = text.indexOf(":]", at + 1);
            if (end > 0) {
                String name = text.substring(at + 1, end);
                OctetSet set = POSIX.get(name.startsWith("^") ? name.substring(1) : name);
                if (set != null) {
                    at = end + 2;
                    return name.startsWith("^") ? set.not() : set;
                }
            }
        }
        if (c > 255) {
            throw new Malformed("a character beyond an octet");
        }
        return OctetSet.of(c);
    }

    /** Reads what stands behind a backslash. */
    OctetSet escape(boolean inClass) {
        char c = next();
        return switch (c) {
            case 'd' -> DIGITS;
            case 'D' -> DIGITS.not();
            case 'w' -> WORDS;
            case 'W' -> WORDS.not();
            case 's' -> SPACES;
            case 'S' -> SPACES.not();
            case 'h' -> OctetSet.of(' ').with('\t', '\t').with(0xa0, 0xa0);
            case 'H' -> OctetSet.of(' ').with('\t', '\t').with(0xa0, 0xa0).not();
            case 'v' -> OctetSet.range('\n', '\r').with(0x85, 0x85);
            case 'V' -> OctetSet.range('\n', '\r').with(0x85, 0x85).not();
            case 'N' -> OctetSet.of('\n').not();
            case 'n' -> OctetSet.of('\n');
            case 'r' -> OctetSet.of('\r');
            case 't' -> OctetSet.of('\t');
            case 'f' -> OctetSet.of('\f');
            case 'e' -> OctetSet.of(27);
            case 'a' -> OctetSet.of(7);
            case 'b' -> OctetSet.of(inClass ? 8 : 'b');
            case 'x' -> OctetSet.of(hex());
            case 'c' ->
                OctetSet.of((String.valueOf(next()).toUpperCase(Locale.ROOT).charAt(0) ^ 64) & 255);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> OctetSet.of(octal());
            case 'p', 'P', 'X', 'G', 'K', 'C' -> throw new Malformed("the escape \\" + c + ", which is not translated");
            default -> {
                if (c > 255) {
                    throw new Malformed("a character beyond an octet");
                }
                yield OctetSet.of(c);
            }
        };
    }

    private int hex() {
        boolean braced = at < text.length() && text.charAt(at) == '{';
        int from = braced ? at + 1 : at;
        int end = braced ? text.indexOf('}', from) : from;
        if (braced) {
            end = end < 0 ? from : end;
            at = end + 1;
        } else {
            while (end < text.length() && end - from < 2 && Character.digit(text.charAt(end), 16) >= 0) {
                end++;
            }
            at = end;
        }
        String digits = braced ? text.substring(from, end).strip() : "";
        int value = braced ? braced(digits) : from == end ? 0 : Integer.parseInt(text, from, end, 16);
        if (value > 255) {
            throw new Malformed("the character \\x{" + digits + "}, which is beyond an octet");
        }
        return value;
    }

    private static int braced(String digits) {
        return digits.isEmpty() || digits.length() > 6 ? 0 : Integer.parseInt(digits, 16);
    }

    private int octal() {
        at--;
        int end = at;
        while (end < text.length() && end - at < 3 && Character.digit(text.charAt(end), 8) >= 0) {
            end++;
        }
        int value = Integer.parseInt(text.substring(at, end), 8);
        at = end;
        return value & 255;
    }
}
