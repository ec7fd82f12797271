package org.merpati.mime;

import java.util.ArrayList;
import java.util.List;

/** Makes {@link Summary}s from octets. */
final class Summaries {
    private Summaries() {}

    static Summary of(byte[] message) {
        StructureReader.Read read = new StructureReader(message).message();
        List<Summary.Header> kept = new ArrayList<>();
        boolean complete = true;
        int room = Summary.HEADERS_LIMIT;
        List<HeaderField> fields = read.header().fields();
        for (HeaderField field : fields) {
            if (Summary.KEPT.contains(Ascii.lower(field.name()))) {
                int length = field.end() - field.start();
                if (length > room) {
                    complete = false;
                } else {
                    room -= length;
                    kept.add(new Summary.Header(field.name(), HeaderField.latin(message, field.start(), field.end())));
                }
            }
        }
        return new Summary(
                read.header().envelope(), read.part(), kept, complete && fields.size() < PartHeader.FIELDS_LIMIT);
    }
}
