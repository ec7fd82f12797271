package org.merpati.filter.rules;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.filter.text.Field;
import org.merpati.filter.text.Reading;

/** Functions on when a message says it was written, and when it was handed on. */
final class DateFunctions {
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final String MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
    private static final Pattern USUAL = find(" (\\d+) " + MONTH + " (\\d{4}) ");
    private static final Pattern CLOCK = find(" " + MONTH + " +(\\d+) \\d+:\\d+:\\d+ (\\d{4}) ");
    private static final Pattern SHORT = find(" (\\d+) " + MONTH + " (\\d{2,3}) ");
    private static final Pattern TIME = find(" (\\d?\\d):(\\d\\d)(?::(\\d\\d))? ");
    private static final Pattern OFFSET = find(" ([-+])(\\d\\d)(\\d\\d) ");
    private static final Pattern ZONE = Pattern.compile("\\b([A-Z]{2,4}(?:-DST)?)\\b");
    private static final Pattern STAMP = Pattern.compile("(\\s.?\\d+ \\S\\S\\S \\d+ \\d+:\\d+:\\d+ \\S+)");
    private static final Map<String, Integer> ZONES = Map.ofEntries(
            Map.entry("UT", 0),
            Map.entry("UTC", 0),
            Map.entry("GMT", 0),
            Map.entry("CET", 60),
            Map.entry("CEST", 120),
            Map.entry("BST", 60),
            Map.entry("MET", 60),
            Map.entry("MEST", 120),
            Map.entry("EET", 120),
            Map.entry("EEST", 180),
            Map.entry("EST", -300),
            Map.entry("EDT", -240),
            Map.entry("CST", -360),
            Map.entry("CDT", -300),
            Map.entry("MST", -420),
            Map.entry("MDT", -360),
            Map.entry("PST", -480),
            Map.entry("PDT", -420),
            Map.entry("MSK", 180),
            Map.entry("JST", 540),
            Map.entry("HST", -600),
            Map.entry("AKST", -540),
            Map.entry("AKDT", -480),
            Map.entry("AST", -240),
            Map.entry("ADT", -180),
            Map.entry("SGT", 480),
            Map.entry("HKT", 480),
            Map.entry("WST", 480),
            Map.entry("NZST", 720),
            Map.entry("NZDT", 780),
            Map.entry("SAST", 120),
            Map.entry("IST", 330));
    private static final long HOUR = 3_600;
    private static final double OUTLOOK_RATE = 0.0023283064365387;
    private static final double OUTLOOK_ORIGIN = 27_111_902.8329849;
    private static final long OUTLOOK_TOLERANCE = 250;
    private static final Pattern OUTLOOK = Pattern.compile("^<[0-9a-f]{4}([0-9a-f]{8})\\$[0-9a-f]{8}\\$[0-9a-f]{8}@");

    /** How far the two are apart, in seconds. */
    private record Shift(long seconds) {}

    private DateFunctions() {}

    private static Pattern find(String expression) {
        return Pattern.compile(expression, Pattern.CASE_INSENSITIVE);
    }

    static void register(Map<String, Function> to) {
        to.put("check_for_shifted_date", (r, a, b) -> shifted(r, a));
        to.put("check_outlook_message_id", (r, a, b) -> outlook(r));
    }

    private static boolean shifted(Reading reading, List<String> arguments) {
        long seconds = reading.note(Shift.class, DateFunctions::shift).seconds;
        boolean enough = arguments.get(0).equals("undef") || seconds >= HOUR * HeaderFunctions.number(arguments, 0);
        return enough && (arguments.get(1).equals("undef") || seconds < HOUR * HeaderFunctions.number(arguments, 1));
    }

    private static Shift shift(Reading reading) {
        OptionalLong written = written(reading);
        List<Long> received = received(reading);
        if (written.isEmpty() || received.isEmpty()) {
            return new Shift(0);
        }
        List<Long> differences = new ArrayList<>();
        received.forEach(time -> differences.add(written.getAsLong() - time));
        if (differences.size() > 1 && differences.getLast() == 0) {
            differences.removeLast();
        }
        return new Shift(
                differences.stream().min(Comparator.comparingLong(Math::abs)).orElse(0L));
    }

    private static OptionalLong written(Reading reading) {
        for (String name : new String[] {"Resent-Date", "Date"}) {
            for (Field field : reading.message().fields(name)) {
                OptionalLong time = seconds(field.value());
                if (time.isPresent()) {
                    return time;
                }
            }
        }
        return OptionalLong.empty();
    }

