package org.merpati.mta;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.merpati.journal.Journal;
import org.merpati.journal.Leadership;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;
import org.merpati.kernel.TryLater;

/** A spool that a group replicates. */
public final class JournaledSpool implements Spool {
    private static final int REST_OF_COMMAND = 64;

    private final Journal journal;
    private final SpoolState state;

    /** A spool over an open group and the state that it was opened with. */
    public JournaledSpool(Journal journal, SpoolState state) {
        this.journal = journal;
        this.state = state;
        state.onCheckpointAsked(() -> {
            if (journal.leadership().leading()) {
                var asked = journal.submitAsync(SpoolCodec.encode(new SpoolCommand.Flush()));
                asked.exceptionally(later -> new byte[0]);
            }
        });
    }

    @Override
    public GroupName group() {
        return journal.group();
    }

    @Override
    public boolean leads() {
        return journal.leadership().leading();
    }

    @Override
    public void watch(Consumer<Leadership> listener) {
        journal.watch(listener);
    }

    private byte[] submit(SpoolCommand command) {
        return journal.submit(SpoolCodec.encode(command));
    }

    @Override
    public void accept(MailEntry mail, MailBody body) {
        byte[] answer;
        try (InputStream in = body.open()) {
            if (body.size() + SpoolCodec.row(mail).length + REST_OF_COMMAND <= Journal.COMMAND_LIMIT) {
                answer = submit(new SpoolCommand.Accept(mail, in.readNBytes(body.size()), 0));
            } else {
                int pieces = 0;
                for (byte[] piece = in.readNBytes(SpoolCommand.PIECE);
                        piece.length > 0;
                        piece = in.readNBytes(SpoolCommand.PIECE)) {
                    submit(new SpoolCommand.Chunk(mail.id(), pieces++, piece));
                }
                answer = submit(new SpoolCommand.Accept(mail, new byte[0], pieces));
            }
        } catch (IOException failed) {
            throw new TryLater("the message could not be read: " + failed.getMessage());
        }
        if (answer[0] == SpoolState.REFUSED[0]) {
            throw new TryLater(Spool.shut(group()));
        }
        if (answer[0] != 0) {
            throw new TryLater("the message took too long to arrive in the spool");
        }
    }

    @Override
    public CompletableFuture<Void> record(List<Outcome> outcomes, Optional<NewMail> bounce) {
        return journal.submitAsync(SpoolCodec.encode(new SpoolCommand.Outcomes(outcomes, bounce)))
                .thenAccept(answer -> {});
    }

    @Override
    public void started(MailId mail, List<Integer> places) {
        submit(new SpoolCommand.Started(mail, places));
    }

    @Override
    public boolean hold(MailId mail, boolean hold) {
        return submit(new SpoolCommand.Hold(mail, hold))[0] == 0;
    }

    @Override
    public void expire() {
        submit(new SpoolCommand.Expire());
    }

    @Override
    public List<MailEntry> open(int limit) {
        return state.open(limit);
    }

    @Override
    public Optional<MailEntry> find(MailId mail) {
        return state.find(SpoolRows.OPEN, mail);
    }

    @Override
    public MailBody body(MailId mail) {
        MailEntry entry = find(mail)
                .orElseThrow(() -> new TryLater("the mail " + mail + " is not in the spool " + group() + " any more"));
        return new MailBody() {
            @Override
            public int size() {
                return entry.size();
            }

            @Override
            public InputStream open() {
                return new Pieces(entry);
            }
        };
    }

    /** A body, a piece at a time. */
    private final class Pieces extends InputStream {
        private final MailEntry entry;
        private int next;
        private int left;
        private ByteArrayInputStream now = new ByteArrayInputStream(new byte[0]);

        Pieces(MailEntry entry) {
            this.entry = entry;
            this.left = entry.size();
        }

        private boolean advance() throws IOException {
            while (now.available() == 0 && left > 0) {
                byte[] piece = state.piece(entry.id(), next++);
                if (piece == null) {
                    throw new IOException("the mail " + entry.id() + " is not in the spool any more");
                }
                left -= piece.length;
                now = new ByteArrayInputStream(piece);
            }
            return now.available() > 0;
        }

        @Override
        public int read() throws IOException {
            return advance() ? now.read() : -1;
        }

        @Override
        public int read(byte[] to, int at, int length) throws IOException {
            return length == 0 || advance() ? now.read(to, at, length) : -1;
        }
    }

    @Override
    public Optional<MailEntry> trace(MailId mail) {
        return find(mail).or(() -> state.find(SpoolRows.TRACE, mail));
    }

    @Override
    public void moved(MailId mail) {
        submit(new SpoolCommand.Moved(mail));
    }

    @Override
    public void shut() {
        submit(new SpoolCommand.Shut());
    }

    @Override
    public boolean isShut() {
        return state.shut();
    }

    @Override
    public void barrier() {
        journal.barrier();
    }
}
