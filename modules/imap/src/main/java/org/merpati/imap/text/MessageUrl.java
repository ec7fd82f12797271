package org.merpati.imap.text;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.merpati.imap.fetch.Section;
import org.merpati.kernel.Malformed;

/**
 * The URL of a message or a part of it, relative to the account or to the selected mailbox (RFC 5092 §11, as RFC 4469
 * §3 has it): {@code /mailbox;UIDVALIDITY=1/;UID=2/;SECTION=3/;PARTIAL=4.5}.
 *
 * @param text as it was written
 * @param mailbox the mailbox's name; none where the selected one is meant
 * @param partial the stretch that is meant
 */
public record MessageUrl(
        String text,
        Optional<String> mailbox,
        OptionalLong uidValidity,
        long uid,
        Section section,
        Optional<Stretch> partial) {
    private static final int LENGTH_LIMIT = 4_000;

    /** Some of the octets; without a length all from an offset on. */
    public record Stretch(long offset, OptionalLong length) {
        /** That stretch of octets, as far as it is there. */
        public byte[] of(byte[] octets) {
            int from = (int) Math.min(offset, octets.length);
            return Arrays.copyOfRange(octets, from, (int) Math.min(octets.length, from + length.orElse(octets.length)));
        }
    }

    /**
     * Reads one.
     *
     * @throws Malformed if it is none
     */
    public static MessageUrl parse(String text) {
        if (text.length() > LENGTH_LIMIT) {
            throw new Malformed("a URL has at most " + LENGTH_LIMIT + " characters");
        }
        int uidAt = text.toUpperCase(Locale.ROOT).indexOf(";UID=");
        if (uidAt < 0) {
            throw new Malformed("the URL of a message has ;UID=");
        }
        String head = text.substring(0, uidAt);
        Optional<String> mailbox = Optional.empty();
        OptionalLong uidValidity = OptionalLong.empty();
        if (head.startsWith("/") && head.endsWith("/") && head.length() > 2) {
            String name = head.substring(1, head.length() - 1);
            int validity = name.toUpperCase(Locale.ROOT).indexOf(";UIDVALIDITY=");
            if (validity >= 0) {
                uidValidity = OptionalLong.of(number(name.substring(validity + 13)));
                name = name.substring(0, validity);
            }
            mailbox = Optional.of(decoded(name));
        } else if (!head.isEmpty() && !head.equals("/")) {
            throw new Malformed("a URL here begins with / and a mailbox, or with ;UID=");
        }
        String[] rest = text.substring(uidAt + 5).split("/;", -1);
        Section section = Section.WHOLE;
        Optional<Stretch> partial = Optional.empty();
        for (int i = 1; i < rest.length; i++) {
            String upper = rest[i].toUpperCase(Locale.ROOT);
            String value = rest[i].substring(rest[i].indexOf('=') + 1);
            if (upper.startsWith("SECTION=")) {
                section = Section.parse(new Parser((decoded(value) + "]").getBytes(StandardCharsets.UTF_8)));
            } else if (upper.startsWith("PARTIAL=")) {
                partial = Optional.of(stretch(value));
            } else {
                throw new Malformed("a URL has ;SECTION= and ;PARTIAL= behind ;UID=");
            }
        }
        return new MessageUrl(text, mailbox, uidValidity, number(rest[0]), section, partial);
    }

    private static Stretch stretch(String value) {
        int dot = value.indexOf('.');
        return dot < 0
                ? new Stretch(number(value), OptionalLong.empty())
                : new Stretch(number(value.substring(0, dot)), OptionalLong.of(number(value.substring(dot + 1))));
    }

    private static long number(String digits) {
        if (!digits.matches("[0-9]{1,10}")) {
            throw new Malformed("a number is missing in the URL");
        }
        return Long.parseLong(digits);
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            throw new Malformed("a percent sign in the URL is not followed by two digits");
        }
    }
}
