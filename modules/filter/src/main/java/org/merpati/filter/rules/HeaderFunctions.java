package org.merpati.filter.rules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.filter.text.Field;
import org.merpati.filter.text.HeaderRequest;
import org.merpati.filter.text.Latin;
import org.merpati.filter.text.Reading;

/** Functions on what the header says. */
final class HeaderFunctions {
    private static final Pattern REPLY =
            Pattern.compile("^(?:(?:Re|Fwd|Fw|Aw|Antwort|WG|SV|VB|VS|VL):\\s*)+", Pattern.CASE_INSENSITIVE);
    static final String ASIAN =
            "[-_a-z0-9]*(?:koi|jp|jis|euc|gb|big5|isoir|cp1251|windows-1251|georgianps|pt154|tis)" + "[-_a-z0-9]*";
    private static final Pattern ASIAN_WORD = Pattern.compile("=\\?" + ASIAN + "\\?", Pattern.CASE_INSENSITIVE);
    private static final Pattern TEMPLATE = Pattern.compile("%[A-Z][A-Z_-]");
    private static final Pattern TEMPLATE_EXEMPT = Pattern.compile(
            "^(?:X-VMS-To|X-UIDL|X-Face|To|Cc|From|Subject|References|In-Reply-To"
                    + "|(?:X-|Resent-|X-Original-)?Message-Id):",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern RATWARE = Pattern.compile("<[A-Z]{28}\\.([^>]+?)>");
    private static final int SORTED = 7;
    private static final int SIMILAR = 5;
    private static final int RECIPIENTS = 256;

    private HeaderFunctions() {}

    static void register(Map<String, Function> to) {
        to.put("check_illegal_chars", (r, a, b) -> illegal(r, a));
        to.put(
                "check_for_missing_to_header",
                (r, a, b) ->
                        r.header("To").isEmpty() && r.header("Apparently-To").isEmpty());
        to.put("subject_is_all_caps", (r, a, b) -> capitals(r));
        to.put("check_for_to_in_subject", (r, a, b) -> toInSubject(r, a));
        to.put("check_header_count_range", (r, a, b) -> countRange(r, a));
        to.put("check_unresolved_template", (r, a, b) -> template(r));
        to.put("check_ratware_name_id", (r, a, b) -> ratware(r));
        to.put(
                "sorted_recipients",
                (r, a, b) -> r.note(Recipients.class, Recipients::of).sorted());
        to.put(
                "similar_recipients",
                (r, a, b) -> within(r.note(Recipients.class, Recipients::of).similar(), a));
        to.put("check_for_unique_subject_id", (r, a, b) -> false);
        to.put("check_for_faraway_charset_in_headers", (r, a, b) -> false);
    }

    /** Whether a value is at least the first bound and below the second. */
    static boolean within(double value, List<String> bounds) {
        boolean enough = bounds.get(0).equals("undef") || value >= number(bounds, 0);
        return enough && (bounds.get(1).equals("undef") || value < number(bounds, 1));
    }

    /** An argument as a number; 0 if it is none. */
    static double number(List<String> arguments, int index) {
        String text = index < arguments.size() ? arguments.get(index) : "";
        if (text.equals("inf")) {
            return Double.POSITIVE_INFINITY;
        }
        return text.matches("[-+]?\\d{0,9}(?:\\.\\d{0,9})?") && text.matches(".*\\d.*") ? Double.parseDouble(text) : 0;
    }

    private static boolean illegal(Reading reading, List<String> arguments) {
        String name = arguments.getFirst();
        String text = reading.header(name.endsWith(":raw") ? name : name + ":raw");
        if (text.isBlank()) {
            return false;
        }
        int illegal = 0;
        int control = 0;
        int exempt = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean low = c < 32 && c != '\t' && c != '\n' && c != '\r';
            control += low ? 1 : 0;
            illegal += low || c >= 127 ? 1 : 0;
            exempt += c == 0xa2 || c == 0xa3 || c == 0xae ? 1 : 0;
        }
        if (!Latin.ascii(text) && Latin.validUtf8(text) && control == 0) {
            return false;
        }
        if (illegal > 0 && name.toLowerCase(Locale.ROOT).startsWith("subject") && exempt == 1) {
            illegal--;
        }
        return (double) illegal / text.length() >= number(arguments, 1) && illegal >= number(arguments, 2);
    }

