package org.merpati.mailbox;

import java.util.Locale;
import java.util.Set;
import org.merpati.mime.EncodedWords;
import org.merpati.mime.HeaderField;

/** Fields of a header, taken out of it and shown to people. */
final class VerdictLines {
    /** What the filter writes into a message, and for whom. */
    static final Set<String> VERDICT = Set.of(
            "x-spam-flag",
            "x-spam-status",
            "x-spam-score",
            "x-spam-report",
            "x-spam-test",
            "x-spam-origin",
            "authentication-results",
            "return-path");

    private static final int FIELDS = 1_000;
    private static final int LIMIT = 4_000;

    private VerdictLines() {}

    /** The fields of those names as they are, folds and all, at most so much of them as is worth keeping. */
    static String raw(byte[] octets, int from, int to, Set<String> names) {
        StringBuilder lines = new StringBuilder();
        for (HeaderField field : HeaderField.list(octets, from, to, FIELDS)) {
            String line = new String(
                    octets, field.start(), field.end() - field.start(), java.nio.charset.StandardCharsets.UTF_8);
            if (names.contains(field.name().toLowerCase(Locale.ROOT)) && lines.length() + line.length() <= LIMIT) {
                lines.append(line);
            }
        }
        return lines.toString();
    }

    /** The fields of those names, decoded, a line each with their folds taken out; nothing in them moves a terminal. */
    static String shown(byte[] octets, int from, int to, Set<String> names) {
        StringBuilder text = new StringBuilder();
        for (HeaderField field : HeaderField.list(octets, from, to, FIELDS)) {
            if (names.contains(field.name().toLowerCase(Locale.ROOT))) {
                String value = EncodedWords.decode(field.value(octets)).replace("\t* ", "\n    ");
                text.append("  ")
                        .append(field.name())
                        .append(": ")
                        .append(plain(value))
                        .append('\n');
            }
        }
        return text.toString();
    }

    /** A text without what could move a terminal. */
    static String plain(String text) {
        return text.replaceAll("[\\p{Cntrl}&&[^\n]]+", " ");
    }
}
