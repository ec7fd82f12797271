package org.merpati.store;

import java.util.List;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.DeliveryId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailId;

/**
 * One message for one or more accounts of a shard: all of them in one command, all or none.
 *
 * @param mail the message's id from its acceptance on
 * @param body the octets as they will be read back, trace headers included, without any recipient's own header
 * @param explanation header lines that say why the message was judged as it was, or nothing; with the lines of each
 *     recipient they are kept for 90 days, whatever becomes of the message
 */
public record Delivery(MailId mail, Body body, List<Recipient> recipients, String explanation) {
    /**
     * One recipient.
     *
     * @param prefix header lines of this recipient alone ({@code Return-Path}, {@code Delivered-To}), put before the
     *     body; CRLF at each line's end
     * @param mailbox the mailbox's name; where it does not exist, INBOX
     */
    public record Recipient(DeliveryId id, AccountId account, String prefix, String mailbox, Flags flags) {}

    /** What became of one recipient. */
    public sealed interface Outcome {
        /** It is in the mailbox, now or since an earlier delivery with the same id. */
        record Delivered(long uid, boolean repeated) implements Outcome {}

        /** It will never be there. */
        record Rejected(String why) implements Outcome {}

        /** It can not be there now (quota). */
        record Deferred(String why) implements Outcome {}

        /** Reads it from what the shard's log answers. */
        static Outcome read(BinaryReader answer) {
            return switch (answer.u8()) {
                case 0 -> new Delivered(answer.varint(), answer.flag());
                case 1 -> new Rejected(answer.text());
                default -> new Deferred(answer.text());
            };
        }
    }

    public Delivery {
        recipients = List.copyOf(recipients);
    }

    /** A delivery that is not explained. */
    public Delivery(MailId mail, Body body, List<Recipient> recipients) {
        this(mail, body, recipients, "");
    }
}
