package org.merpati.filter.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tags in expressions that stand for other expressions: {@code <A>} for all that looks like an A. */
final class ReplaceTags {
    private static final Pattern PARTS = Pattern.compile("<[^<>]+>");
    private static final Pattern MODIFIER = Pattern.compile("<(pre|post|inter) (.+?)>");
    private static final Pattern TAG = Pattern.compile("<(.+?)>");
    private static final int PASSES = 6;
    private static final int LENGTH_LIMIT = 200_000;

    private final Map<String, Map<String, String>> texts = new HashMap<>();

    /**
     * Takes what a tag stands for.
     *
     * @param kind {@code tag}, {@code pre}, {@code post} or {@code inter}
     */
    void put(String kind, String name, String text) {
        texts.computeIfAbsent(kind, k -> new HashMap<>()).put(name, text);
    }

    /** An expression with its tags replaced. */
    String replace(String expression) {
        String text = expression;
        for (int pass = 0; pass < PASSES && text.length() < LENGTH_LIMIT; pass++) {
            Map<String, String> around = new HashMap<>();
            Matcher modifier = MODIFIER.matcher(text);
            StringBuilder rest = new StringBuilder();
            while (modifier.find()) {
                String found = text(modifier.group(1), modifier.group(2));
                if (found != null) {
                    around.putIfAbsent(modifier.group(1), found);
                }
                modifier.appendReplacement(rest, "");
            }
            modifier.appendTail(rest);
            String before = rest.toString();
            String after = pass(parts(before), around);
            if (after.equals(text)) {
                return after;
            }
            text = after;
        }
        return text;
    }

    private @Nullable String text(String kind, String name) {
        return texts.getOrDefault(kind, Map.of()).get(name);
    }

    /** The expression in tags and what is between them, which may be nothing. */
    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        Matcher tag = PARTS.matcher(text);
        int from = 0;
        while (tag.find()) {
            parts.add(text.substring(from, tag.start()));
            parts.add(tag.group());
            from = tag.end();
        }
        if (from < text.length()) {
            parts.add(text.substring(from));
        }
        return parts;
    }

    private String pass(List<String> parts, Map<String, String> around) {
        StringBuilder text = new StringBuilder();
        for (String part : parts) {
            if (part.isEmpty()) {
                text.append(around.getOrDefault("inter", ""));
                continue;
            }
            Matcher tag = TAG.matcher(part);
            if (!tag.matches()) {
                text.append(part);
                continue;
            }
            String replacement = text("tag", tag.group(1));
            text.append(around.getOrDefault("pre", ""))
                    .append(replacement == null ? part : replacement)
                    .append(around.getOrDefault("post", ""));
        }
        return text.toString();
    }
}
