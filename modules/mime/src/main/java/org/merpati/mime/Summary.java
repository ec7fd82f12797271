package org.merpati.mime;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;

/**
 * What a mailbox keeps of a message beside its octets: envelope, structure, and the headers that clients list by.
 * Computed once, when the message is appended. Texts are raw octets as ISO-8859-1 characters, so that they go back to
 * the client unchanged.
 *
 * @param headers the fields of the names in {@link #KEPT}, in the order of the message
 * @param complete whether all of those fields are kept; false when they exceed {@link #HEADERS_LIMIT} octets
 */
public record Summary(Envelope envelope, Part structure, List<Header> headers, boolean complete) {
    /** The most octets of header fields that are kept. */
    public static final int HEADERS_LIMIT = 32 * 1024;

    /** The names of the fields that are kept, in lower case. */
    public static final Set<String> KEPT = Set.of(
            "date",
            "subject",
            "from",
            "sender",
            "reply-to",
            "to",
            "cc",
            "bcc",
            "message-id",
            "in-reply-to",
            "references",
            "content-type",
            "content-transfer-encoding",
            "mime-version",
            "list-id",
            "list-post",
            "list-unsubscribe",
            "x-priority",
            "priority",
            "importance",
            "newsgroups",
            "followup-to",
            "delivered-to",
            "return-path",
            "x-spam-flag",
            "x-spam-status",
            "x-label",
            "x-mailer",
            "user-agent",
            "disposition-notification-to",
            "auto-submitted",
            "precedence",
            "content-description",
            "lines",
            "list-subscribe",
            "mail-followup-to",
            "x-original-to",
            "x-tuid",
            "x-uniform-type-identifier",
            "x-universally-unique-identifier");

    /**
     * A header field: its name as written, and all its octets with its folds and line ends, name included.
     */
    public record Header(String name, String octets) {
        /** The value, unfolded and without white space around it. */
        public String value() {
            int colon = octets.indexOf(':', name.length());
            return HeaderField.unfold(octets.substring(colon + 1));
        }
    }

    public Summary {
        headers = List.copyOf(headers);
    }

    /** Reads a whole message. Never fails: broken mail has the structure that its octets allow. */
    public static Summary of(byte[] message) {
        return Summaries.of(message);
    }

    /** The value of the first field of that name, in any case, among those kept. */
    public Optional<String> header(String name) {
        return headers.stream()
                .filter(h -> h.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst();
    }

    /** Whether what the message has of these names, in any case, is all kept here. */
    public boolean keeps(Collection<String> names) {
        return complete && names.stream().allMatch(n -> KEPT.contains(Ascii.lower(n)));
    }

    /** The fields of a name, if all of those are kept. */
    public Optional<List<Header>> fields(String name) {
        return keeps(List.of(name))
                ? Optional.of(headers.stream()
                        .filter(h -> h.name().equalsIgnoreCase(name))
                        .toList())
                : Optional.empty();
    }

    /** The same out of the binary form, of which nothing else is read. */
    public static Optional<List<Header>> fields(BinaryReader from, String name) {
        return SummaryForm.fields(from, name);
    }

    /** Writes the binary form. */
    public void write(BinaryWriter to) {
        SummaryForm.write(this, to);
    }

    /**
     * Reads the binary form.
     *
     * @throws org.merpati.kernel.Malformed if it is not one, or of an unknown version
     */
    public static Summary read(BinaryReader from) {
        return SummaryForm.read(from);
    }
}