    private static boolean capitals(Reading reading) {
        String subject = REPLY.matcher(reading.header("Subject").strip()).replaceFirst("");
        if (subject.length() < 10 || subject.chars().noneMatch(Character::isWhitespace)) {
            return false;
        }
        if (ASIAN_WORD.matcher(reading.header("Subject:raw")).find()) {
            return false;
        }
        String letters = subject.replaceAll("[^a-zA-Z]", "");
        return !letters.isEmpty() && letters.equals(letters.toUpperCase(Locale.ROOT));
    }

    private static boolean toInSubject(Reading reading, List<String> arguments) {
        String to = reading.header("To:addr");
        if (to.isEmpty()) {
            return false;
        }
        String subject = reading.header("Subject");
        if (arguments.getFirst().equals("address")) {
            return Pattern.compile("\\b" + Pattern.quote(to) + "\\b", Pattern.CASE_INSENSITIVE)
                    .matcher(subject)
                    .find();
        }
        String user = Pattern.quote(to.replaceFirst("@.*", ""));
        return Pattern.compile(
                        "^(?:(?:re|fw):\\s*(?:\\w+\\s+)?" + user + "(?=\\n?\\z)|(?-i:" + user
                                + ")\\s*[,:;!?-](?:(?=\\n?\\z)|\\s)|" + user + "(?=\\n?\\z)|,\\s*" + user
                                + "[,:;!?-](?=\\n?\\z))",
                        Pattern.CASE_INSENSITIVE)
                .matcher(subject)
                .find();
    }

    private static boolean countRange(Reading reading, List<String> arguments) {
        Set<String> different = new LinkedHashSet<>();
        for (Field field : reading.message().fields(arguments.getFirst())) {
            different.add(field.value());
        }
        return different.size() >= number(arguments, 1) && different.size() <= number(arguments, 2);
    }

    private static boolean template(Reading reading) {
        for (String line : reading.header(HeaderRequest.of("ALL"))) {
            if (TEMPLATE.matcher(line).find() && !TEMPLATE_EXEMPT.matcher(line).find()) {
                return true;
            }
        }
        return false;
    }

    private static boolean ratware(Reading reading) {
        Matcher id = RATWARE.matcher(reading.header("MESSAGEID"));
        return id.find()
                && Pattern.compile("\"[^\"]+\"\\s*<" + Pattern.quote(id.group(1)) + ">")
                        .matcher(reading.header("From"))
                        .find();
    }

    /** How alike the recipients are. */
    record Recipients(boolean sorted, double similar) {
        static Recipients of(Reading reading) {
            List<String> all = new ArrayList<>(reading.header(HeaderRequest.of("ToCc:addr")));
            if (all.size() < SIMILAR) {
                all.addAll(reading.header(HeaderRequest.of("Bcc:addr")));
            }
            List<String> different = new ArrayList<>();
            String before = "";
            for (String one : all) {
                if (!one.equalsIgnoreCase(before) && different.size() < RECIPIENTS) {
                    different.add(one);
                }
                before = one;
            }
            String[] order = different.toArray(new String[0]);
            Arrays.sort(order);
            boolean sorted = different.size() >= SORTED && Arrays.asList(order).equals(different);
            return new Recipients(sorted, similar(different));
        }

        private static double similar(List<String> addresses) {
            if (addresses.size() < SIMILAR) {
                return 0;
            }
            int hits = 0;
            int pairs = 0;
            for (int i = 0; i < addresses.size(); i++) {
                for (int j = i + 1; j < addresses.size(); j++) {
                    String one = host(addresses.get(i));
                    String other = host(addresses.get(j));
                    hits += begin(addresses.get(i)).equals(begin(addresses.get(j))) ? 1 : 0;
                    hits += begin(one).equals(begin(other)) && !one.equals(other) ? 1 : 0;
                    pairs++;
                }
            }
            return (double) hits / pairs;
        }

        private static String begin(String text) {
            return text.substring(0, Math.min(2, text.length()));
        }

        private static String host(String address) {
            return address.substring(address.indexOf('@') + 1);
        }
    }
}
