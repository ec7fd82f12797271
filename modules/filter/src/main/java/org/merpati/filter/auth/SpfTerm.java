package org.merpati.filter.auth;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Malformed;

/**
 * A term of an SPF record (RFC 7208 §4.6, §12): a mechanism with its qualifier, or a modifier.
 *
 * @param name in lower case
 * @param value the domain or network behind it, with macros; null where the record's own domain is meant
 * @param bits4 the length of the network of an IPv4 address
 * @param bits6 the same of IPv6
 */
record SpfTerm(
        boolean modifier,
        Result result,
        String name,
        @Nullable String value,
        int bits4,
        int bits6) {
    private static final Pattern MODIFIER = Pattern.compile("([A-Za-z][A-Za-z0-9._-]*)=(.*)");
    private static final Pattern MECHANISM =
            Pattern.compile("([-+?~]?)([A-Za-z0-9]+)(?:[:](.*?))?(/\\d{1,2})?(//\\d{1,3})?");
    private static final Set<String> PLAIN = Set.of("all", "include", "exists", "ptr", "ip4", "ip6", "a", "mx");
    private static final Set<String> NEEDS = Set.of("include", "exists", "ip4", "ip6");

    /**
     * Reads a term.
     *
     * @throws Malformed if it breaks the grammar
     */
    static SpfTerm parse(String word) {
        Matcher modifier = MODIFIER.matcher(word);
        if (modifier.matches()) {
            String name = modifier.group(1).toLowerCase(Locale.ROOT);
            return new SpfTerm(true, Result.NEUTRAL, name, modifier.group(2), 32, 128);
        }
        Matcher mechanism = MECHANISM.matcher(word);
        if (!mechanism.matches()) {
            throw new Malformed("'" + word + "' is no term of SPF");
        }
        String name = mechanism.group(2).toLowerCase(Locale.ROOT);
        String value = mechanism.group(3);
        if (!PLAIN.contains(name) || (NEEDS.contains(name) && value == null) || (name.equals("all") && value != null)) {
            throw new Malformed("'" + word + "' is no mechanism of SPF");
        }
        if (name.startsWith("ip")) {
            String length = mechanism.group(4) == null ? "" : mechanism.group(4);
            return new SpfTerm(false, result(mechanism.group(1)), name, value + ip6(value, length, mechanism), 32, 128);
        }
        return new SpfTerm(
                false,
                result(mechanism.group(1)),
                name,
                value,
                bits(mechanism.group(4), 1, 32),
                bits(mechanism.group(5), 2, 128));
    }

    /** The length as written; the grammar above takes two digits only, and IPv6 may have three. */
    private static String ip6(@Nullable String value, String length, Matcher mechanism) {
        if (mechanism.group(5) != null || value == null) {
            throw new Malformed("a network has one length");
        }
        return length;
    }

    private static int bits(@Nullable String text, int slashes, int most) {
        int bits = text == null ? most : Integer.parseInt(text.substring(slashes));
        if (bits > most) {
            throw new Malformed("a network has at most " + most + " bits");
        }
        return bits;
    }

    private static Result result(String qualifier) {
        return switch (qualifier) {
            case "-" -> Result.FAIL;
            case "~" -> Result.SOFTFAIL;
            case "?" -> Result.NEUTRAL;
            default -> Result.PASS;
        };
    }
}
