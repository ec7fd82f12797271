package org.merpati.filter.text;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what programs that show mail would make a link of, in plain text. */
final class UriFinder {
    private static final String END = "><\"`}]{[|\u001b\u00a0";
    private static final String START = END + "',(";
    private static final String BARE_START = "!\"#$&'()*+,/:;<=>?@[\\]^`{|}~\u001b\u00a0";
    private static final int LENGTH_LIMIT = 2048;
    private static final int MAIL_LIMIT = 251;
    private static final int LINKS_LIMIT = 2000;
    private static final Pattern KNOWN =
            Pattern.compile("(?:(?:https?|ftp)://|(?:www\\d{0,2}|ftp)\\.).*", Pattern.CASE_INSENSITIVE);
    private static final Pattern SCHEME = Pattern.compile("^(?:https?|ftp|mailto):.*", Pattern.CASE_INSENSITIVE);
    private static final Pattern EMPTY = Pattern.compile("\\w+:/{0,2}|[cm]id:.*", Pattern.CASE_INSENSITIVE);
    private static final Pattern WEB = Pattern.compile("^www\\d{0,2}\\..*", Pattern.CASE_INSENSITIVE);
    private static final Pattern LABEL = Pattern.compile("^(?:skype|e?-?mail)?:+", Pattern.CASE_INSENSITIVE);
    private static final Pattern ESCAPED_SPACES = Pattern.compile("(?:%20)+$");

    private enum Kind {
        SCHEME,
        MAIL,
        BARE
    }

    private final Registries registries;
    private final Map<String, Set<String>> found = new LinkedHashMap<>();
    private final Set<String> seen = new HashSet<>();

    private UriFinder(Registries registries) {
        this.registries = registries;
    }

    /** Links with how they were found: {@code parsed}, {@code schemeless}, {@code unlinked}. */
    static Map<String, Set<String>> find(Iterable<String> lines, Registries registries) {
        UriFinder finder = new UriFinder(registries);
        for (String line : lines) {
            finder.line(line);
        }
        return finder.found;
    }

    private void line(String line) {
        int at = 0;
        while (at < line.length() && found.size() < LINKS_LIMIT) {
            int end = begins(line, at) ? match(line, at) : -1;
            at = end > at ? end : at + 1;
        }
    }

    private static boolean begins(String line, int at) {
        char before = at == 0 ? ' ' : line.charAt(at - 1);
        char here = line.charAt(at);
        return word(before) != word(here)
                || START.indexOf(before) >= 0
                || space(before)
                || (at >= 3 && line.charAt(at - 3) == '\u001b' && line.charAt(at - 2) == '(');
    }

