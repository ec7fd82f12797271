package org.merpati.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.store.people.Rights;
import org.merpati.store.search.Place;
import org.merpati.vault.BlobRef;
import org.merpati.vault.Snapshot;

/** Compares a shard's rows with each other, with its blobs and with what is open in memory, at one instant. */
final class Verification {
    private static final int LIMIT = 1000;

    /** What the messages of a mailbox add up to. */
    private static final class Sum {
        private final Rows.Folder row = new Rows.Folder(new MailboxId(new Id(0, 0)));
        private final Map<Long, Integer> sizes = new HashMap<>();
        private long lastUid;
        private long lastModSeq;
        private int keywords;
    }

    private final ShardState state;
    private final OpenMailboxes open;
    private final List<String> wrong = new ArrayList<>();
    private final Map<AccountId, Rows.Account> accounts = new HashMap<>();
    private final Map<Place, Rows.Folder> folders = new HashMap<>();
    private final Map<Place, Sum> sums = new HashMap<>();
    private final Map<AccountId, Map<String, MailboxId>> names = new HashMap<>();
    private final Map<AccountId, Set<String>> subscriptions = new HashMap<>();
    private final Map<AccountId, Rows.Sums> tallies = new HashMap<>();
    private final Map<AccountId, Rows.Sums> counted = new HashMap<>();
    private final Map<Integer, Rows.Segment> segments = new HashMap<>();
    private final Map<Integer, Rows.Segment> used = new HashMap<>();
    private final Set<Octets> removals = new HashSet<>();
    private final Set<Octets> shared = new HashSet<>();
    private final Map<Id, Integer> references = new HashMap<>();
    private final Map<Id, Rows.Blob> blobs = new HashMap<>();
    private final Map<Octets, Id> digests = new HashMap<>();

    Verification(ShardState state, OpenMailboxes open) {
        this.state = state;
        this.open = open;
    }

    List<String> run() {
        List<Snapshot> instant = new ArrayList<>();
        Map<Place, MailboxView> views = open.kept(state.vault()::snapshot, instant);
        try (Snapshot rows = instant.getFirst()) {
            rows.scan(new byte[] {'S'}, new byte[] {'T'}, this::shardRow);
            rows.scan(new byte[] {'A'}, new byte[] {'B'}, this::accountRow);
            compareFolders();
            compareTallies();
            if (!shared.isEmpty()) {
                say(shared.size() + " mailboxes are said to be shared and are not");
            }
            compareBlobs();
            compareDigests();
            compareSegments();
            for (Map.Entry<Place, MailboxView> view : views.entrySet()) {
                compareView(rows, view.getKey(), view.getValue());
            }
        } catch (IOException unreadable) {
            say("the rows cannot be read: " + unreadable.getMessage());
        }
        wrong.addAll(state.vault().scrub());
        return List.copyOf(wrong);
    }

    private void say(String sentence) {
        if (wrong.size() < LIMIT) {
            wrong.add(sentence);
        }
    }

    private boolean shardRow(byte[] key, byte[] value) {
        if (key[1] == Keys.BLOB) {
            Rows.Blob blob = Rows.Blob.read(value);
            blobs.put(Keys.blobOf(key), blob);
            blob.pieces().forEach(this::used);
        } else if (key[1] == Keys.DIGEST) {
            digests.put(Keys.digestOf(key), Keys.id(value, 0));
        } else if (key[1] == Keys.UPLOAD) {
            used(Rows.Piece.read(value).place());
        } else if (key[1] == Keys.SEGMENT) {
            segments.put(ByteBuffer.wrap(key).getInt(2), Rows.Segment.read(value));
        } else if (key[1] == Keys.SHARED) {
            shared.add(new Octets(key));
        } else if (key[1] == Keys.REMOVAL) {
            removals.add(new Octets(Keys.removedOf(key)));
        }
        return true;
    }

    private void used(BlobRef piece) {
        used.merge(piece.segment(), new Rows.Segment(1, piece.length()), (a, b) -> a.with(piece, 1));
    }

    private void compareSegments() {
        segments.forEach((number, counted) -> {
            Rows.Segment sum = used.getOrDefault(number, new Rows.Segment(0, 0));
            if (!counted.equals(sum)) {
                say("segment " + number + " counts " + counted + " and its blobs add up to " + sum);
            }
        });
    }

    private void removed(byte[] key, Rows.Removed row) {
        references.merge(row.content().blob(), 1, Integer::sum);
        if (!removals.remove(new Octets(key))) {
            say("a removed message of account " + Keys.accountOf(key) + " would be kept for ever");
        }
    }

    private void annotated(byte[] key, byte[] value) {
        if (Rows.annotation(value).length == 0
                && Keys.textOf(key, Keys.ACCOUNT_PREFIX + Id.BYTES).isEmpty()) {
            say("an annotation of account " + Keys.accountOf(key) + " has no name");
        }
    }

