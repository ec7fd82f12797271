package org.merpati.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.MailboxId;
import org.merpati.mime.Summary;
import org.merpati.store.search.Changes;
import org.merpati.store.search.Letter;
import org.merpati.store.search.Place;
import org.merpati.store.search.Progress;
import org.merpati.store.search.Source;
import org.merpati.vault.Snapshot;

/** What the full-text index reads of a shard: its mailboxes in the order of their keys, and what changed in each. */
final class IndexedRows implements Source {
    private final ShardState shard;

    IndexedRows(ShardState shard) {
        this.shard = shard;
    }

    @Override
    public Optional<Place> next(Optional<Place> behind) throws IOException {
        byte[] from = behind.map(place -> Keys.behind(Keys.mailbox(place.account(), Keys.FOLDER, place.mailbox())))
                .orElse(new byte[] {'A'});
        List<byte[]> found = new ArrayList<>(1);
        try (Snapshot rows = shard.vault().snapshot()) {
            while (true) {
                found.clear();
                rows.scan(from, new byte[] {'B'}, (key, value) -> !found.add(key));
                if (found.isEmpty()) {
                    return Optional.empty();
                }
                byte[] key = found.getFirst();
                AccountId account = Keys.accountOf(key);
                int kind = key[Keys.ACCOUNT_PREFIX - 1];
                if (kind == Keys.FOLDER) {
                    return Optional.of(new Place(account, Keys.mailboxOf(key)));
                }
                from = Keys.kind(account, kind < Keys.FOLDER ? Keys.FOLDER : Keys.LAST);
            }
        }
    }

    @Override
    public Optional<Changes> changes(Place place, Progress since, int limit) throws IOException {
        AccountId account = place.account();
        MailboxId mailbox = place.mailbox();
        try (Snapshot rows = shard.vault().snapshot()) {
            byte[] value = rows.get(Keys.mailbox(account, Keys.FOLDER, mailbox));
            Rows.Folder folder = value == null ? null : Rows.Folder.read(mailbox, value);
            if (folder == null || !folder.selectable) {
                return Optional.empty();
            }
            boolean anew = since.uidValidity() != folder.uidValidity;
            Progress from = anew ? Progress.NONE : since;
            List<Long> gone = new ArrayList<>();
            List<Letter> arrived = new ArrayList<>();
            boolean ahead = from.uidNext() > folder.uidNext || from.modSeq() > folder.highestModSeq;
            if (ahead || (!anew && from.modSeq() == folder.highestModSeq && from.uidNext() == folder.uidNext)) {
                return Optional.of(new Changes(since, false, gone, arrived, false));
            }
            byte[] tombstones = Keys.tombstone(account, mailbox, from.modSeq() + 1, 0);
            byte[] end = Keys.behind(Keys.mailbox(account, Keys.TOMBSTONE, mailbox));
            rows.scan(anew ? end : tombstones, end, (key, row) -> gone.add(Keys.uidOf(key)));
            byte[] unknown = Keys.message(account, Keys.CONTENT, mailbox, from.uidNext());
            rows.scan(unknown, Keys.behind(Keys.mailbox(account, Keys.CONTENT, mailbox)), (key, row) -> {
                arrived.add(new Arrived(Keys.uidOf(key), Rows.Content.read(row)));
                return arrived.size() <= limit;
            });
            boolean more = arrived.size() > limit;
            long next = more ? arrived.removeLast().uid() : folder.uidNext;
            Progress reached = new Progress(folder.uidValidity, next, folder.highestModSeq);
            return Optional.of(new Changes(reached, anew, gone, arrived, more));
        }
    }

    /** A message for the index. */
    private final class Arrived implements Letter {
        private final long uid;
        private final Rows.Content content;

        Arrived(long uid, Rows.Content content) {
            this.uid = uid;
            this.content = content;
        }

        @Override
        public long uid() {
            return uid;
        }

        @Override
        public Summary summary() {
            return Summary.read(new BinaryReader(content.summary().array()));
        }

        @Override
        public Optional<byte[]> octets(int limit) throws IOException {
            Body body = shard.body(content);
            return body.size() > limit ? Optional.empty() : Optional.of(body.bytes());
        }
    }
}