    private static boolean word(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static boolean space(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static int run(String line, int from, int limit, boolean mail) {
        int i = from;
        while (i < line.length() && i - from < limit) {
            char c = line.charAt(i);
            if (space(c) || END.indexOf(c) >= 0 || (mail && (c == ',' || c == '(' || c == '\'' || c > 127))) {
                break;
            }
            i++;
        }
        return i;
    }

    /** Takes a link that begins here, and gives the place behind it, or -1. */
    private int match(String line, int at) {
        char c = line.charAt(at);
        if (space(c) || END.indexOf(c) >= 0) {
            return -1;
        }
        int end = run(line, at, LENGTH_LIMIT, false);
        if (end - at > 4
                && "hHfFwW".indexOf(c) >= 0
                && KNOWN.matcher(line.substring(at, end)).matches()) {
            take(line.substring(at, end), Kind.SCHEME);
            return end;
        }
        int mailEnd = run(line, at, LENGTH_LIMIT, true);
        int sign = line.indexOf('@', at);
        boolean mail = sign > at && sign < mailEnd - 1 && sign - at <= MAIL_LIMIT;
        boolean named = mailEnd - at > 7 && line.regionMatches(true, at, "mailto:", 0, 7);
        if (mail || named) {
            int stop = named ? mailEnd : Math.min(mailEnd, sign + 1 + MAIL_LIMIT);
            take(line.substring(at, stop), Kind.MAIL);
            return stop;
        }
        char before = at == 0 ? ' ' : line.charAt(at - 1);
        boolean bare = at == 0 || space(before) || BARE_START.indexOf(before) >= 0;
        return bare && word(c) && c != '_' ? bare(line, at, end) : -1;
    }

    private int bare(String line, int at, int end) {
        int stop = at;
        int dot = -1;
        while (stop < end && stop - at <= MAIL_LIMIT + 1) {
            char c = line.charAt(stop);
            if (!word(c) && c != '.' && c != '-') {
                break;
            }
            dot = c == '.' ? stop : dot;
            stop++;
        }
        int hostEnd = stop;
        if (dot == stop - 1 && dot > at) {
            hostEnd = dot;
            dot = line.lastIndexOf('.', dot - 1);
        }
        if (dot <= at
                || !registries.top().contains(line.substring(dot + 1, hostEnd).toLowerCase(Locale.ROOT))) {
            return -1;
        }
        int rest = stop;
        if (rest < end && line.charAt(rest) == ':') {
            int digits = rest + 1;
            while (digits < end && digits - rest <= 5 && Character.isDigit(line.charAt(digits))) {
                digits++;
            }
            rest = digits > rest + 1 ? digits : rest;
        }
        rest = rest < end - 1 && line.charAt(rest) == '/' ? end : rest;
        if (rest != end || !Registries.name(line.substring(at, hostEnd))) {
            return -1;
        }
        take(line.substring(at, end), Kind.BARE);
        return end;
    }

    private void take(String written, Kind kind) {
        String raw = trimmed(written);
        boolean bogus = !seen.add(raw)
                || (kind == Kind.MAIL && raw.indexOf('@') < 0)
                || EMPTY.matcher(raw).matches();
        if (bogus || raw.isEmpty()) {
            return;
        }
        Set<String> types = new HashSet<>(Set.of("parsed"));
        String uri = completed(raw, types);
        if (uri.regionMatches(true, 0, "mailto:", 0, 7) && !mail(uri)) {
            return;
        }
        if (!uri.isEmpty()) {
            found.computeIfAbsent(uri, u -> new HashSet<>()).addAll(types);
        }
    }

    /** Without what stands behind it rather than in it. */
    private static String trimmed(String written) {
        int open = written.indexOf('(');
        int close = written.indexOf(')');
        int end = close >= 0 && (open < 0 || close < open) ? close : written.length();
        while (end > 0 && "-~!@#^&*()_+=:;'?,.".indexOf(written.charAt(end - 1)) >= 0) {
            end--;
        }
        return written.substring(0, end);
    }

    /** With the scheme that programs would put before it; nothing if they would not. */
    private static String completed(String raw, Set<String> types) {
        if (SCHEME.matcher(raw).matches()) {
            return raw;
        }
        types.add("schemeless");
        int sign = raw.indexOf('@');
        if (raw.regionMatches(true, 0, "ftp.", 0, 4)) {
            return "ftp://" + raw;
        }
        if (WEB.matcher(raw).matches() || (sign > 1 && raw.lastIndexOf('/', sign) >= 0)) {
            return "http://" + raw;
        }
        if (sign >= 0) {
            boolean garbled = raw.indexOf('.', sign + 2) < 0 || raw.contains("&nbsp;");
            return garbled ? "" : "mailto:" + LABEL.matcher(raw).replaceFirst("");
        }
        types.add("unlinked");
        return raw.indexOf('.') < 0 ? "" : "http://" + raw;
    }

    private boolean mail(String uri) {
        int sign = uri.indexOf('@');
        if (sign < 0) {
            return false;
        }
        int end = sign + 1;
        while (end < uri.length() && "?&>".indexOf(uri.charAt(end)) < 0) {
            end++;
        }
        Matcher spaces = ESCAPED_SPACES.matcher(uri.substring(sign + 1, end));
        return registries.valid(spaces.replaceFirst(""));
    }
}
