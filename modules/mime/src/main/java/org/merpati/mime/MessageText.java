package org.merpati.mime;

/** The text of a message as people read it, for searching: decoded to Unicode, part by part. */
public final class MessageText {
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
        for (HeaderField field : HeaderField.list(message, part.headerStart(), part.bodyStart(), 10_000)) {
            text.append(field.name())
                    .append(": ")
                    .append(EncodedWords.decode(field.value(message)))
                    .append('\n');
        }
        return text.toString();
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
            byte[] octets = TransferEncoding.decode(part.encoding(), message, part.bodyStart(), part.bodyEnd());
            text.append(Charsets.decode(charset(part), octets)).append('\n');
        }
    }

    private static String charset(Part part) {
        return ParameterValue.of(part.parameters(), "charset").orElse("");
    }
}
