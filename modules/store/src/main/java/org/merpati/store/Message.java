package org.merpati.store;

import java.util.List;
import java.util.Optional;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Octets;
import org.merpati.mime.Summary;

/**
 * A message's row: what IMAP asks for again and again, without its body. Immutable.
 */
public interface Message {
    /** The UID, 1 to 2^32 - 1. */
    long uid();

    /** The MODSEQ of its last change. */
    long modSeq();

    /** The flags. */
    Flags flags();

    /** The internal date, UTC milliseconds. */
    long internalDate();

    /** When it came into this mailbox, UTC milliseconds (RFC 8514). */
    long savedDate();

    /** The size of the message in octets. */
    int size();

    /** The message's identity through copies (RFC 8474 EMAILID). */
    MailId mail();

    /** The conversation (RFC 8474 THREADID). */
    MailId thread();

    /** The binary form of {@link #summary}. */
    Octets summaryOctets();

    /** Envelope, structure and cached headers, decoded each time they are asked for. */
    default Summary summary() {
        return Summary.read(new BinaryReader(summaryOctets().array()));
    }

    /** The header fields of a name, if all of those are kept; nothing else is decoded for it. */
    default Optional<List<Summary.Header>> fields(String name) {
        return Summary.fields(new BinaryReader(summaryOctets().array()), name);
    }
}
