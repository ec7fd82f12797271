package org.merpati.mime;

import java.util.List;
import java.util.Optional;

/** IMAP's ENVELOPE (RFC 9051 §7.5.2). Texts are raw octets as ISO-8859-1 characters, unfolded. */
public record Envelope(
        Optional<String> date,
        Optional<String> subject,
        List<Person> from,
        List<Person> sender,
        List<Person> replyTo,
        List<Person> to,
        List<Person> cc,
        List<Person> bcc,
        Optional<String> inReplyTo,
        Optional<String> messageId) {
    /**
     * An address of a header: name, source route, local part, host; a group begins with only a local part and ends
     * with nothing (RFC 9051 §7.5.2).
     */
    public record Person(
            Optional<String> name, Optional<String> route, Optional<String> local, Optional<String> host) {}

    public Envelope {
        from = List.copyOf(from);
        sender = List.copyOf(sender);
        replyTo = List.copyOf(replyTo);
        to = List.copyOf(to);
        cc = List.copyOf(cc);
        bcc = List.copyOf(bcc);
    }
}
