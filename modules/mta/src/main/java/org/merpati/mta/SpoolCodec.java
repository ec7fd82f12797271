package org.merpati.mta;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.merpati.journal.level.Release;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Domain;
import org.merpati.kernel.MailId;

/**
 * The binary forms of a spool's commands and rows. Each begins with its version; the first had nothing of the filter's
 * verdict.
 */
final class SpoolCodec {
    private static final int VERSION = 2;
    private static final int WITHOUT_VERDICT = 1;
    /** The first kind of those that shut a spool. */
    private static final int SHUT = 8;

    /** In the order of their codes. */
    private static final List<Outcome.Result> RESULTS =
            List.of(Outcome.Result.DELIVERED, Outcome.Result.DEFERRED, Outcome.Result.BOUNCED);

    /** In the order of their codes. */
    private static final List<MailEntry.State> STATES = List.of(
            MailEntry.State.WAITING, MailEntry.State.STARTED, MailEntry.State.DELIVERED, MailEntry.State.BOUNCED);

    private SpoolCodec() {}

    /** The feature level of a spool from which on its log may hold a command: with the second it is shut. */
    static int levelOf(byte[] form) {
        return form[1] >= SHUT ? 2 : Release.FIRST;
    }

    static byte[] encode(SpoolCommand command) {
        BinaryWriter out = new BinaryWriter(256);
        out.u8(VERSION);
        switch (command) {
            case SpoolCommand.Accept c -> {
                entry(out.u8(1), c.entry());
                out.bytes(c.inline()).varint(c.pieces());
            }
            case SpoolCommand.Chunk c ->
                out.u8(2).id(c.mail().value()).varint(c.piece()).bytes(c.octets());
            case SpoolCommand.Outcomes c -> {
                out.u8(3).varint(c.outcomes().size());
                c.outcomes().forEach(outcome -> outcome(out, outcome));
                out.flag(c.bounce().isPresent());
                c.bounce().ifPresent(mail -> {
                    entry(out, mail.entry());
                    out.bytes(mail.body());
                });
            }
            case SpoolCommand.Started c -> {
                out.u8(4).id(c.mail().value()).varint(c.places().size());
                c.places().forEach(out::varint);
            }
            case SpoolCommand.Hold c -> out.u8(5).id(c.mail().value()).flag(c.hold());
            case SpoolCommand.Expire c -> out.u8(6);
            case SpoolCommand.Flush c -> out.u8(7);
            case SpoolCommand.Shut c -> out.u8(SHUT);
            case SpoolCommand.Moved c -> out.u8(9).id(c.mail().value());
        }
        return out.toByteArray();
    }

    /**
     * Reads a command.
     *
     * @throws IllegalStateException if its version or kind is unknown: this replica must stop
     */
    static SpoolCommand decode(byte[] octets) {
        BinaryReader in = new BinaryReader(octets);
        int version = version(in.u8());
        int kind = in.u8();
        return switch (kind) {
            case 1 -> {
                MailEntry entry = entry(in, version);
                byte[] inline = in.bytes();
                yield new SpoolCommand.Accept(entry, inline, in.count());
            }
            case 2 -> {
                MailId mail = new MailId(in.id());
                int piece = in.count();
                yield new SpoolCommand.Chunk(mail, piece, in.bytes());
            }
            case 3 -> {
                List<Outcome> outcomes = new ArrayList<>();
                for (int left = in.count(); left > 0; left--) {
                    outcomes.add(outcome(in));
                }
                Optional<Spool.NewMail> bounce = Optional.empty();
                if (in.flag()) {
                    MailEntry entry = entry(in, version);
                    bounce = Optional.of(new Spool.NewMail(entry, in.bytes()));
                }
                yield new SpoolCommand.Outcomes(outcomes, bounce);
            }
            case 4 -> {
                MailId mail = new MailId(in.id());
                List<Integer> places = new ArrayList<>();
                for (int left = in.count(); left > 0; left--) {
                    places.add(in.count());
                }
                yield new SpoolCommand.Started(mail, places);
            }
            case 5 -> {
                MailId mail = new MailId(in.id());
                yield new SpoolCommand.Hold(mail, in.flag());
            }
            case 6 -> new SpoolCommand.Expire();
            case 7 -> new SpoolCommand.Flush();
            case SHUT -> new SpoolCommand.Shut();
            case 9 -> new SpoolCommand.Moved(new MailId(in.id()));
            default -> throw new IllegalStateException("a spool has no command of kind " + kind + ": update this node");
        };
    }

