package org.merpati.mime;

import java.util.List;
import java.util.Optional;

/**
 * A part of a message's structure (RFC 9051 §7.5.2 BODYSTRUCTURE) with the places of its octets in the message, so
 * that a section is a range: {@code [headerStart, bodyStart)} is its header with the empty line, {@code [bodyStart,
 * bodyEnd)} its content.
 *
 * @param type the media type in lower case, e.g. {@code text}
 * @param subtype the subtype in lower case
 * @param parameters of Content-Type, in order
 * @param encoding Content-Transfer-Encoding in upper case, {@code 7BIT} if absent
 * @param lines the lines of the content, for text and message/rfc822
 * @param children of a multipart; empty for others
 * @param message the structure and envelope inside a message/rfc822
 */
public record Part(
        int headerStart,
        int bodyStart,
        int bodyEnd,
        String type,
        String subtype,
        List<Parameter> parameters,
        Optional<String> id,
        Optional<String> description,
        String encoding,
        Optional<String> md5,
        Optional<Disposition> disposition,
        List<String> languages,
        Optional<String> location,
        int lines,
        List<Part> children,
        Optional<Nested> message) {
    /** A parameter of a header field. */
    public record Parameter(String name, String value) {}

    /** Content-Disposition. */
    public record Disposition(String type, List<Parameter> parameters) {
        public Disposition {
            parameters = List.copyOf(parameters);
        }
    }

    /** A message inside a message/rfc822 part. */
    public record Nested(Envelope envelope, Part part) {}

    public Part {
        parameters = List.copyOf(parameters);
        languages = List.copyOf(languages);
        children = List.copyOf(children);
    }

    /** The length of the content in octets. */
    public int octets() {
        return bodyEnd - bodyStart;
    }

    /** Whether it is a multipart. */
    public boolean multipart() {
        return type.equals("multipart");
    }
}
