package org.merpati.filter.rules;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.merpati.kernel.Malformed;

/** Reads rule files line by line. */
final class RuleReader {
    private static final int LINE_LIMIT = 100_000;
    private static final int RULES_LIMIT = 50_000;
    private static final int SETS = 4;
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,200}");
    private static final Pattern NUMBER = Pattern.compile("[-+]?\\d{0,6}(?:\\.\\d{1,10})?");

    /** An {@code if} that is open. */
    private record Open(int line, boolean before) {}

    private final Draft draft = new Draft();
    private Condition condition = new Condition(Condition.PLUGINS);
    private String file = "";
    private int line;
    private boolean skipping;

    private RuleReader() {}

    /**
     * Reads files in order.
     *
     * @throws Malformed if one is broken, with file, line and reason
     */
    static Draft read(List<RuleFile> files) {
        RuleReader reader = new RuleReader();
        for (RuleFile rules : files) {
            reader.file(rules);
        }
        return reader.draft;
    }

    private Malformed broken(String reason) {
        return new Malformed(file + ":" + line + ": " + reason);
    }

    private void file(RuleFile rules) {
        file = rules.name();
        line = 0;
        skipping = false;
        Deque<Open> open = new ArrayDeque<>();
        if (file.endsWith(".cf") && !draft.plugins.isEmpty()) {
            condition = new Condition(draft.plugins);
        }
        for (String written : rules.text().split("\n", -1)) {
            line++;
            if (written.length() > LINE_LIMIT) {
                throw broken("the line has more than " + LINE_LIMIT + " characters");
            }
            String text = withoutComment(written).strip();
            if (text.isEmpty()) {
                continue;
            }
            String key = first(text).toLowerCase(Locale.ROOT).replace('-', '_');
            String value = rest(text);
            try {
                if (!conditional(key, value, open) && !skipping) {
                    setting(key, value);
                }
            } catch (Malformed reason) {
                String sentence = String.valueOf(reason.getMessage());
                throw sentence.startsWith(file) ? reason : broken(sentence);
            }
        }
        if (!open.isEmpty()) {
            line = open.getLast().line();
            throw broken("an 'if' that no 'endif' closes");
        }
    }

    private static String withoutComment(String text) {
        if (text.indexOf('#') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escaped = c == '\\' && i + 1 < text.length() && text.charAt(i + 1) == '#';
            if (c == '#') {
                break;
            }
            plain.append(escaped ? '#' : c);
            i += escaped ? 1 : 0;
        }
        return plain.toString();
    }

    private boolean conditional(String key, String value, Deque<Open> open) {
        if (key.equals("if") || key.equals("ifplugin")) {
            open.push(new Open(line, skipping));
            skipping |= !(key.equals("if") ? condition.holds(value) : condition.plugin(first(value)));
            return true;
        }
        if (!key.equals("else") && !key.equals("endif")) {
            return false;
        }
        Open last = open.peek();
        if (last == null) {
            throw broken("an '" + key + "' without 'if'");
        }
        skipping = last.before() || (key.equals("else") && !skipping);
        if (key.equals("endif")) {
            open.pop();
        }
        return true;
    }

    private void setting(String key, String value) {
        switch (key) {
            case "header", "body", "rawbody", "full", "uri", "meta", "mimeheader", "askdns", "uri_detail" ->
                rule(key, value);
            case "score" -> score(value);
            case "describe" -> described(value);
            case "tflags" -> draft.flags.put(first(value), rest(value));
            case "replace_rules" -> draft.replaced.addAll(words(value));
            case "replace_tag", "replace_pre", "replace_post", "replace_inter" ->
                draft.tags.put(key.substring(8), first(value), rest(value));
            case "loadplugin" -> plugin(value);
            case "util_rb_tld" -> words(value).forEach(word -> draft.top.add(word.toLowerCase(Locale.ROOT)));
            case "util_rb_2tld" -> words(value).forEach(word -> draft.second.add(word.toLowerCase(Locale.ROOT)));
            case "util_rb_3tld" -> words(value).forEach(word -> draft.third.add(word.toLowerCase(Locale.ROOT)));
            case "clear_util_rb" -> {
                draft.top.clear();
                draft.second.clear();
                draft.third.clear();
            }
            case "originating_ip_headers" -> draft.originating.addAll(words(value));
            case "clear_originating_ip_headers" -> draft.originating.clear();
            case "redirector_pattern" ->
                draft.redirectors.add(new Draft.Written(key, key, value, new Rule.Place(file, line)));
            default -> list(key, value);
        }
    }

    private void list(String key, String value) {
        switch (key) {
            case "freemail_domains", "freemail_welcomelist", "freemail_whitelist" ->
                draft.list(key.replace("whitelist", "welcomelist")).addAll(lower(value));
            case "enlist_addrlist" -> {
                String name = first(value).replaceAll("[()]", "");
                draft.list(name).addAll(lower(rest(value)));
            }
            case "enlist_uri_host" ->
                draft.list("uri " + first(value).replaceAll("[()]", "")).addAll(lower(rest(value)));
            case "welcomelist_bounce_relays", "whitelist_bounce_relays" ->
                draft.list("welcomelist_bounce_relays").addAll(lower(value));
            case "include" -> throw broken("'include' is not followed: put the file into the folder of rules");
            default -> draft.unknown.add(key);
        }
    }

    private void plugin(String value) {
        String name = first(value);
        int end = name.lastIndexOf("::");
        draft.plugins.add(end < 0 ? name : name.substring(end + 2));
    }

    private void rule(String kind, String value) {
        String name = first(value);
        if (!NAME.matcher(name).matches()) {
            throw broken("a rule's name has letters, digits and _, not '" + name + "'");
        }
        String text = rest(value);
        if (text.isEmpty()) {
            throw broken("the rule " + name + " lacks what it looks for");
        }
        if (draft.rules.size() >= RULES_LIMIT) {
            throw broken("more than " + RULES_LIMIT + " rules");
        }
        draft.rules.put(name, new Draft.Written(kind, name, text, new Rule.Place(file, line)));
    }

    private void score(String value) {
        String name = first(value);
        List<String> words = words(rest(value));
        if (words.size() != 1 && words.size() != SETS) {
            throw broken("the score of " + name + " has " + words.size() + " numbers; it needs 1 or 4");
        }
        double[] scores = draft.scores.getOrDefault(name, new double[SETS]).clone();
        for (int i = 0; i < SETS; i++) {
            String word = words.get(words.size() == 1 ? 0 : i);
            boolean relative = word.startsWith("(") && word.endsWith(")");
            String digits = relative ? word.substring(1, word.length() - 1) : word;
            if (!NUMBER.matcher(digits).matches() || digits.isEmpty()) {
                throw broken("the score of " + name + " is no number: " + word);
            }
            double number = Double.parseDouble(digits);
            scores[i] = relative ? scores[i] + number : number;
        }
        draft.scores.put(name, scores);
    }

    private void described(String value) {
        draft.descriptions.put(first(value), rest(value));
    }

    private static boolean space(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    /** Where the next space is, or the end. */
    private static int gap(String value, int from) {
        int at = from;
        while (at < value.length() && !space(value.charAt(at))) {
            at++;
        }
        return at;
    }

    private static String first(String value) {
        return value.substring(0, gap(value, 0));
    }

    private static String rest(String value) {
        int at = gap(value, 0);
        while (at < value.length() && space(value.charAt(at))) {
            at++;
        }
        return value.substring(at);
    }

    private static List<String> words(String value) {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (at < value.length()) {
            int end = gap(value, at);
            if (end > at) {
                words.add(value.substring(at, end));
            }
            at = end + 1;
        }
        return words;
    }

    private static Set<String> lower(String value) {
        return new HashSet<>(words(value.toLowerCase(Locale.ROOT)));
    }
}
