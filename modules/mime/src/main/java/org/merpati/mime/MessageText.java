package org.merpati.mime;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/** The text of a message as people read it, for searching: decoded to Unicode, part by part. */
public final class MessageText {
    /** The most fields of a header that {@link #header} shows. */
    public static final int FIELDS_LIMIT = 10_000;

    /** The most characters that are gathered from one message. */
    private static final int LIMIT = 4 * 1024 * 1024;

    private final byte[] message;
    private final StringBuilder text = new StringBuilder();

    private MessageText(byte[] message) {
        this.message = message;
    }

    /** All text parts, attached messages' headers and texts included (RFC 9051 §6.4.4 BODY). */
    public static String body(byte[] message, Part structure) {
        MessageText reader = new MessageText(message);
        reader.part(structure);
        return reader.text.toString();
    }

    /** A header with its encoded words decoded, a line a field. */
    public static String header(byte[] message, Part part) {
        StringBuilder text = new StringBuilder();
        for (HeaderField field : HeaderField.list(message, part.headerStart(), part.bodyStart(), FIELDS_LIMIT)) {
            text.append(field.name())
                    .append(": ")
                    .append(EncodedWords.decode(field.value(message)))
                    .append('\n');
        }
        return text.toString();
    }

    /** The content of a text part in Unicode. */
    public static String text(byte[] message, Part part) {
        byte[] octets = TransferEncoding.decode(part.encoding(), message, part.bodyStart(), part.bodyEnd());
        return Charsets.decode(charset(part), octets);
    }

    /** The name that a part's file has: Content-Disposition's, else Content-Type's. */
    public static Optional<String> fileName(Part part) {
        return part.disposition()
                .flatMap(disposition -> ParameterValue.of(disposition.parameters(), "filename"))
                .or(() -> ParameterValue.of(part.parameters(), "name"))
                .map(EncodedWords::decode);
    }

    /** A text as searches compare it: composed, without case. */
    public static String fold(String text) {
        String small = text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        boolean ascii = small.length() == small.getBytes(StandardCharsets.UTF_8).length;
        return ascii ? small : Normalizer.normalize(small, Normalizer.Form.NFC);
    }

    private void part(Part part) {
        if (text.length() >= LIMIT) {
            return;
        }
        if (part.message().isPresent()) {
            Part inner = part.message().get().part();
            text.append(header(message, inner));
            part(inner);
        } else if (part.multipart()) {
            part.children().forEach(this::part);
        } else if (part.type().equals("text")) {
            text.append(text(message, part)).append('\n');
        }
    }

    private static String charset(Part part) {
        return ParameterValue.of(part.parameters(), "charset").orElse("");
    }
}
