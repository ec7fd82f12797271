package org.merpati.mime;

import java.util.List;
import java.util.Optional;

/** A media type with its parameters (RFC 2045 §5.1); type and subtype in lower case. */
record ContentType(String type, String subtype, List<Part.Parameter> parameters) {
    boolean multipart() {
        return type.equals("multipart");
    }

    boolean digest() {
        return multipart() && subtype.equals("digest");
    }

    boolean message() {
        return type.equals("message") && (subtype.equals("rfc822") || subtype.equals("global"));
    }

    /** The delimiter of a multipart's parts. */
    Optional<String> boundary() {
        return ParameterValue.of(parameters, "boundary")
                .map(String::stripTrailing)
                .filter(Boundaries::usable);
    }
}
