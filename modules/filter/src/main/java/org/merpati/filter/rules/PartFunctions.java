package org.merpati.filter.rules;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.merpati.filter.text.Entity;
import org.merpati.filter.text.Field;
import org.merpati.filter.text.HeaderRequest;
import org.merpati.filter.text.Reading;

/** Functions on how a message is put together of parts (MIME). */
final class PartFunctions {
    /** The longest line of encoded content. */
    private record Longest(int octets) {}

    private PartFunctions() {}

    static void register(Map<String, Function> to) {
        to.put("check_for_mime", (r, a, b) -> parts(r).value(a.getFirst()) != 0);
        to.put("check_for_mime_html", (r, a, b) -> page(r) || parts(r).value("mime_body_html_count") > 0);
        to.put(
                "check_for_mime_html_only",
                (r, a, b) -> page(r)
                        || (parts(r).value("mime_body_html_count") > 0 && parts(r).value("mime_body_text_count") == 0));
        to.put(
                "check_mime_multipart_ratio",
                (r, a, b) -> HeaderFunctions.within(parts(r).value("mime_multipart_ratio"), a));
        to.put("check_qp_ratio", (r, a, b) -> parts(r).value("mime_qp_ratio") >= HeaderFunctions.number(a, 0));
        to.put("check_for_ascii_text_illegal", (r, a, b) -> parts(r).value("mime_ascii_text_illegal") > 0);
        to.put(
                "check_abundant_unicode_ratio",
                (r, a, b) -> parts(r).value("mime_text_unicode_ratio") >= HeaderFunctions.number(a, 0));
        to.put("check_for_faraway_charset", (r, a, b) -> false);
        to.put("check_msg_parse_flags", (r, a, b) -> r.odd(a.getFirst()));
        to.put("check_ma_non_text", (r, a, b) -> otherThanText(r));
        to.put("check_base64_length", (r, a, b) -> {
            int octets = r.note(Longest.class, PartFunctions::longest).octets;
            return octets >= HeaderFunctions.number(a, 0) && (a.size() < 2 || octets <= HeaderFunctions.number(a, 1));
        });
        to.put("check_suspect_name", (r, a, b) -> false);
        to.put("check_microsoft_executable", (r, a, b) -> executable(r));
    }

    static Parts parts(Reading reading) {
        return reading.note(Parts.class, Parts::of);
    }

    private static boolean page(Reading reading) {
        return reading.header("Content-Type").regionMatches(true, 0, "text/html", 0, 9);
    }

    private static boolean otherThanText(Reading reading) {
        for (Entity alternative : reading.message().find(p -> p.type().equals("multipart/alternative"))) {
            List<Entity> leaves = alternative.find(Entity::leaf);
            for (Entity part : alternative.parts().isEmpty() ? List.<Entity>of() : alternative.parts()) {
                boolean fine = part.type().startsWith("text/")
                        || part.type().equals("multipart/related")
                        || part.type().equals("application/rtf");
                if (!fine && leaves.contains(part)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Longest longest(Reading reading) {
        int octets = 0;
        for (Entity part : reading.message().find(Entity::leaf)) {
            boolean counted = part.header("content-transfer-encoding").equalsIgnoreCase("base64")
                    && !part.declaredType().equals("application/ics");
            if (counted) {
                for (String line : part.lines()) {
                    octets = Math.max(octets, line.length());
                }
            }
        }
        return new Longest(octets);
    }

    private static boolean executable(Reading reading) {
        for (Entity part : reading.message().find(Entity::leaf)) {
            String name = part.name().orElse("").toLowerCase(Locale.ROOT);
            if (name.endsWith(".exe") && part.decoded().startsWith("MZ")) {
                return true;
            }
        }
        return false;
    }

    /** A field of a part's header as a rule looks at it. */
    static String text(Entity part, HeaderRequest request, Optional<String> unset) {
        boolean raw = request.modifiers().contains("raw");
        if (request.name().equals("ALL")) {
            StringBuilder all = new StringBuilder();
            for (Field field : part.fields()) {
                all.append(field.name()).append(": ").append(raw ? field.unfolded() : field.value() + "\n");
            }
            return all.toString();
        }
        List<Field> fields = part.fields(request.name());
        if (fields.isEmpty()) {
            return unset.orElse("");
        }
        return raw ? fields.getLast().raw() : fields.getLast().value() + "\n";
    }
}
