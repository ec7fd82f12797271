package org.merpati.mta;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.merpati.journal.Journal;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailId;
import org.merpati.kernel.TryLater;
import org.merpati.vault.BlobRef;

/** A spool group as the MTA uses it: changes go through its journal, reads come from the state of this copy. */
public final class Spool {
    private static final int INLINE = 512 * 1024;
    private static final int CHUNK = 256 * 1024;
    private static final byte[] NOTHING = {};

    private final Journal journal;
    private final SpoolState state;
    private final Ids ids;

    public Spool(Journal journal, SpoolState state, Ids ids) {
        this.journal = journal;
        this.state = state;
        this.ids = ids;
        state.onCheckpointAsked(() -> later(new SpoolCommand.Flush()));
    }

    /** The group. */
    public Journal journal() {
        return journal;
    }

    /** Whether this node leads the group and may accept for it. */
    boolean leading() {
        return journal.leadership().leading();
    }

    /** Who is told of each entry that is new or further. */
    void onChange(Consumer<Spooled> listener) {
        state.onChange(listener);
    }

    private byte[] submit(SpoolCommand command) {
        return journal.submit(SpoolCommand.encode(command));
    }

    /** Proposes housekeeping that nobody waits for. */
    private void later(SpoolCommand command) {
        if (leading()) {
            var _ = journal.submitAsync(SpoolCommand.encode(command));
        }
    }

    void expire() {
        later(new SpoolCommand.Expire());
    }

    /**
     * Takes a message over; when this returns, it is on the disks of a majority.
     *
     * @throws TryLater if that is not certain
     */
    void accept(Spooled entry, Content content) throws IOException {
        if (content.size() <= INLINE) {
            ByteArrayOutputStream body = new ByteArrayOutputStream(content.size());
            content.writeTo(body);
            settle(new SpoolCommand.Accept(entry, SpoolCommand.NONE, 0, body.toByteArray()));
            return;
        }
        Id upload = ids.next();
        Uploading uploading = new Uploading(upload);
        content.writeTo(uploading);
        uploading.send();
        settle(new SpoolCommand.Accept(entry, upload, uploading.number, NOTHING));
    }

    private void settle(SpoolCommand.Accept command) {
        if (!SpoolState.done(submit(command))) {
            throw new TryLater("the message could not be put into the spool: send it again");
        }
    }

    /** Writes down how far recipients are. */
    void update(MailId mail, List<Spooled.Recipient> recipients) {
        submit(new SpoolCommand.Update(mail, recipients));
    }

    /** The entries with something left to do. */
    List<Spooled> open() {
        return state.open();
    }

    /** An entry, open or done a while ago. */
    public Optional<Spooled> find(MailId mail) {
        return state.find(mail);
    }

    /** The octets of an entry. */
    Content content(Spooled entry) {
        return new Content() {
            @Override
            public int size() {
                return entry.size();
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                for (BlobRef part : entry.body()) {
                    out.write(state.read(part));
                }
            }
        };
    }

    /** Cuts a long body into chunks. */
    private final class Uploading extends OutputStream {
        private final Id upload;
        private final byte[] buffer = new byte[CHUNK];
        private int size;
        private int number;

        Uploading(Id upload) {
            this.upload = upload;
        }

        @Override
        public void write(int octet) {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int at, int length) {
            for (int done = 0; done < length; ) {
                int part = Math.min(length - done, CHUNK - size);
                System.arraycopy(octets, at + done, buffer, size, part);
                size += part;
                done += part;
                if (size == CHUNK) {
                    send();
                }
            }
        }

        void send() {
            if (size > 0) {
                submit(new SpoolCommand.Chunk(upload, number++, java.util.Arrays.copyOf(buffer, size)));
                size = 0;
            }
        }
    }
}
