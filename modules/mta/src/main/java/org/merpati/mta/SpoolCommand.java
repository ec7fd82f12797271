package org.merpati.mta;

import java.util.List;
import java.util.Optional;
import org.merpati.kernel.MailId;

/** What a spool's log holds. */
sealed interface SpoolCommand {
    /** Pieces of a body are at most this long, in octets. */
    int PIECE = 256 * 1024;

    /** A mail is taken: with its body, or with the number of pieces that were sent ahead. */
    record Accept(MailEntry entry, byte[] inline, int pieces) implements SpoolCommand {}

    /** A piece of a body whose Accept follows. */
    record Chunk(MailId mail, int piece, byte[] octets) implements SpoolCommand {}

    /** Outcomes, and a bounce taken with them. */
    record Outcomes(List<Outcome> outcomes, Optional<Spool.NewMail> bounce) implements SpoolCommand {
        public Outcomes {
            outcomes = List.copyOf(outcomes);
        }
    }

    /** Attempts to another host begin. */
    record Started(MailId mail, List<Integer> places) implements SpoolCommand {
        public Started {
            places = List.copyOf(places);
        }
    }

    /** A mail is held or released. */
    record Hold(MailId mail, boolean hold) implements SpoolCommand {}

    /** What is too old goes. */
    record Expire() implements SpoolCommand {}

    /** From here on no new mail is taken, for good; a bounce of what is here is. */
    record Shut() implements SpoolCommand {}

    /** A mail is in another spool now, with all that is known of it. */
    record Moved(MailId mail) implements SpoolCommand {}

    /** A checkpoint is taken here. */
    record Flush() implements SpoolCommand {}
}
