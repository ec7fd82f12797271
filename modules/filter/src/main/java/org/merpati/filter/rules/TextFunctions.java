package org.merpati.filter.rules;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.filter.text.Entity;
import org.merpati.filter.text.Reading;
import org.merpati.filter.text.Rendering;

/** Functions on the text of a message. */
final class TextFunctions {
    private static final Pattern SPACED = Pattern.compile("\\S\\s+\\S");
    private static final Pattern ENCODED = Pattern.compile("^(?:[A-Za-z0-9+/=]{60,76} ){2}");
    private static final Pattern JAPANESE = Pattern.compile("\\x1b\\$B.*?\\x1b\\(B");
    private static final Pattern CHARSET =
            Pattern.compile("charset=(?:\"([^\"]+)\"|'([^']+)'|(\\S+))", Pattern.CASE_INSENSITIVE);
    private static final Pattern ASIAN = Pattern.compile("^" + HeaderFunctions.ASIAN + "$");
    private static final Pattern LABEL = Pattern.compile("(?m)^\\s*([^:\\s][^:\\n]{2,29})\\s*:\\s*\\S");
    private static final Pattern STOCK = Pattern.compile("(^trad(?:e|ing)date|company(?:name)?|"
            + "s\\w?(?:t\\w?o\\w?c\\w?k|y\\w?m(?:\\w?b\\w?o\\w?l)?)|t(?:arget|icker)|(?:opening|current)p(?:rice)?|"
            + "p(?:rojected|osition)|expectations|weeks?high|marketperformance|(?:year|week|month|day|price)"
            + "(?:target|estimates?)|sector|r(?:ecommendation|ating))$");
    private static final int CAPITALS_LENGTH = 200;

    /** The share of capitals, in percent. */
    private record Capitals(double percent) {}

    /** How different the parts of an alternative are. */
    private record Alternatives(double difference, int page, int text) {}

    /** The share of spaces in the line that has most of them, in percent. */
    private record Gaps(int percent) {}

    /** How many labels of a stock tip there are. */
    private record Stock(int labels) {}

    private TextFunctions() {}

    static void register(Map<String, Function> to) {
        to.put("check_for_uppercase", (r, a, b) -> {
            double percent = r.note(Capitals.class, TextFunctions::capitals).percent;
            return percent > HeaderFunctions.number(a, 0) && percent <= HeaderFunctions.number(a, 1);
        });
        to.put("check_body_length", (r, a, b) -> r.pristineBody().length() <= HeaderFunctions.number(a, 0));
        to.put("check_blank_line_ratio", (r, a, b) -> blank(r, a));
        to.put("tvd_vertical_words", (r, a, b) -> {
            int percent = r.note(Gaps.class, TextFunctions::gaps).percent;
            double most = HeaderFunctions.number(a, 1);
            return percent >= HeaderFunctions.number(a, 0) && percent < (most >= 100 ? 101 : most);
        });
        to.put("multipart_alternative_difference", (r, a, b) -> {
            double difference = r.note(Alternatives.class, TextFunctions::alternatives).difference;
            double least = HeaderFunctions.number(a, 0);
            return (least == 0 || difference > least)
                    && (a.get(1).equals("undef") || difference <= HeaderFunctions.number(a, 1));
        });
        to.put("multipart_alternative_difference_count", (r, a, b) -> {
            Alternatives parts = r.note(Alternatives.class, TextFunctions::alternatives);
            return parts.page > HeaderFunctions.number(a, 1)
                    && (double) parts.text / parts.page > HeaderFunctions.number(a, 0);
        });
        to.put(
                "check_stock_info",
                (r, a, b) -> r.note(Stock.class, TextFunctions::stock).labels >= HeaderFunctions.number(a, 0));
        to.put("check_body_8bits", (r, a, b) -> false);
        to.put("check_language", (r, a, b) -> false);
    }

    private static Capitals capitals(Reading reading) {
        if (asian(reading)) {
            return new Capitals(0);
        }
        int length = 0;
        int lower = 0;
        int upper = 0;
        for (String paragraph : reading.paragraphs()) {
            if (!SPACED.matcher(paragraph).find() || ENCODED.matcher(paragraph).find()) {
                continue;
            }
            String line = paragraph.indexOf('\u001b') < 0
                    ? paragraph
                    : JAPANESE.matcher(paragraph).replaceAll("");
            length += line.length();
            for (int i = 0; i < line.length(); i++) {
                char c = line.charAt(i);
                lower += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? 1 : 0;
                upper += c >= 'A' && c <= 'Z' ? 1 : 0;
            }
        }
        boolean enough = length >= CAPITALS_LENGTH && upper + lower > 0;
        return new Capitals(enough ? 100.0 * upper / (upper + lower) : 0);
    }