    private static int version(int version) {
        if (version != VERSION && version != WITHOUT_VERDICT) {
            throw new IllegalStateException("the spool's log or rows are of version " + version
                    + " and this program reads up to " + VERSION + ": update this node");
        }
        return version;
    }

    private static void outcome(BinaryWriter out, Outcome outcome) {
        out.id(outcome.mail().value())
                .varint(outcome.place())
                .u8(RESULTS.indexOf(outcome.result()))
                .i64(outcome.next())
                .text(outcome.reply());
    }

    private static Outcome outcome(BinaryReader in) {
        MailId mail = new MailId(in.id());
        int place = in.count();
        Outcome.Result result = RESULTS.get(in.u8());
        long next = in.i64();
        return new Outcome(mail, place, result, next, in.text());
    }

    /** A row. */
    static byte[] row(MailEntry entry) {
        BinaryWriter out = new BinaryWriter(256);
        out.u8(VERSION);
        entry(out, entry);
        return out.toByteArray();
    }

    /** Reads a row. */
    static MailEntry row(byte[] octets) {
        BinaryReader in = new BinaryReader(octets);
        int version = version(in.u8());
        return entry(in, version);
    }

    private static void address(BinaryWriter out, Address address) {
        out.text(address.local()).text(address.domain().value());
    }

    private static Address address(BinaryReader in) {
        String local = in.text();
        return new Address(local, new Domain(in.text()));
    }

    private static void entry(BinaryWriter out, MailEntry entry) {
        out.id(entry.id().value()).flag(entry.sender().isPresent());
        entry.sender().ifPresent(sender -> address(out, sender));
        out.i64(entry.received()).i64(entry.finished()).varint(entry.size()).flag(entry.held());
        out.varint(entry.recipients().size());
        for (MailEntry.Recipient recipient : entry.recipients()) {
            address(out, recipient.address());
            out.flag(recipient.account().isPresent());
            recipient.account().ifPresent(account -> out.id(account.value()));
            out.u8(STATES.indexOf(recipient.state()))
                    .varint(recipient.attempts())
                    .i64(recipient.since())
                    .i64(recipient.next())
                    .text(recipient.reply())
                    .text(recipient.verdict());
        }
        out.varint(entry.events().size());
        for (TraceEvent event : entry.events()) {
            out.i64(event.millis())
                    .varint(event.place() + 1)
                    .text(event.event())
                    .text(event.text());
        }
        out.text(entry.tests());
    }

    private static MailEntry entry(BinaryReader in, int version) {
        MailId id = new MailId(in.id());
        Optional<Address> from = in.flag() ? Optional.of(address(in)) : Optional.empty();
        long received = in.i64();
        long finished = in.i64();
        int size = in.count();
        boolean held = in.flag();
        List<MailEntry.Recipient> recipients = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            recipients.add(recipient(in, version));
        }
        List<TraceEvent> events = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            long millis = in.i64();
            int place = in.count() - 1;
            String event = in.text();
            events.add(new TraceEvent(millis, place, event, in.text()));
        }
        return new MailEntry(id, from, recipients, received, finished, size, held, events, filterText(in, version));
    }

    private static MailEntry.Recipient recipient(BinaryReader in, int version) {
        Address address = address(in);
        Optional<AccountId> account = in.flag() ? Optional.of(new AccountId(in.id())) : Optional.empty();
        MailEntry.State state = STATES.get(in.u8());
        int attempts = in.count();
        long since = in.i64();
        long next = in.i64();
        String reply = in.text();
        String verdict = filterText(in, version);
        return new MailEntry.Recipient(address, account, state, attempts, since, next, reply, verdict);
    }

    private static String filterText(BinaryReader in, int version) {
        return version == WITHOUT_VERDICT ? "" : in.text();
    }
}
