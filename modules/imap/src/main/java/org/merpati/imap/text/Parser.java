package org.merpati.imap.text;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.wire.PreLoginWords;

/**
 * Reads the arguments of commands (RFC 9051 §9). Only {@link Malformed} and, for a mailbox's name, {@link Refused}
 * are thrown.
 */
public final class Parser extends PreLoginWords {
    /** How deep parentheses may be nested. */
    public static final int DEPTH_LIMIT = 50;
    /** How many items a list may have. */
    public static final int LIST_LIMIT = 1_000;

    private static final int FLAGS_LIMIT = 100;
    private static final int FLAG_LENGTH_LIMIT = 100;
    private static final int NAME_LIMIT = 1_000;
    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");

    private final boolean utf8;

    public Parser(byte[] octets) {
        this(octets, false);
    }

    /**
     * @param utf8 whether mailbox names are UTF-8 rather than modified UTF-7 (RFC 6855 §3)
     */
    public Parser(byte[] octets, boolean utf8) {
        super(octets);
        this.utf8 = utf8;
    }

    /** An atom in upper case. */
    public String word() {
        return atom().toUpperCase(Locale.ROOT);
    }

    /** Takes a word of letters, in any case, if it is the next one. */
    public boolean takeWord(String word) {
        int length = word.length();
        for (int i = 0; i < length; i++) {
            if (Character.toUpperCase(peek(i)) != word.charAt(i)) {
                return false;
            }
        }
        int behind = peek(length);
        if (behind > ' ' && behind != '(' && behind != ')') {
            return false;
        }
        for (int i = 0; i < length; i++) {
            take((char) peek());
        }
        return true;
    }

    /** A MODSEQ of at most 63 bits, or zero (RFC 7162 §7). */
    public long modSeq() {
        if (peek() < '0' || peek() > '9') {
            throw wrong("a MODSEQ");
        }
        long value = 0;
        for (int c = peek(); c >= '0' && c <= '9'; c = peek()) {
            if (value > (Long.MAX_VALUE - (c - '0')) / 10) {
                throw new Malformed("a MODSEQ has at most 63 bits");
            }
            value = value * 10 + (c - '0');
            take((char) c);
        }
        return value;
    }

    /** The constant of that name, as words of IMAP are spelled: with hyphens. */
    public static <E extends Enum<E>> Optional<E> named(Class<E> type, String word) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().replace('_', '-').equals(word))
                .findFirst();
    }

    /** What was sent, short enough to be said again. */
    public static String cut(String name) {
        return name.length() > 30 ? name.substring(0, 30) : name;
    }

    /** A mailbox's name as the store has it: NFC, INBOX in capitals. */
    public String mailbox() {
        byte[] octets = astringOctets();
        return utf8
                ? lawful(new String(octets, StandardCharsets.UTF_8))
                : name(new String(octets, StandardCharsets.ISO_8859_1));
    }

    /**
     * A name in NFC from its modified UTF-7.
     *
     * @throws Refused if it is no name
     */
    public static String name(String text) {
        return lawful(ModifiedUtf7.decode(text)
                .orElseThrow(() -> new Refused(
                        Refused.Reason.CANNOT,
                        "a mailbox name is written in modified UTF-7 (RFC 3501 section 5.1.3)")));
    }

    /**
     * A name in NFC.
     *
     * @throws Refused if it is no name
     */
    public static String lawful(String decoded) {
        if (decoded.chars().anyMatch(c -> Character.isISOControl(c) || c == 0xfffd)) {
            throw new Refused(Refused.Reason.CANNOT, "a mailbox name has no control characters");
        }
        if (decoded.length() > NAME_LIMIT) {
            throw new Refused(Refused.Reason.LIMIT, "a mailbox name has at most " + NAME_LIMIT + " characters");
        }
        String name = Normalizer.normalize(decoded, Normalizer.Form.NFC);
        boolean inbox = name.regionMatches(true, 0, "INBOX", 0, 5) && (name.length() == 5 || name.charAt(5) == '/');
        return inbox ? "INBOX" + name.substring(5) : name;
    }

    /** A pattern of LIST in the characters that were sent. */
    public String pattern() {
        int c = peek();
        byte[] octets = c == '"' || c == '{' ? string() : atomWith("]%*").getBytes(StandardCharsets.US_ASCII);
        if (octets.length > NAME_LIMIT) {
            throw new Malformed("a pattern has at most " + NAME_LIMIT + " octets");
        }
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    /** Flags in parentheses; {@code \Recent}, which nobody can set, is passed over. */
    public Flags flagList() {
        expect('(');
        List<String> names = new ArrayList<>();
        while (!take(')')) {
            if (!names.isEmpty()) {
                space();
            }
            names.add(flag(names.size()));
        }
        return flags(names);
    }

    /** Flags in parentheses or, as STORE allows, without. */
    public Flags looseFlags() {
        if (peek() == '(') {
            return flagList();
        }
        List<String> names = new ArrayList<>();
        do {
            names.add(flag(names.size()));
        } while (take(' '));
        return flags(names);
    }

    private static Flags flags(List<String> names) {
        return Flags.of(
                names.stream().filter(n -> !n.equalsIgnoreCase("\\Recent")).toList());
    }

    private String flag(int before) {
        if (before == FLAGS_LIMIT) {
            throw new Malformed("at most " + FLAGS_LIMIT + " flags are named at once");
        }
        String name = take('\\') ? "\\" + atom() : atomWith("]");
        if (name.length() > FLAG_LENGTH_LIMIT) {
            throw new Malformed("a flag's name has at most " + FLAG_LENGTH_LIMIT + " characters");
        }
        return name;
    }

    /** A date such as {@code 1-Feb-2024}, in quotes or not. */
    public LocalDate date() {
        boolean quoted = take('"');
        int day = (int) number(31);
        expect('-');
        int month = month();
        expect('-');
        int year = (int) number(9_999);
        if (quoted) {
            expect('"');
        }
        return date(year, month, day);
    }

    private static LocalDate date(int year, int month, int day) {
        try {
            return LocalDate.of(year, month, day);
        } catch (DateTimeException noSuchDay) {
            throw new Malformed("there is no day " + day + " in month " + month + " of " + year);
        }
    }

    private int month() {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < 3 && Character.isLetter(peek()) && peek() < 128; i++) {
            char letter = (char) peek();
            take(letter);
            name.append(letter);
        }
        int month = MONTHS.indexOf(name.toString().toUpperCase(Locale.ROOT)) + 1;
        if (month == 0) {
            throw wrong("a month such as Jan");
        }
        return month;
    }

    /** A date-time such as {@code " 1-Feb-2024 03:04:05 +0700"} in UTC milliseconds. */
    public long dateTime() {
        expect('"');
        take(' ');
        int day = (int) number(31);
        expect('-');
        int month = month();
        expect('-');
        int year = (int) number(9_999);
        space();
        int hour = (int) number(23);
        expect(':');
        int minute = (int) number(59);
        expect(':');
        int second = (int) number(60);
        space();
        int sign = take('-') ? -1 : 1;
        if (sign == 1) {
            expect('+');
        }
        int zone = (int) number(2_359);
        expect('"');
        if (zone % 100 > 59) {
            throw new Malformed("a zone is written +hhmm");
        }
        LocalDateTime local = date(year, month, day).atTime(hour, minute, Math.min(second, 59));
        int minutes = sign * (zone / 100 * 60 + zone % 100);
        return local.toInstant(ZoneOffset.UTC).toEpochMilli() - minutes * 60_000L;
    }
}