    /** Whether a character set is one whose octets look like capitals. */
    private static boolean asian(Reading reading) {
        Matcher declared = CHARSET.matcher(reading.header("Content-Type"));
        String own = declared.find()
                ? declared.group(1) != null
                        ? declared.group(1)
                        : declared.group(2) != null ? declared.group(2) : declared.group(3)
                : "";
        return ASIAN.matcher(own).matches()
                || PartFunctions.parts(reading).charsets().stream()
                        .anyMatch(charset -> ASIAN.matcher(charset).matches());
    }

    private static boolean blank(Reading reading, List<String> arguments) {
        int lines = 0;
        int blank = 0;
        for (String piece : reading.raw()) {
            for (String line : piece.split("(?<=\n)", -1)) {
                lines++;
                blank += line.isBlank() ? 1 : 0;
            }
        }
        double least = HeaderFunctions.number(arguments, 0);
        double ratio = lines < Math.max(1, HeaderFunctions.number(arguments, 2)) ? -1 : 100.0 * blank / lines;
        return (least == 0 || ratio > least) && ratio <= HeaderFunctions.number(arguments, 1);
    }

    private static Gaps gaps(Reading reading) {
        int most = -1;
        for (String line : reading.paragraphs()) {
            if (line.length() > 5) {
                int spaces = (int) line.chars().filter(c -> c == ' ').count();
                int others = line.length() - spaces;
                most = Math.max(most, spaces > others || others == 0 ? 100 : 100 * spaces / others);
            }
        }
        return new Gaps(most);
    }

    private static Alternatives alternatives(Reading reading) {
        double most = 0;
        int page = 0;
        int text = 0;
        for (Entity alternative : reading.message().find(p -> p.type().startsWith("multipart/alternative"))) {
            List<Entity> children = alternative.parts();
            boolean invitation = alternative == reading.message()
                    && children.size() == 2
                    && children.get(0).type().equals("text/html")
                    && children.get(1).type().equals("text/calendar");
            if (invitation) {
                return new Alternatives(0, 0, 0);
            }
            Map<String, Integer> inPage = new HashMap<>();
            Map<String, Integer> inText = new HashMap<>();
            for (Entity part : alternative.find(p -> p.type().startsWith("text/"))) {
                part.rendered().ifPresent(rendering -> words(rendering, inPage, inText));
            }
            if (inPage.isEmpty()) {
                continue;
            }
            page = inPage.size();
            text = inText.size();
            int missing = 0;
            for (Map.Entry<String, Integer> word : inPage.entrySet()) {
                missing += word.getValue() - inText.getOrDefault(word.getKey(), 0) >= 1 ? 1 : 0;
            }
            most = Math.max(most, 100.0 * missing / page);
        }
        return new Alternatives(most, page, text);
    }

    private static void words(Rendering rendering, Map<String, Integer> page, Map<String, Integer> text) {
        Map<String, Integer> into = rendering.page().isPresent() ? page : text;
        for (String word : rendering.text().split("[\\s\\u00a0\\u0085]+")) {
            if (word.chars().anyMatch(c -> Character.isLetterOrDigit(c) || c == '_')) {
                into.merge(word, 1, Integer::sum);
            }
        }
        boolean picture = rendering.page().isPresent() && rendering.page().get().open("img") != null && page.isEmpty();
        if (picture) {
            page.put("\n", 1);
        }
    }

    private static Stock stock(Reading reading) {
        Set<String> labels = new HashSet<>();
        for (Entity part : reading.message().find(p -> p.type().equals("text/plain"))) {
            Matcher label = LABEL.matcher(part.rendered().map(Rendering::text).orElse(""));
            while (label.find()) {
                String letters = label.group(1).toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
                Matcher known = STOCK.matcher(letters);
                if (known.find()) {
                    labels.add(known.group(1));
                }
            }
            break;
        }
        return new Stock(labels.size());
    }
}