    /** Every grant is of a mailbox that exists, and found by who was granted to look it up, and no other is. */
    private void granted(byte[] key, Rights rights) {
        sum(key);
        Place place = new Place(Keys.accountOf(key), Keys.mailboxOf(key));
        boolean found = shared.remove(new Octets(Keys.shared(Keys.granteeOf(key), place)));
        if (rights.isEmpty() || rights.has('l') != found) {
            say("what is granted of mailbox " + place + " is '" + rights + "', found by who may look it up: " + found);
        }
    }

    private Sum sum(byte[] key) {
        return sums.computeIfAbsent(new Place(Keys.accountOf(key), Keys.mailboxOf(key)), absent -> new Sum());
    }

    private boolean accountRow(byte[] key, byte[] value) {
        AccountId account = Keys.accountOf(key);
        if (incomplete(account)) {
            incomplete(key, value);
            return true;
        }
        switch (key[Keys.ACCOUNT_PREFIX - 1]) {
            case Keys.ACCOUNT -> accounts.put(account, Rows.Account.read(value));
            case Keys.FOLDER ->
                folders.put(new Place(account, Keys.mailboxOf(key)), Rows.Folder.read(Keys.mailboxOf(key), value));
            case Keys.NAME ->
                names.computeIfAbsent(account, absent -> new HashMap<>())
                        .put(Keys.textOf(key, Keys.ACCOUNT_PREFIX), new MailboxId(Keys.id(value, 0)));
            case Keys.SUBSCRIPTION ->
                subscriptions
                        .computeIfAbsent(account, absent -> new HashSet<>())
                        .add(Keys.textOf(key, Keys.ACCOUNT_PREFIX));
            case Keys.KEYWORD -> sum(key).keywords++;
            case Keys.MESSAGE -> message(sum(key), Keys.uidOf(key), Rows.Hot.read(value));
            case Keys.CONTENT -> content(key, Rows.Content.read(value));
            case Keys.REMOVED -> removed(key, Rows.Removed.read(value));
            case Keys.ANNOTATION -> annotated(key, value);
            case Keys.GRANT -> granted(key, Rows.grant(value));
            case Keys.TALLIES -> tallies.put(account, Rows.Sums.read(value));
            case Keys.MARK, Keys.THING -> counted(account, key[Keys.ACCOUNT_PREFIX - 1] == Keys.MARK, value);
            case Keys.TOMBSTONE, Keys.DELIVERY, Keys.THREAD -> {}
            default -> say("a row has the unknown kind " + key[Keys.ACCOUNT_PREFIX - 1]);
        }
        return true;
    }

    /** Whether an account is on its way: what it has here need not add up. */
    private boolean incomplete(AccountId account) {
        Migration.Standing standing = state.standings().get(account);
        return standing != null && standing.state() != Migration.State.HERE;
    }

    /** What the shard's own rows say of a row holds all the same. */
    private void incomplete(byte[] key, byte[] value) {
        Id blob = Migration.blob(key, value);
        if (blob != null) {
            references.merge(blob, 1, Integer::sum);
        }
        removals.remove(new Octets(key));
        if (key[Keys.ACCOUNT_PREFIX - 1] == Keys.GRANT) {
            Place place = new Place(Keys.accountOf(key), Keys.mailboxOf(key));
            shared.remove(new Octets(Keys.shared(Keys.granteeOf(key), place)));
        }
    }

    private void counted(AccountId account, boolean mark, byte[] value) {
        Rows.Sums sum = counted.computeIfAbsent(account, absent -> new Rows.Sums());
        if (mark) {
            sum.marks++;
        } else {
            sum.things++;
            sum.count(Rows.Thing.read(value).side(), 1);
        }
    }

    /** The sums of a side may count things that were forgotten since, never fewer than are there. */
    private void compareTallies() {
        counted.forEach((account, sum) -> {
            Rows.Sums said = tallies.getOrDefault(account, new Rows.Sums());
            if (said.marks != sum.marks
                    || said.things != sum.things
                    || said.first < sum.first
                    || said.second < sum.second) {
                say("what is counted for account " + account + " does not add up");
            }
        });
    }

    private static void message(Sum sum, long uid, Rows.Hot hot) {
        sum.row.count(hot, 1);
        sum.sizes.put(uid, hot.size());
        sum.lastUid = uid;
        sum.lastModSeq = Math.max(sum.lastModSeq, hot.modSeq());
    }

    private void content(byte[] key, Rows.Content content) {
        long uid = Keys.uidOf(key);
        references.merge(content.blob(), 1, Integer::sum);
        Integer size = sum(key).sizes.remove(uid);
        Rows.Blob blob = blobs.get(content.blob());
        int prefix = content.prefix().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        if (size == null) {
            say("message " + uid + " of mailbox " + Keys.mailboxOf(key) + " has content and no flags");
        } else if (blob != null && size != blob.size() + prefix) {
            say("message " + uid + " of mailbox " + Keys.mailboxOf(key) + " has size " + size + ", its body "
                    + (blob.size() + prefix));
        }
    }

