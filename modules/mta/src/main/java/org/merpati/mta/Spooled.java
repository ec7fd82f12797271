package org.merpati.mta;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.MailId;
import org.merpati.vault.BlobRef;

/**
 * A message in a spool: its envelope, where its body lies, and how far each recipient is (docs/spool.md).
 *
 * @param received when it was accepted, UTC milliseconds
 * @param body the blobs that make the body, in order
 */
public record Spooled(
        MailId mail, Optional<Address> sender, long received, int size, List<BlobRef> body, List<Recipient> recipients) {
    private static final int VERSION = 1;
    private static final int LAST_LIMIT = 500;

    /** How far a recipient is. */
    public enum Status {
        /** To be tried when it is due. */
        WAITING,
        /** An attempt at a foreign server was begun: it may have taken the message. */
        STARTED,
        /** Somebody else has taken the message for it. */
        DELIVERED,
        /** Given up; the sender has been told. */
        FAILED
    }

    /**
     * A recipient.
     *
     * @param place in the envelope, for the delivery id
     * @param account frozen at acceptance; none outside our domains
     * @param due when it may be tried again, UTC milliseconds
     * @param last what the last attempt was answered
     */
    public record Recipient(
            int place, Address address, Optional<AccountId> account, Status status, int attempts, long due, String last) {
        /** A recipient that has not been tried. */
        public static Recipient fresh(int place, Address address, Optional<AccountId> account) {
            return new Recipient(place, address, account, Status.WAITING, 0, 0, "");
        }

        /** Whether nothing is left to do. */
        public boolean settled() {
            return status == Status.DELIVERED || status == Status.FAILED;
        }

        void write(BinaryWriter to) {
            to.varint(place).text(address.toString()).flag(account.isPresent());
            account.ifPresent(a -> to.id(a.value()));
            String said = last.length() > LAST_LIMIT ? last.substring(0, LAST_LIMIT) : last;
            to.u8(status.ordinal()).varint(attempts).i64(due).text(said);
        }

        static Recipient read(BinaryReader from) {
            int place = from.count();
            Address address = Address.parse(from.text());
            Optional<AccountId> account = from.flag() ? Optional.of(new AccountId(from.id())) : Optional.empty();
            Status status = Status.values()[from.u8()];
            return new Recipient(place, address, account, status, from.count(), from.i64(), from.text());
        }
    }

    public Spooled {
        body = List.copyOf(body);
        recipients = List.copyOf(recipients);
    }

    /** Whether nothing is left to do for any recipient. */
    public boolean settled() {
        return recipients.stream().allMatch(Recipient::settled);
    }

    /** The same with some recipients further. */
    Spooled with(List<Recipient> changed) {
        List<Recipient> all = new ArrayList<>();
        for (Recipient recipient : recipients) {
            all.add(changed.stream()
                    .filter(c -> c.place() == recipient.place())
                    .findFirst()
                    .orElse(recipient));
        }
        return new Spooled(mail, sender, received, size, body, all);
    }

    /** The same with its body elsewhere. */
    Spooled with(long time, List<BlobRef> blobs) {
        return new Spooled(mail, sender, time, size, blobs, recipients);
    }

    byte[] encode() {
        BinaryWriter to = new BinaryWriter(256);
        to.u8(VERSION).id(mail.value()).text(sender.map(Address::toString).orElse("")).i64(received).varint(size);
        to.varint(body.size());
        body.forEach(b -> b.write(to));
        to.varint(recipients.size());
        recipients.forEach(r -> r.write(to));
        return to.toByteArray();
    }

    static Spooled decode(BinaryReader from) {
        int version = from.u8();
        if (version != VERSION) {
            throw new IllegalStateException("a spool entry of version " + version + ": this program knows " + VERSION);
        }
        MailId mail = new MailId(from.id());
        String sender = from.text();
        long received = from.i64();
        int size = from.count();
        List<BlobRef> body = new ArrayList<>();
        for (int n = from.count(); n > 0; n--) {
            body.add(BlobRef.read(from));
        }
        List<Recipient> recipients = new ArrayList<>();
        for (int n = from.count(); n > 0; n--) {
            recipients.add(Recipient.read(from));
        }
        return new Spooled(
                mail,
                sender.isEmpty() ? Optional.empty() : Optional.of(Address.parse(sender)),
                received,
                size,
                body,
                recipients);
    }
}
