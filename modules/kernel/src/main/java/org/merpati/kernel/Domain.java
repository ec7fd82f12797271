package org.merpati.kernel;

import java.net.IDN;
import java.util.Locale;
import java.util.regex.Pattern;

/** A mail domain in its lower-case A-label form (RFC 5890), at most 253 characters. */
public record Domain(String value) implements Comparable<Domain> {
    private static final Pattern LAWFUL =
            Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*");
    private static final int LIMIT = 253;

    public Domain {
        if (value.length() > LIMIT || !LAWFUL.matcher(value).matches()) {
            throw new Malformed("'" + value + "' is not a domain");
        }
    }

    /**
     * Reads a domain in any case, in A-labels or U-labels.
     *
     * @throws Malformed if it is not one
     */
    public static Domain parse(String text) {
        try {
            return new Domain(IDN.toASCII(text, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException notADomain) {
            throw new Malformed("'" + text + "' is not a domain");
        }
    }

    @Override
    public int compareTo(Domain other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
