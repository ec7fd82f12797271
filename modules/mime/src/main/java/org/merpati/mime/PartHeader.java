package org.merpati.mime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The fields of one header that structure and envelope are made of; where a name repeats, the first one counts. */
final class PartHeader {
    /** The most octets of one field that are looked at. */
    private static final int VALUE_LIMIT = 256 * 1024;

    static final int FIELDS_LIMIT = 10_000;

    private final byte[] octets;
    private final List<HeaderField> fields;
    private final Map<String, HeaderField> first = new HashMap<>();

    PartHeader(byte[] octets, int from, int to) {
        this.octets = octets;
        this.fields = HeaderField.list(octets, from, to, FIELDS_LIMIT);
        for (HeaderField field : fields) {
            first.putIfAbsent(Ascii.lower(field.name()), field);
        }
    }

    List<HeaderField> fields() {
        return fields;
    }

    Optional<String> value(String name) {
        HeaderField field = first.get(name);
        return field == null ? Optional.empty() : Optional.of(field.value(octets, VALUE_LIMIT));
    }

    private List<Envelope.Person> people(String name) {
        return value(name).map(AddressReader::read).orElse(List.of());
    }

    /** The envelope: an absent or empty Sender or Reply-To is From (RFC 9051 §7.5.2). */
    Envelope envelope() {
        List<Envelope.Person> from = people("from");
        List<Envelope.Person> sender = people("sender");
        List<Envelope.Person> replyTo = people("reply-to");
        return new Envelope(
                value("date"),
                value("subject"),
                from,
                sender.isEmpty() ? from : sender,
                replyTo.isEmpty() ? from : replyTo,
                people("to"),
                people("cc"),
                people("bcc"),
                value("in-reply-to"),
                value("message-id"));
    }

    /** Content-Type, or its default where it is absent or broken (RFC 2045 §5.2, RFC 2046 §5.1.5). */
    ContentType contentType(boolean inDigest) {
        Optional<String> value = value("content-type");
        if (value.isPresent()) {
            ParameterReader reader = new ParameterReader(value.get());
            String type = Ascii.lower(reader.leading());
            int slash = type.indexOf('/');
            if (slash > 0 && slash < type.length() - 1) {
                return new ContentType(type.substring(0, slash), type.substring(slash + 1), reader.parameters());
            }
        } else if (inDigest) {
            return new ContentType("message", "rfc822", List.of());
        }
        return new ContentType("text", "plain", List.of(new Part.Parameter("charset", "us-ascii")));
    }

    /** Content-Transfer-Encoding in upper case. */
    String encoding() {
        String encoding = value("content-transfer-encoding")
                .map(v -> Ascii.upper(new ParameterReader(v).leading()))
                .orElse("");
        return encoding.isEmpty() ? "7BIT" : encoding;
    }

    Optional<Part.Disposition> disposition() {
        return value("content-disposition").flatMap(v -> {
            ParameterReader reader = new ParameterReader(v);
            String type = reader.leading();
            return type.isEmpty() ? Optional.empty() : Optional.of(new Part.Disposition(type, reader.parameters()));
        });
    }

    List<String> languages() {
        List<String> languages = new ArrayList<>();
        for (String tag : value("content-language").orElse("").split(",", 100)) {
            if (!tag.isBlank()) {
                languages.add(tag.strip());
            }
        }
        return languages;
    }
}
