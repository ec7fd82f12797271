package org.merpati.filter;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.merpati.mime.Envelope;
import org.merpati.mime.HeaderField;
import org.merpati.mime.Part;
import org.merpati.mime.Summary;

/** A message that is judged. Its beginning is in memory; what needs the rest reads {@link #whole}. */
public final class Suspect {
    /** The most octets that are held in memory and looked at by the rules. */
    public static final int LIMIT = 512 * 1024;

    private final Arrival arrival;
    private final Content whole;
    private final byte[] beginning;
    private final Summary summary;

    private Suspect(Arrival arrival, Content whole, byte[] beginning) {
        this.arrival = arrival;
        this.whole = whole;
        this.beginning = beginning;
        this.summary = Summary.of(beginning);
    }

    /**
     * Reads the beginning of a message.
     *
     * @throws IOException if it cannot be read
     */
    public static Suspect of(Arrival arrival, Content whole) throws IOException {
        try (InputStream in = whole.open()) {
            return new Suspect(arrival, whole, in.readNBytes(LIMIT));
        }
    }

    /** How it came. */
    public Arrival arrival() {
        return arrival;
    }

    /** All of it. */
    public Content whole() {
        return whole;
    }

    /** Its first octets, all of it if it is short; not to be changed. */
    public byte[] beginning() {
        return beginning;
    }

    /** The structure of the {@link #beginning}. */
    public Part structure() {
        return summary.structure();
    }

    /** Its date, subject and people as the header has them. */
    public Envelope envelope() {
        return summary.envelope();
    }

    /** The fields of the header, in order. */
    public List<HeaderField> fields() {
        Part structure = structure();
        return HeaderField.list(beginning, structure.headerStart(), structure.bodyStart(), Short.MAX_VALUE);
    }

    /** The value of the first header field of that name, unfolded, as ISO-8859-1 characters. */
    public Optional<String> header(String name) {
        return fields().stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .findFirst()
                .map(field -> field.value(beginning));
    }
}
