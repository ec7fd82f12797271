package org.merpati.store.search;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.Locale;
import java.util.Set;
import org.apache.lucene.analysis.charfilter.HTMLStripCharFilter;
import org.merpati.mime.EncodedWords;
import org.merpati.mime.HeaderField;
import org.merpati.mime.MessageText;
import org.merpati.mime.OfficeText;
import org.merpati.mime.Part;
import org.merpati.mime.TransferEncoding;

/** The words of a message that people look for: who, subject, texts, HTML without its tags, attachments. */
final class PeopleText {
    private static final Set<String> FIELDS = Set.of("from", "to", "cc", "bcc", "subject", "reply-to");
    private static final int FIELDS_LIMIT = 1_000;
    private static final int ATTACHMENT_OCTETS = 16 << 20;
    private static final long INFLATED_OCTETS = 64L << 20;

    private final byte[] message;
    private final int limit;
    private final StringBuilder words = new StringBuilder();

    /** Of a message, at most so many characters. */
    PeopleText(byte[] message, int limit) {
        this.message = message;
        this.limit = limit;
    }

    String of(Part structure) {
        part(structure, true);
        words.setLength(Math.min(words.length(), limit));
        return words.toString();
    }

    private void part(Part part, boolean message) {
        if (words.length() >= limit) {
            return;
        }
        if (message) {
            header(part);
        }
        MessageText.fileName(part).ifPresent(this::add);
        if (part.message().isPresent()) {
            part(part.message().get().part(), true);
        } else if (part.multipart()) {
            part.children().forEach(child -> part(child, false));
        } else if (part.type().equals("text")) {
            String text = MessageText.text(this.message, part);
            add(part.subtype().equals("html") ? withoutTags(text) : text);
        } else {
            attachment(part);
        }
    }

    private void add(String text) {
        words.append(text, 0, Math.min(text.length(), Math.max(0, limit - words.length())))
                .append('\n');
    }

    private void header(Part part) {
        for (HeaderField field : HeaderField.list(message, part.headerStart(), part.bodyStart(), FIELDS_LIMIT)) {
            if (FIELDS.contains(field.name().toLowerCase(Locale.ROOT))) {
                add(EncodedWords.decode(field.value(message)));
            }
        }
    }

    private String withoutTags(String html) {
        StringBuilder text = new StringBuilder();
        char[] piece = new char[8192];
        try (Reader reader = new HTMLStripCharFilter(new StringReader(html))) {
            int room = limit - words.length();
            for (int count = reader.read(piece); count > 0 && text.length() < room; count = reader.read(piece)) {
                text.append(piece, 0, count);
            }
        } catch (IOException never) {
            return html;
        }
        return text.toString();
    }

    private void attachment(Part part) {
        String name = MessageText.fileName(part).orElse("").toLowerCase(Locale.ROOT);
        boolean office = part.subtype().startsWith("vnd.openxmlformats-officedocument.")
                || part.subtype().startsWith("vnd.oasis.opendocument.")
                || name.matches(".*\\.(docx|xlsx|pptx|odt|ods|odp)");
        boolean pdf = part.subtype().equals("pdf") || name.endsWith(".pdf");
        int room = limit - words.length();
        if (part.octets() > ATTACHMENT_OCTETS || room <= 0) {
            return;
        }
        if (office) {
            add(OfficeText.of(octets(part), room, INFLATED_OCTETS));
        } else if (pdf) {
            add(PdfText.of(octets(part), room, INFLATED_OCTETS));
        }
    }

    private byte[] octets(Part part) {
        return TransferEncoding.decode(part.encoding(), message, part.bodyStart(), part.bodyEnd());
    }
}
