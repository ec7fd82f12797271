package org.merpati.mta;

import java.util.ArrayList;
import java.util.List;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;

/** What a spool group's log holds. Each command carries its kind and version. */
sealed interface SpoolCommand {
    int VERSION = 1;

    /**
     * Takes a message over: the instant of acceptance. Its body is here, or in chunks uploaded before.
     *
     * @param upload the upload whose chunks make the body; all zero where the body is here
     */
    record Accept(Spooled entry, Id upload, int chunks, byte[] body) implements SpoolCommand {}

    /** A part of a long body. */
    record Chunk(Id upload, int number, byte[] octets) implements SpoolCommand {}

    /** Recipients that are further than before. */
    record Update(MailId mail, List<Spooled.Recipient> recipients) implements SpoolCommand {}

    /** Drops uploads that nobody took over and traces that are old. */
    record Expire() implements SpoolCommand {}

    /** Takes a checkpoint at this entry. */
    record Flush() implements SpoolCommand {}

    /** No upload. */
    Id NONE = new Id(0, 0);

    /** The binary form. */
    static byte[] encode(SpoolCommand command) {
        BinaryWriter to = new BinaryWriter(256).u8(VERSION);
        switch (command) {
            case Accept c -> to.u8(1).bytes(c.entry().encode()).id(c.upload()).varint(c.chunks()).bytes(c.body());
            case Chunk c -> to.u8(2).id(c.upload()).varint(c.number()).bytes(c.octets());
            case Update c -> {
                to.u8(3).id(c.mail().value()).varint(c.recipients().size());
                c.recipients().forEach(r -> r.write(to));
            }
            case Expire _ -> to.u8(4);
            case Flush _ -> to.u8(5);
        }
        return to.toByteArray();
    }

    /** Reads the binary form; an unknown one halts the replica. */
    static SpoolCommand decode(byte[] octets) {
        BinaryReader from = new BinaryReader(octets);
        int version = from.u8();
        int kind = from.u8();
        if (version != VERSION) {
            throw new IllegalStateException("a spool command of version " + version + ": this program knows " + VERSION);
        }
        return switch (kind) {
            case 1 -> new Accept(
                    Spooled.decode(new BinaryReader(from.bytes())), from.id(), from.count(), from.bytes());
            case 2 -> new Chunk(from.id(), from.count(), from.bytes());
            case 3 -> {
                MailId mail = new MailId(from.id());
                List<Spooled.Recipient> recipients = new ArrayList<>();
                for (int n = from.count(); n > 0; n--) {
                    recipients.add(Spooled.Recipient.read(from));
                }
                yield new Update(mail, recipients);
            }
            case 4 -> new Expire();
            case 5 -> new Flush();
            default -> throw new IllegalStateException("a spool command of the unknown kind " + kind);
        };
    }
}
