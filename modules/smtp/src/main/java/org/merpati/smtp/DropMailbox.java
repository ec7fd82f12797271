package org.merpati.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.james.protocols.pop3.mailbox.Mailbox;
import org.apache.james.protocols.pop3.mailbox.MessageMetaData;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Failure;

/** James' view of a {@link Maildrop}, and what of it was read. */
final class DropMailbox implements Mailbox {
    private final Maildrop drop;
    private final List<MessageMetaData> messages;
    private final Set<String> read = new LinkedHashSet<>();
    private @Nullable Failure failure;

    DropMailbox(Maildrop drop) {
        this.drop = drop;
        this.messages = drop.letters().stream()
                .map(letter -> new MessageMetaData(letter.uidl(), letter.octets()))
                .toList();
    }

    /** Notes that a message was fetched whole. */
    void read(String uidl) {
        read.add(uidl);
    }

    /** Why the last message could not be opened, which James does not tell; once. */
    Optional<Failure> failure() {
        Optional<Failure> last = Optional.ofNullable(failure);
        failure = null;
        return last;
    }

    @Override
    public InputStream getMessage(String uidl) throws IOException {
        try {
            return drop.open(uidl);
        } catch (Failure failed) {
            failure = failed;
            throw new IOException(failed.sentence(), failed);
        }
    }

    @Override
    public List<MessageMetaData> getMessages() {
        return messages;
    }

    @Override
    public void remove(String... uidls) {
        Set<String> deleted = new LinkedHashSet<>(List.of(uidls));
        Set<String> kept = new LinkedHashSet<>(read);
        kept.removeAll(deleted);
        drop.finish(kept, deleted);
    }

    @Override
    public String getIdentifier() {
        return "";
    }

    @Override
    public void close() {
        drop.close();
    }
}