    private void compareFolders() {
        sums.forEach((place, sum) -> {
            if (!folders.containsKey(place)) {
                say("there are rows of mailbox " + place + ", which does not exist");
            }
        });
        Map<AccountId, Rows.Account> added = new HashMap<>();
        folders.forEach((place, folder) -> {
            Rows.Account sum = added.computeIfAbsent(place.account(), absent -> new Rows.Account());
            sum.mailboxes++;
            sum.octets += folder.octets;
            sum.messages += folder.messages;
            compareFolder(place, folder, sums.getOrDefault(place, new Sum()));
        });
        accounts.forEach((account, row) -> {
            Rows.Account sum = added.getOrDefault(account, new Rows.Account());
            if (row.mailboxes != sum.mailboxes
                    || names.getOrDefault(account, Map.of()).size() != sum.mailboxes) {
                say("account " + account + " counts " + row.mailboxes + " mailboxes and has " + sum.mailboxes);
            }
            if (row.octets >= 0 && (row.octets != sum.octets || row.messages != sum.messages)) {
                say("account " + account + " counts " + row.octets + " octets in " + row.messages
                        + " messages and its mailboxes add up to " + sum.octets + " in " + sum.messages);
            }
        });
    }

    private void compareFolder(Place place, Rows.Folder folder, Sum sum) {
        String what = "mailbox '" + folder.name + "' of account " + place.account();
        if (folder.messages != sum.row.messages
                || folder.unseen != sum.row.unseen
                || folder.deleted != sum.row.deleted
                || folder.octets != sum.row.octets
                || folder.keywords != sum.keywords) {
            say(what + " counts " + folder.mailbox() + " and its messages add up to " + sum.row.mailbox());
        }
        if (!sum.sizes.isEmpty()) {
            say(what + " has messages without content: " + sum.sizes.keySet());
        }
        Rows.Account account = accounts.get(place.account());
        if (account == null || folder.highestModSeq > account.modSeq || sum.lastModSeq > folder.highestModSeq) {
            say(what + " has a MODSEQ beyond its counter");
        }
        if (sum.lastUid >= folder.uidNext) {
            say(what + " has UID " + sum.lastUid + " and UIDNEXT " + folder.uidNext);
        }
        if (!folder.id.equals(names.getOrDefault(place.account(), Map.of()).get(folder.name))) {
            say(what + " is not found by its name");
        }
        boolean subscribed =
                subscriptions.getOrDefault(place.account(), Set.of()).contains(folder.name);
        if (subscribed != folder.subscribed) {
            say(what + " is subscribed: " + folder.subscribed + ", its name: " + subscribed);
        }
    }

    private void compareDigests() {
        digests.forEach((digest, id) -> {
            Rows.Blob blob = blobs.get(id);
            if (blob == null || !blob.digest().equals(digest)) {
                say("the blob " + id + " is found by a digest that it does not have");
            }
        });
        blobs.forEach((id, blob) -> {
            if (blob.digest().array().length > 0 && !id.equals(digests.get(blob.digest()))) {
                say("the blob " + id + " is not found by its digest");
            }
        });
    }

    private void compareBlobs() {
        if (!removals.isEmpty()) {
            say(removals.size() + " removed messages are to be dropped and are not there");
        }
        references.forEach((id, count) -> {
            if (!blobs.containsKey(id)) {
                say("the blob " + id + " is referred to " + count + " times and does not exist");
            }
        });
        blobs.forEach((id, blob) -> {
            if (blob.references() != references.getOrDefault(id, 0)) {
                say("the blob " + id + " counts " + blob.references() + " references and has "
                        + references.getOrDefault(id, 0));
            }
            long size = 0;
            try {
                StoredBody.Blob stored = new StoredBody.Blob(state.vault(), id, blob);
                for (int piece = 0; piece < stored.pieces(); piece++) {
                    size += stored.read(piece).length;
                }
            } catch (IOException damaged) {
                say("the blob " + id + " cannot be read: " + damaged.getMessage());
                return;
            }
            if (size != blob.size()) {
                say("the blob " + id + " has " + size + " octets, not " + blob.size());
            }
        });
    }

    private void compareView(Snapshot rows, Place place, MailboxView view) throws IOException {
        Rows.Folder folder = folders.get(place);
        if (folder == null || !folder.mailbox().equals(view.mailbox())) {
            say("the open mailbox " + view.mailbox() + " is not what its row says");
        }
        int[] at = new int[1];
        byte[] from = Keys.mailbox(place.account(), Keys.MESSAGE, place.mailbox());
        rows.scan(from, Keys.behind(from), (key, value) -> {
            Rows.Hot hot = Rows.Hot.read(value);
            if (at[0] >= view.size()) {
                return false;
            }
            Message message = view.message(at[0]);
            boolean same = message.uid() == Keys.uidOf(key)
                    && message.modSeq() == hot.modSeq()
                    && message.flags().equals(hot.flags())
                    && message.internalDate() == hot.internalDate()
                    && message.size() == hot.size()
                    && view.place(message.uid()) == at[0];
            if (!same) {
                say("the open mailbox " + place + " differs from its rows at place " + at[0]);
                return false;
            }
            at[0]++;
            return true;
        });
        if (at[0] != view.size()) {
            say("the open mailbox " + place + " has " + view.size() + " messages, of which its rows have " + at[0]);
        }
    }
}
