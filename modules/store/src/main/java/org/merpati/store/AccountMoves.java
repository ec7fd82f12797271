package org.merpati.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Sha256;
import org.merpati.kernel.TryLater;
import org.merpati.store.log.Command;
import org.merpati.vault.RowVisitor;
import org.merpati.vault.Snapshot;

/**
 * What it takes to move an account's mailboxes between shards while they are served (replication.md §6). The new shard
 * makes its rows of the account those of the shard of before, pass after pass, each of what has changed meanwhile;
 * then the account is fenced there, a last pass finds all that was acknowledged, and the new shard adopts it. Whatever
 * breaks off can be begun again: rows that are equal already are passed over, and each step may be repeated. UIDs,
 * MODSEQs, ids and delivery ids are those of before, since they stand in the rows.
 */
public final class AccountMoves {
    private static final int PAGE_OCTETS = 128 << 10;
    private static final int COMMAND_OCTETS = 256 << 10;
    private static final int INLINE_OCTETS = 64 << 10;
    private static final int DIGEST = 16;

    /** Kinds of rows are below it; the rows of the account and its mailboxes come last, once all they count is here. */
    private static final Octets HEADS = new Octets(new byte[] {Keys.FOLDER + 1});

    private static final Octets END = new Octets(new byte[] {Keys.LAST});

    /** A row as a list has it: what follows the account in its key, and a digest of its value. */
    public record Listed(Octets key, Octets digest) {}

    /** Rows of a list, and whether there are more behind them. */
    public record Page(List<Listed> rows, boolean more) {
        public Page {
            rows = List.copyOf(rows);
        }
    }

    /** A part of a body: how long all of it is, its SHA-256 if it is known by that, and octets from an offset on. */
    public record Part(int size, Octets digest, Octets octets) {}

    /**
     * The shard that an account moves out of, asked where it is led. All methods throw {@link TryLater} while it is led
     * by nobody.
     */
    public interface Origin {
        /** Some of the account's rows behind a key and before another, in the order of their keys. */
        Page list(AccountId account, Octets behind, Octets before);

        /** The rows of those keys as they are now, from the first on, about so many octets; at least one. */
        List<Command.Row> rows(AccountId account, List<Octets> keys, int octets);

        /** Octets of a body from an offset on, at most so many; nothing if the body is gone. */
        Optional<Part> body(Id blob, int offset, int limit);

        /** Makes no more changes of the account. */
        void fence(AccountId account, Id move, GroupName to);

        /**
         * Drops some of what is left of the account.
         *
         * @return whether anything is left
         */
        boolean forget(AccountId account, Id move);
    }

    /** Has a command of this shard's log carried out, and opens its answer. */
    @FunctionalInterface
    interface Submit {
        BinaryReader submit(Command command);
    }

    private final ShardState state;
    private final Submit submit;
    private final Runnable fresh;

    AccountMoves(ShardState state, Submit submit, Runnable fresh) {
        this.state = state;
        this.submit = submit;
        this.fresh = fresh;
    }

    /** This shard, for accounts that move out of it. */
    public Origin origin() {
        return new Here();
    }

    private final class Here implements Origin {
        @Override
        public Page list(AccountId account, Octets behind, Octets before) {
            fresh.run();
            List<Listed> listed = new ArrayList<>();
            boolean[] more = {false};
            int[] left = {PAGE_OCTETS};
            scan(account, behind, before, (key, value) -> {
                more[0] = left[0] <= 0;
                if (!more[0]) {
                    listed.add(new Listed(Keys.restOf(key), digest(value)));
                    left[0] -= key.length + DIGEST;
                }
                return !more[0];
            });
            return new Page(listed, more[0]);
        }

        @Override
        public List<Command.Row> rows(AccountId account, List<Octets> keys, int octets) {
            fresh.run();
            return state.read(rows -> {
                List<Command.Row> found = new ArrayList<>();
                int left = octets;
                for (int i = 0; i < keys.size() && left > 0; i++) {
                    byte[] value = rows.get(Keys.within(account, keys.get(i)));
                    found.add(new Command.Row(
                            keys.get(i), Optional.ofNullable(value).map(Octets::new)));
                    left -= value == null ? 0 : value.length;
                }
                return found;
            });
        }

        @Override
        public Optional<Part> body(Id blob, int offset, int limit) {
            return state.read(rows -> {
                Optional<Rows.Blob> row = blob(rows, blob);
                return row.isEmpty() ? Optional.empty() : Optional.of(part(blob, row.get(), offset, limit));
            });
        }

        private Part part(Id id, Rows.Blob blob, int offset, int limit) throws IOException {
            StoredBody body = new StoredBody(new StoredBody.Blob(state.vault(), id, blob), new byte[0]);
            try (InputStream in = body.open(offset)) {
                return new Part(blob.size(), blob.digest(), new Octets(in.readNBytes(limit)));
            }
        }

        @Override
        public void fence(AccountId account, Id move, GroupName to) {
            submit.submit(new Command.Fence(account, move, to));
        }

        @Override
        public boolean forget(AccountId account, Id move) {
            return submit.submit(new Command.Forget(account, move)).flag();
        }
    }

    private void scan(AccountId account, Octets behind, Octets before, RowVisitor visitor) {
        state.read(rows -> {
            rows.scan(Keys.within(account, behind(behind)), Keys.within(account, before), visitor);
            return true;
        });
    }

    /** The first key behind one. */
    private static Octets behind(Octets key) {
        return new Octets(Arrays.copyOf(key.array(), key.array().length + 1));
    }

