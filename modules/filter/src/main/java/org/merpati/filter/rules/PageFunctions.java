package org.merpati.filter.rules;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.filter.regex.Fragments;
import org.merpati.filter.regex.Regex;
import org.merpati.filter.regex.Steps;
import org.merpati.filter.text.Link;
import org.merpati.filter.text.Page;
import org.merpati.filter.text.Reading;
import org.merpati.filter.text.Registries;
import org.merpati.kernel.Malformed;

/** Functions on pages (HTML). */
final class PageFunctions {
    private static final Pattern COMPARISON = Pattern.compile("\\s*([<>=!]=?)\\s*([-+]?\\d{1,9})\\s*");
    private static final Pattern NUMBERED = Pattern.compile(
            "^https?:/*(?:[^@/]+@)?\\d+\\.\\d+\\.\\d+\\.\\d+.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern SECURE_NUMBERED = Pattern.compile(
            "^https:/*(?:[^@/]+@)?\\d+\\.\\d+\\.\\d+\\.\\d+.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern HOST = Pattern.compile("^https?://([^/:?#]+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern SHOWN = Pattern.compile("https://([^\\s/:?#]+)", Pattern.CASE_INSENSITIVE);

    private PageFunctions() {}

    static void register(Map<String, Function> to) {
        to.put(
                "html_tag_balance",
                (r, a, b) -> any(r, page -> {
                    Integer open = page.open(a.get(0));
                    return open != null && compares(open, a.get(1));
                }));
        to.put(
                "html_image_only",
                (r, a, b) -> any(r, page -> page.open("img") != null && above(page.number("length"), a, 0)));
        to.put("html_image_ratio", (r, a, b) -> any(r, page -> imageRatio(page, a)));
        to.put("html_tag_exists", (r, a, b) -> any(r, page -> page.open(a.get(0)) != null));
        to.put("html_test", (r, a, b) -> any(r, page -> page.flag(a.get(0))));
        to.put(
                "html_eval",
                (r, a, b) -> any(r, page -> {
                    OptionalDouble value = page.number(a.get(0));
                    return value.isPresent() && compares(value.getAsDouble(), a.get(1));
                }));
        to.put("html_range", (r, a, b) -> any(r, page -> above(page.number(a.get(0)), a, 1)));
        to.put("html_text_match", (r, a, b) -> any(r, page -> matches(page.texts(a.get(0)), a.get(1))));
        to.put("html_title_subject_ratio", (r, a, b) -> titleRatio(r, a));
        to.put("html_charset_faraway", (r, a, b) -> false);
        to.put(
                "check_iframe_src",
                (r, a, b) -> any(
                        r,
                        page -> page.links().values().stream()
                                .anyMatch(link -> link.types().contains("iframe"))));
        to.put("check_https_ip_mismatch", (r, a, b) -> any(r, PageFunctions::hidesAddress));
        to.put("check_https_http_mismatch", (r, a, b) -> any(r, page -> hidesHost(page, r, a)));
        to.put("check_uri_truncated", (r, a, b) -> r.links().keySet().stream().anyMatch(uri -> uri.length() >= 8192));
    }

    private static boolean any(Reading reading, Predicate<Page> test) {
        return reading.pages().stream().anyMatch(test);
    }

    /** Whether there is a value over the argument at a place and not over the next. */
    private static boolean above(OptionalDouble value, List<String> arguments, int from) {
        if (value.isEmpty()) {
            return false;
        }
        boolean open = arguments.size() <= from + 1 || arguments.get(from + 1).equals("inf");
        return value.getAsDouble() > HeaderFunctions.number(arguments, from)
                && (open || value.getAsDouble() <= HeaderFunctions.number(arguments, from + 1));
    }

    private static boolean compares(double value, String comparison) {
        Matcher parts = COMPARISON.matcher(comparison);
        if (!parts.matches()) {
            return false;
        }
        double other = Double.parseDouble(parts.group(2));
        return switch (parts.group(1)) {
            case "<" -> value < other;
            case ">" -> value > other;
            case "<=" -> value <= other;
            case ">=" -> value >= other;
            case "!=" -> value != other;
            default -> value == other;
        };
    }

    private static boolean imageRatio(Page page, List<String> arguments) {
        double area = page.number("image_area").orElse(0);
        OptionalDouble words = page.number("non_space_len");
        return area > 0 && words.isPresent() && above(OptionalDouble.of(words.getAsDouble() / area), arguments, 0);
    }

    private static boolean matches(List<String> texts, String expression) {
        try {
            RuleText text =
                    expression.matches("(?s)^(?:m|qr)?/.*") ? RuleText.of(expression) : new RuleText(expression, "");
            Regex regex = text.regex(new Fragments());
            Steps steps = new Steps();
            return texts.stream().anyMatch(one -> regex.find(one, steps));
        } catch (Malformed none) {
            return false;
        }
    }

    private static boolean titleRatio(Reading reading, List<String> arguments) {
        int subject = reading.header("Subject").length();
        return subject > 0
                && any(
                        reading,
                        page -> page.texts("title").stream()
                                .anyMatch(title ->
                                        (double) title.length() / subject > HeaderFunctions.number(arguments, 0)));
    }

    private static boolean hidesAddress(Page page) {
        for (Map.Entry<String, Link> link : page.links().entrySet()) {
            if (NUMBERED.matcher(link.getKey()).matches()) {
                for (String shown : link.getValue().anchors()) {
                    boolean secure = shown.toLowerCase(Locale.ROOT).contains("https:");
                    if (secure && !SECURE_NUMBERED.matcher(shown).matches()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Whether a link is shown as another, secure one; and how many links there are fits. */
    private static boolean hidesHost(Page page, Reading reading, List<String> arguments) {
        Registries registries = reading.conventions().registries();
        int links = 0;
        boolean hidden = false;
        for (Map.Entry<String, Link> link : page.links().entrySet()) {
            Matcher host = HOST.matcher(link.getKey());
            if (link.getValue().anchors().isEmpty() || !host.find() || Registries.address(host.group(1))) {
                continue;
            }
            String own = registries.registered(host.group(1));
            if (!registries.valid(own)) {
                continue;
            }
            links++;
            for (String shown : link.getValue().anchors()) {
                Matcher other = SHOWN.matcher(shown);
                if (other.find()) {
                    String domain =
                            Registries.address(other.group(1)) ? other.group(1) : registries.registered(other.group(1));
                    hidden |= !domain.equals(own) && (Registries.address(domain) || registries.valid(domain));
                }
            }
        }
        double least = Math.max(1, HeaderFunctions.number(arguments, 0));
        return hidden && links >= least && (arguments.size() < 2 || links < HeaderFunctions.number(arguments, 1));
    }
}
