package org.merpati.filter.rules;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.filter.regex.Fragments;
import org.merpati.filter.regex.Regex;
import org.merpati.kernel.Malformed;

/**
 * An expression as a rule file writes it: with delimiters and modifiers.
 *
 * @param expression what stands between the delimiters
 * @param modifiers the letters behind them
 */
record RuleText(String expression, String modifiers) {
    private static final Pattern FORM =
            Pattern.compile("^(?:m|qr)?([^\\w\\s\\\\])(.*)([^\\w\\s])([a-z]*)$", Pattern.DOTALL);
    private static final String OPENING = "{([<";
    private static final String CLOSING = "})]>";

    /**
     * Takes the delimiters off.
     *
     * @throws Malformed if there are none that fit
     */
    static RuleText of(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new Malformed("an expression needs delimiters, as in /words/i");
        }
        char open = form.group(1).charAt(0);
        int pair = OPENING.indexOf(open);
        char close = pair < 0 ? open : CLOSING.charAt(pair);
        boolean bare = text.strip().startsWith("/");
        boolean marked = text.strip().toLowerCase(Locale.ROOT).matches("(?s)^(?:m|qr).*");
        if (form.group(3).charAt(0) != close || (!bare && !marked)) {
            throw new Malformed("an expression needs delimiters, as in /words/i or m{words}");
        }
        return new RuleText(form.group(2), form.group(4));
    }

    /** With tags replaced. */
    RuleText with(ReplaceTags tags) {
        return new RuleText(tags.replace(expression), modifiers);
    }

    /**
     * Reads it.
     *
     * @param known the parts of others that were read before
     * @throws Malformed if it is wrong, with the reason
     */
    Regex regex(Fragments known) {
        return Regex.of(expression, modifiers, known);
    }
}
