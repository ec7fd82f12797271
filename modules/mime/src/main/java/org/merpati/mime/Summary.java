package org.merpati.mime;

import java.util.List;
import java.util.Optional;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;

/**
 * What a mailbox keeps of a message beside its octets: envelope, structure, and the headers that clients list by.
 * Computed once, when the message is appended. Header texts are the raw octets as ISO-8859-1 characters, unfolded, so
 * that they go back to the client unchanged.
 */
public record Summary(Envelope envelope, Part structure, List<Header> headers) {
    /** A header field: its name as written, and its raw unfolded value. */
    public record Header(String name, String value) {}

    public Summary {
        headers = List.copyOf(headers);
    }

    /** Reads a whole message. Never fails: broken mail has the structure that its octets allow. */
    public static Summary of(byte[] message) {
        return Summaries.of(message);
    }

    /** The first header of that name, in any case, among those kept. */
    public Optional<String> header(String name) {
        return headers.stream()
                .filter(h -> h.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst();
    }

    /** Writes the binary form. */
    public void write(BinaryWriter to) {
        Summaries.write(this, to);
    }

    /** Reads the binary form. */
    public static Summary read(BinaryReader from) {
        return Summaries.read(from);
    }
}
