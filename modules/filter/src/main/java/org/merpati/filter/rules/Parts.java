package org.merpati.filter.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.filter.text.Entity;
import org.merpati.filter.text.Reading;

/** What is peculiar about how a message is put together of parts, by the names that rules use. For one thread. */
final class Parts {
    private static final Pattern ENCODED = Pattern.compile("=(?:09|3[0-9ABCEF]|[2456][0-9A-F]|7[0-9A-E])");
    private static final Pattern TRAILING = Pattern.compile("((?:=09|=20)+)\\s*$");
    private static final Pattern ENTITY = Pattern.compile("&#x[0-9A-F]{4};");
    private static final Pattern ASCII_SET =
            Pattern.compile("us-ascii|ansi_x3\\.4-1968|iso-ir-6|ansi_x3\\.4-1986|iso_646\\.irv:1991|ascii"
                    + "|iso646-us|us|ibm367|cp367|csascii");
    private static final Pattern ISO_SET = Pattern.compile("iso-\\S+-\\S+\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern KNOWN_ISO_SET = Pattern.compile("iso-(?:8859-\\d{1,2}|2022-(?:jp|kr))\\b");
    private static final int LINE = 79;

    private final Map<String, Double> values = new HashMap<>();
    private final List<String> charsets = new ArrayList<>();
    private final List<String> types = new ArrayList<>();
    private final List<Integer> sizes = new ArrayList<>();
    private boolean alternative;
    private int quotedOctets;
    private int quotedCount;
    private int plain;
    private int entities;

    private Parts() {}

    static Parts of(Reading reading) {
        Parts parts = new Parts();
        for (Entity part : reading.message().find(p -> true)) {
            parts.part(part);
        }
        parts.finish(reading);
        return parts;
    }

    double value(String name) {
        return values.getOrDefault(name, 0.0);
    }

    /** The character sets that parts declare, in lower case. */
    List<String> charsets() {
        return charsets;
    }

    private void more(String name) {
        values.merge(name, 1.0, Double::sum);
    }

    private void part(Entity part) {
        String type = part.declaredType();
        String encoding = part.header("content-transfer-encoding").toLowerCase(Locale.ROOT);
        String disposition = part.header("content-disposition").toLowerCase(Locale.ROOT);
        String charset = part.declaredCharset().toLowerCase(Locale.ROOT);
        alternative |= type.equals("multipart/alternative");
        header(type, encoding, disposition, charset);
        if (!part.leaf()) {
            return;
        }
        boolean attached = disposition.contains("attachment");
        boolean text = type.equals("text/plain");
        int size = 0;
        for (String line : part.lines()) {
            size += alternative && !attached && (text || type.equals("text/html")) ? line.length() : 0;
            if (encoding.equals("quoted-printable")) {
                quoted(line);
            }
            if (text && (charset.isEmpty() || charset.equals("us-ascii")) && illegal(line)) {
                more("mime_ascii_text_illegal");
            }
            if (text && (encoding.isEmpty() || encoding.equals("7bit") || encoding.equals("8bit"))) {
                int found = (int) ENTITY.matcher(line).results().count();
                entities += found;
                plain += line.length() - 8 * found;
            }
        }
        if (!attached) {
            types.add(type);
            sizes.add(size);
        }
    }

    private void header(String type, String encoding, String disposition, String charset) {
        if (type.equals("text/html")) {
            more("mime_body_html_count");
        } else if (type.startsWith("text")) {
            more("mime_body_text_count");
        }
        if (encoding.contains("base64")) {
            more("mime_base64_count");
        } else if (encoding.contains("quoted-printable")) {
            more("mime_qp_count");
        }
        if (disposition.contains("attachment")) {
            more("mime_attachment");
        }
        boolean ascii = charset.isEmpty() || ASCII_SET.matcher(charset).find();
        boolean shown = !disposition.startsWith("attachment") && !disposition.startsWith("inline");
        if (type.startsWith("text") && encoding.contains("base64") && ascii && shown) {
            values.put("mime_base64_encoded_text", 1.0);
        }
        if (ISO_SET.matcher(charset).find() && !KNOWN_ISO_SET.matcher(charset).find()) {
            values.put("mime_bad_iso_charset", 1.0);
        }
        if (charset.chars().anyMatch(c -> c >= 'a' && c <= 'z')) {
            charsets.add(charset);
        }
    }

    private void quoted(String line) {
        if (line.length() > LINE) {
            values.put("mime_qp_long_line", 1.0);
        }
        quotedOctets += line.length();
        int found = line.indexOf('=') < 0
                ? 0
                : (int) ENCODED.matcher(line).results().count();
        if (found > 0) {
            Matcher trailing = TRAILING.matcher(line);
            quotedCount += found - (trailing.find() ? trailing.group(1).length() / 3 : 0);
        }
    }

    private static boolean illegal(String line) {
        return line.chars().anyMatch(c -> c == 0 || c == '\r' || c > 127);
    }

    private void finish(Reading reading) {
        values.put("mime_multipart_alternative", alternative ? 1.0 : 0.0);
        values.put("mime_multipart_ratio", 1.0);
        values.put("mime_missing_boundary", reading.odd("mime_missing_boundary") ? 1.0 : 0.0);
        if (quotedOctets > 0) {
            values.put("mime_qp_ratio", (double) quotedCount / quotedOctets);
            values.put("mime_qp_count", (double) quotedCount);
        }
        if (plain > 0) {
            values.put("mime_text_unicode_ratio", (double) entities / plain);
        }
        int page = types.lastIndexOf("text/html");
        int text = types.lastIndexOf("text/plain");
        if (alternative && page >= 0 && text >= 0 && sizes.get(page) > 0) {
            values.put("mime_multipart_ratio", (double) sizes.get(text) / sizes.get(page));
        }
    }
}