    private static Octets digest(byte[] value) {
        return new Octets(Arrays.copyOf(Sha256.of(value), DIGEST));
    }

    private static Optional<Rows.Blob> blob(Snapshot rows, Id blob) throws IOException {
        return Optional.ofNullable(rows.get(Keys.blob(blob))).map(Rows.Blob::read);
    }

    /** Whether the account was adopted by that move. */
    public boolean adopted(AccountId account, Id move) {
        fresh.run();
        Migration.Standing standing = state.standings().get(account);
        return standing != null
                && standing.state() == Migration.State.HERE
                && standing.move().equals(move);
    }

    /** Has the account, with the rows that the last pass made equal. */
    public void adopt(AccountId account, Id move) {
        submit.submit(new Command.Adopt(account, move));
    }

    /**
     * Makes the rows of an account here those of its shard of before.
     *
     * @param last whether the account is fenced there: then the rows of its mailboxes are taken too
     * @param taken is told how many octets were taken, whenever some were; it may wait
     * @return how many rows were not equal
     * @throws TryLater if either shard is led by nobody, or elsewhere
     */
    public int pull(Origin origin, AccountId account, Id move, boolean last, LongConsumer taken) {
        fresh.run();
        Migration.Standing standing = state.standings().get(account);
        int pass = standing == null ? 1 : standing.pass() + 1;
        submit.submit(new Command.Import(account, move, pass, List.of(), List.of()));
        Pass here = new Pass(origin, account, move, pass, taken);
        here.range(HEADS, END);
        if (last) {
            here.range(Octets.NONE, HEADS);
        }
        return here.unequal;
    }

    /** One pass over the rows of an account. */
    private final class Pass {
        private final Origin origin;
        private final AccountId account;
        private final Id move;
        private final int pass;
        private final LongConsumer taken;
        private final Map<Id, Command.Content> bodies = new LinkedHashMap<>();
        private final List<Command.Row> rows = new ArrayList<>();
        private long octets;
        private int unequal;

        Pass(Origin origin, AccountId account, Id move, int pass, LongConsumer taken) {
            this.origin = origin;
            this.account = account;
            this.move = move;
            this.pass = pass;
            this.taken = taken;
        }

        void range(Octets behind, Octets before) {
            Octets at = behind;
            Page page;
            do {
                page = origin.list(account, at, before);
                Octets last = page.more() ? page.rows().getLast().key() : before;
                take(unequal(page.rows(), at, page.more() ? behind(last) : before));
                at = last;
            } while (page.more());
            submit();
        }

        /** The keys of a stretch of rows that are other here, or are here only. */
        private List<Octets> unequal(List<Listed> page, Octets behind, Octets before) {
            Map<Octets, Octets> there = new LinkedHashMap<>();
            page.forEach(row -> there.put(row.key(), row.digest()));
            List<Octets> gone = new ArrayList<>();
            scan(account, behind, before, (key, value) -> {
                Octets rest = Keys.restOf(key);
                Octets digest = there.get(rest);
                if (digest == null) {
                    gone.add(rest);
                } else if (digest.equals(digest(value))) {
                    there.remove(rest);
                }
                return true;
            });
            gone.addAll(there.keySet());
            unequal += gone.size();
            return gone;
        }

        private void take(List<Octets> keys) {
            int at = 0;
            while (at < keys.size()) {
                List<Command.Row> some = origin.rows(account, keys.subList(at, keys.size()), COMMAND_OCTETS);
                some.forEach(this::take);
                at += some.size();
            }
        }

        private void take(Command.Row row) {
            int length = row.value().map(value -> value.array().length).orElse(0)
                    + row.key().array().length;
            if (octets + length > COMMAND_OCTETS) {
                submit();
            }
            Id blob = Migration.blob(
                    Keys.within(account, row.key()),
                    row.value().map(Octets::array).orElse(null));
            if (blob == null
                    || bodies.containsKey(blob)
                    || here(blob)
                    || fetch(blob, COMMAND_OCTETS - octets - length)) {
                rows.add(row);
                octets += length;
            }
        }

        private boolean here(Id blob) {
            return state.read(snapshot -> blob(snapshot, blob).isPresent());
        }

        /**
         * Takes a body, with its row if the command has room for it; false if it is gone there by now, and with it what
         * referred to it.
         */
        private boolean fetch(Id blob, long room) {
            Optional<Part> first = origin.body(blob, 0, INLINE_OCTETS);
            if (first.isEmpty()) {
                return false;
            }
            int size = first.get().size();
            if (size <= Math.min(INLINE_OCTETS, room)) {
                bodies.put(
                        blob,
                        new Command.Content(
                                blob, size, 0, first.get().octets(), first.get().digest()));
                octets += size;
                return true;
            }
            int chunks = 0;
            for (int at = 0; at < size; ) {
                Optional<Part> part = origin.body(blob, at, COMMAND_OCTETS);
                if (part.isEmpty()) {
                    return false;
                }
                submit.submit(new Command.Chunk(blob, chunks++, part.get().octets()));
                at += part.get().octets().array().length;
                taken.accept(part.get().octets().array().length);
            }
            bodies.put(
                    blob,
                    new Command.Content(
                            blob, size, chunks, Octets.NONE, first.get().digest()));
            return true;
        }

        private void submit() {
            if (!rows.isEmpty()) {
                submit.submit(new Command.Import(account, move, pass, List.copyOf(bodies.values()), List.copyOf(rows)));
                taken.accept(octets);
            }
            rows.clear();
            bodies.clear();
            octets = 0;
        }
    }
}
