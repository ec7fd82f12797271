package org.merpati.imap;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.mime.Summary;
import org.merpati.store.Body;
import org.merpati.store.Mailbox;
import org.merpati.store.Message;
import org.merpati.store.View;

/** A mailbox of {@link MemoryStore}: its rows, and the view of them at one instant. */
final class MemoryBox {
    final MailboxId id;
    final long uidValidity;
    final Optional<String> specialUse;
    final TreeMap<Long, Row> rows = new TreeMap<>();
    final TreeSet<String> keywords = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    final TreeMap<Long, Long> expunged = new TreeMap<>();
    String name;
    boolean selectable = true;
    long uidNext = 1;
    long modSeq = 1;

    @Nullable
    Snapshot snapshot;

    MemoryBox(MailboxId id, String name, long uidValidity, Optional<String> specialUse) {
        this.id = id;
        this.name = name;
        this.uidValidity = uidValidity;
        this.specialUse = specialUse;
    }

    void put(Row row) {
        rows.put(row.uid, row);
        keywords.addAll(row.flags.keywords());
        snapshot = null;
    }

    record Row(
            long uid,
            long modSeq,
            Flags flags,
            long internalDate,
            long savedDate,
            MailId mail,
            Body body,
            Summary summary)
            implements Message {
        @Override
        public int size() {
            return body.size();
        }

        @Override
        public MailId thread() {
            return mail;
        }

        @Override
        public Octets summaryOctets() {
            BinaryWriter to = new BinaryWriter();
            summary.write(to);
            return new Octets(to.toByteArray());
        }

        Row with(long newModSeq, Flags newFlags) {
            return new Row(uid, newModSeq, newFlags, internalDate, savedDate, mail, body, summary);
        }
    }

    record Snapshot(
            Mailbox mailbox, List<Row> rows, List<Long> uids, SortedSet<String> keywords, Map<Long, Long> expunged)
            implements View {
        @Override
        public int size() {
            return rows.size();
        }

        @Override
        public Message message(int place) {
            return rows.get(place);
        }

        @Override
        public int place(long uid) {
            return Collections.binarySearch(uids, uid);
        }

        @Override
        public List<Long> expungedSince(long modSeq) {
            return expunged.entrySet().stream()
                    .filter(e -> e.getValue() > modSeq)
                    .map(Map.Entry::getKey)
                    .sorted()
                    .toList();
        }
    }
}
