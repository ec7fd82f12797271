package org.merpati.filter.text;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a Content-Type field says, leniently.
 *
 * @param type in lower case; what is like text is {@code text/plain}
 * @param missing whether there was no field
 */
record ContentKind(
        String type, Optional<String> boundary, Optional<String> charset, Optional<String> name, boolean missing) {
    private static final Pattern BOUNDARY =
            Pattern.compile("\\bboundary\\s*=\\s*(\"[^\"]+|[^\\s\";]+(?=[\\s;]|$))", Pattern.CASE_INSENSITIVE);
    private static final Pattern CHARSET =
            Pattern.compile("\\bcharset\\s*=\\s*[\"']?(.*?)[\"']?(?:;|$)", Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME =
            Pattern.compile("\\b(?:file)?name\\s*=\\s*[\"']?(.*?)[\"']?(?:;|$)", Pattern.CASE_INSENSITIVE);
    private static final Pattern MEDIA = Pattern.compile("^([^/]+(?:/[^/\\s]*)?).*$", Pattern.DOTALL);
    private static final Pattern PLAIN = Pattern.compile("^text\\b(?!/(?:x-vcard|calendar|html)$)");
    private static final Pattern FORBIDDEN = Pattern.compile("[\\x00-\\x20\\x7f-\\xff\"(),:-?@\\[-\\]]");

    static ContentKind of(String field) {
        boolean missing = field.isEmpty();
        String given = missing ? "text/plain; charset=us-ascii" : field;
        String type = given.stripLeading();
        int semicolon = type.indexOf(';');
        type = semicolon < 0 ? type : type.substring(0, semicolon);
        type = MEDIA.matcher(type).replaceAll("$1").toLowerCase(Locale.ROOT);
        missing |= type.isEmpty();
        if (type.isEmpty() || PLAIN.matcher(type).find()) {
            type = "text/plain";
        }
        return new ContentKind(
                FORBIDDEN.matcher(type).replaceAll(""),
                find(BOUNDARY, given).map(b -> b.replace("\"", "")),
                find(CHARSET, given),
                find(NAME, given).filter(n -> !n.isEmpty()),
                missing);
    }

    private static Optional<String> find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