    private static List<Long> received(Reading reading) {
        List<String> lines = new ArrayList<>();
        for (String line : reading.header("Received").split("\n")) {
            if (!line.isBlank()) {
                lines.add(line);
            }
        }
        dropOwn(lines);
        List<Long> times = new ArrayList<>();
        for (String line : lines) {
            Matcher stamp = STAMP.matcher(line);
            if (stamp.find()) {
                seconds(stamp.group(1)).ifPresent(times::add);
            }
        }
        return times;
    }

    /** A program that fetches mail adds lines of its own, when it was fetched. */
    private static void dropOwn(List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        boolean local = Pattern.compile("\\bfrom (?:localhost\\s|(?:\\S+ ){1,2}\\S*\\b127\\.0\\.0\\.1\\b)"
                        + "|qmail \\d+ invoked by uid \\d+")
                .matcher(lines.getFirst())
                .find();
        int fetched = local ? 1 : 0;
        boolean fetchmail = lines.size() > fetched
                && Pattern.compile("\\bby localhost with \\w+ \\(fetchmail-[\\d.]+")
                        .matcher(lines.get(fetched))
                        .find();
        if (fetchmail) {
            lines.subList(0, fetched + 1).clear();
        }
    }

    private static boolean outlook(Reading reading) {
        Matcher id = OUTLOOK.matcher(reading.header("MESSAGEID"));
        if (!id.find()) {
            return false;
        }
        long token = Long.parseLong(id.group(1), 16);
        Matcher stamp = STAMP.matcher(reading.header("Received"));
        long date = seconds(reading.header("Date")).orElse(0);
        long received = stamp.find() ? seconds(stamp.group(1)).orElse(0) : 0;
        return far(token, date) && far(token, received);
    }

    private static boolean far(long token, long seconds) {
        return Math.abs(token - (long) (seconds * OUTLOOK_RATE + OUTLOOK_ORIGIN)) >= OUTLOOK_TOLERANCE;
    }

    /** The seconds since 1970 that a date means, forgiving what mail gets wrong. */
    static OptionalLong seconds(String text) {
        String line = " " + text.substring(0, Math.min(text.length(), 200)).replaceAll(", *", " ") + " ";
        line = line.replaceAll("\\s+", " ");
        String[] day = day(line);
        if (day.length == 0) {
            return OptionalLong.empty();
        }
        int year = Integer.parseInt(day[2]);
        year = day[2].length() == 2 && year < 50 ? year + 2000 : day[2].length() != 4 ? year + 1900 : year;
        int month = MONTHS.indexOf(day[1].toLowerCase(Locale.ROOT)) + 1;
        int of = day[0].length() > 4 ? 32 : Integer.parseInt(day[0]);
        LocalDate date = date(Math.clamp(year, 1970, 2037), month, of);
        Matcher clock = TIME.matcher(line);
        long seconds = date.atStartOfDay().toEpochSecond(ZoneOffset.UTC);
        if (clock.find()) {
            int second = clock.group(3) == null ? 0 : Integer.parseInt(clock.group(3));
            seconds += Math.min(23, Integer.parseInt(clock.group(1))) * HOUR
                    + Math.min(59, Integer.parseInt(clock.group(2))) * 60L
                    + Math.min(59, second);
        }
        return OptionalLong.of(seconds - 60L * minutes(line));
    }

    private static String[] day(String line) {
        Matcher usual = USUAL.matcher(line);
        if (usual.find()) {
            return new String[] {usual.group(1), usual.group(2), usual.group(3)};
        }
        Matcher clock = CLOCK.matcher(line);
        if (clock.find()) {
            return new String[] {clock.group(2), clock.group(1), clock.group(3)};
        }
        Matcher brief = SHORT.matcher(line);
        return brief.find() ? new String[] {brief.group(1), brief.group(2), brief.group(3)} : new String[0];
    }

    private static LocalDate date(int year, int month, int day) {
        try {
            return LocalDate.of(year, month, day);
        } catch (DateTimeException noSuchDay) {
            return LocalDate.of(year, month, 1).plusMonths(1);
        }
    }

    private static int minutes(String line) {
        Matcher offset = OFFSET.matcher(line);
        if (offset.find()) {
            int minutes = Integer.parseInt(offset.group(2)) * 60 + Integer.parseInt(offset.group(3));
            return offset.group(1).equals("-") ? -minutes : minutes;
        }
        Matcher zone = ZONE.matcher(line);
        return zone.find() ? ZONES.getOrDefault(zone.group(1), 0) : 0;
    }
}
