package org.merpati.mime;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The time of a Date field (RFC 5322 §3.3, with its obsolete forms and common faults).
 *
 * @param date the day as written, without regard to its zone (what IMAP's SENTON compares)
 * @param millis the instant, UTC milliseconds
 */
public record MailDate(LocalDate date, long millis) {
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final Map<String, Integer> ZONES = Map.ofEntries(
            Map.entry("ut", 0),
            Map.entry("utc", 0),
            Map.entry("gmt", 0),
            Map.entry("z", 0),
            Map.entry("est", -300),
            Map.entry("edt", -240),
            Map.entry("cst", -360),
            Map.entry("cdt", -300),
            Map.entry("mst", -420),
            Map.entry("mdt", -360),
            Map.entry("pst", -480),
            Map.entry("pdt", -420),
            Map.entry("cet", 60),
            Map.entry("cest", 120),
            Map.entry("wib", 420));
    private static final int LENGTH_LIMIT = 200;
    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT);

    /** A time in the form of RFC 5322 §3.3, in UTC. */
    public static String text(long millis) {
        return FORM.format(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC));
    }

    /** Reads a value of a Date field; nothing if no day can be made out. */
    public static Optional<MailDate> parse(String text) {
        String cut = text.length() > LENGTH_LIMIT ? text.substring(0, LENGTH_LIMIT) : text;
        List<String> words = words(cut.toLowerCase(Locale.ROOT));
        for (int i = 0; i < words.size(); i++) {
            int month = month(words.get(i));
            if (month > 0) {
                return at(words, i, month);
            }
        }
        return Optional.empty();
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        int depth = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : ' ';
            if (c == '(') {
                depth++;
            } else if (c == ')' && depth > 0) {
                depth--;
            } else if (depth == 0) {
                boolean zone = c == '-' && (word.isEmpty() || word.indexOf(":") >= 0);
                if (c <= ' ' || c == ',' || c == '-' || c == '+' || c == '/') {
                    if (!word.isEmpty()) {
                        words.add(word.toString());
                        word.setLength(0);
                    }
                    if (c == '+' || zone) {
                        word.append(c);
                    }
                } else {
                    word.append(c);
                }
            }
        }
        return words;
    }

    private static int month(String word) {
        return word.length() < 3 ? 0 : MONTHS.indexOf(word.substring(0, 3)) + 1;
    }

    private static Optional<MailDate> at(List<String> words, int place, int month) {
        int day = place > 0 ? number(words.get(place - 1)) : -1;
        int next = place + 1;
        if (day < 1 && next < words.size()) {
            day = number(words.get(next++));
        }
        int time = next;
        while (time < words.size() && words.get(time).indexOf(':') < 0) {
            time++;
        }
        int year = -1;
        for (int i = next; i < words.size() && year < 0; i++) {
            year = number(words.get(i));
        }
        if (year < 0) {
            return Optional.empty();
        }
        try {
            LocalDate date = LocalDate.of(year < 50 ? year + 2000 : year < 1000 ? year + 1900 : year, month, day);
            LocalDateTime local = time < words.size() ? clock(date, words.get(time)) : date.atStartOfDay();
            int minutes = 0;
            for (int i = time + 1; i < words.size(); i++) {
                minutes = minutes == 0 ? zone(words.get(i)) : minutes;
            }
            return Optional.of(
                    new MailDate(date, local.toInstant(ZoneOffset.UTC).toEpochMilli() - minutes * 60_000L));
        } catch (DateTimeException noSuchDay) {
            return Optional.empty();
        }
    }

    private static LocalDateTime clock(LocalDate date, String word) {
        String[] fields = word.split(":", 4);
        int hour = number(fields[0]);
        int minute = fields.length > 1 ? number(fields[1]) : 0;
        int second = fields.length > 2 ? number(fields[2].split("\\.", 2)[0]) : 0;
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59) {
            return date.atStartOfDay();
        }
        return date.atTime(hour, minute, Math.clamp(second, 0, 59));
    }

    private static int zone(String word) {
        char sign = word.charAt(0);
        if (sign == '+' || sign == '-') {
            int offset = number(word.substring(1).replace(":", ""));
            if (offset < 0 || offset > 2_359 || offset % 100 > 59) {
                return 0;
            }
            int minutes = offset / 100 * 60 + offset % 100;
            return sign == '-' ? -minutes : minutes;
        }
        return ZONES.getOrDefault(word, 0);
    }

    private static int number(String digits) {
        if (digits.isEmpty() || digits.length() > 4) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value;
    }
}
