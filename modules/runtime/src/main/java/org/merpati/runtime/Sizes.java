package org.merpati.runtime;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Quota;

/** Amounts as people write them: octets with K, M, G or T for powers of 1024. */
public final class Sizes {
    private static final Pattern FORM = Pattern.compile("(\\d{1,12})([KMGT]?)(?:I?B)?");
    private static final String UNITS = "KMGT";

    private Sizes() {}

    /**
     * Octets.
     *
     * @throws Malformed if it is not a number with at most one unit
     */
    public static long octets(String text) {
        Matcher form = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!form.matches()) {
            throw new Malformed(
                    "'" + text + "' is no size: a number, with K, M, G or T if you like, such as 2G; 0 is no limit");
        }
        int shift = 10 * (form.group(2).isEmpty() ? 0 : UNITS.indexOf(form.group(2)) + 1);
        long octets = Long.parseLong(form.group(1));
        if (octets > Long.MAX_VALUE >> shift) {
            throw new Malformed("'" + text + "' is more than can be counted");
        }
        return octets << shift;
    }

    /**
     * A number that is not negative.
     *
     * @throws Malformed if it is none
     */
    public static long number(String text) {
        try {
            long number = Long.parseLong(text.strip());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException word) {
            // Said below.
        }
        throw new Malformed("'" + text + "' is no number; 0 is no limit");
    }

    /** Octets in the largest unit that shows them exactly. */
    public static String text(long octets) {
        int unit = 0;
        long left = octets;
        while (unit < UNITS.length() && left != 0 && left % 1024 == 0) {
            left /= 1024;
            unit++;
        }
        return left + (unit == 0 ? "" : UNITS.substring(unit - 1, unit));
    }

    /** A quota for people. */
    public static String text(Quota quota) {
        return (quota.octets() == 0 ? "any size" : text(quota.octets())) + ", "
                + (quota.messages() == 0 ? "any number of" : quota.messages()) + " messages";
    }
}
