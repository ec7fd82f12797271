package org.merpati.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.store.log.Answer;
import org.merpati.store.log.Command;
import org.merpati.store.search.Place;
import org.merpati.vault.Snapshot;
import org.merpati.vault.Vault;

/**
 * Commands of accounts that move between shards (replication.md §6). An account stands in a shard as a row of the
 * shard's own says; one that never moved has none. In the shard of before it is there, then fenced, then gone; in the
 * new one it arrives, then is here. What is refused in which state stands in docs/mailbox-log.md.
 */
final class Migration {
    /** How many rows are dropped by one command. */
    private static final int FORGET_LIMIT = 5_000;

    /** How an account stands. */
    enum State {
        /** Its rows are being taken from another shard. */
        ARRIVING,
        /** It was taken from another shard and is served. */
        HERE,
        /** Nothing of it changes any more. */
        FENCED,
        /** It has moved away. */
        GONE
    }

    /**
     * How an account stands.
     *
     * @param move the move that it came or went by
     * @param pass the last over the rows of the shard of before, of one that arrives
     * @param to the shard that it goes or has gone to, or nothing
     */
    record Standing(State state, Id move, int pass, String to) {
        private static final int VERSION = 1;

        static Standing read(byte[] value) {
            BinaryReader from = new BinaryReader(value);
            int version = from.u8();
            int state = from.u8();
            if (version != VERSION || state >= State.values().length) {
                throw new IllegalStateException("how an account stands has form " + version + " and state " + state);
            }
            return new Standing(State.values()[state], from.id(), from.count(), from.text());
        }

        byte[] write() {
            return new BinaryWriter(32)
                    .u8(VERSION)
                    .u8(state.ordinal())
                    .id(move)
                    .varint(pass)
                    .text(to)
                    .toByteArray();
        }

        /** Why the account is not served here, if it is not. */
        Optional<String> away() {
            return switch (state) {
                case HERE -> Optional.empty();
                case ARRIVING -> Optional.of("the mailboxes are on their way here from another shard");
                case FENCED, GONE -> Optional.of("the mailboxes move to " + to + ": connect again");
            };
        }
    }

    private final Ledger ledger;
    private final Bodies bodies;

    Migration(Ledger ledger) {
        this.ledger = ledger;
        this.bodies = new Bodies(ledger);
    }

    /** How all accounts stand that move or have moved, for readers; read when it is first asked for. */
    static final class Standings {
        private final Vault vault;
        private volatile @Nullable Map<AccountId, Standing> known;

        Standings(Vault vault) {
            this.vault = vault;
        }

        /**
         * All of them.
         *
         * @throws TryLater if a file of this copy is damaged
         */
        Map<AccountId, Standing> get() {
            Map<AccountId, Standing> now = known;
            return now == null ? read() : now;
        }

        private synchronized Map<AccountId, Standing> read() {
            Map<AccountId, Standing> standings = new HashMap<>();
            byte[] from = Keys.shardKind(Keys.STANDING);
            try (Snapshot rows = vault.snapshot()) {
                rows.scan(from, Keys.behind(from), (key, value) -> {
                    standings.put(Keys.standingOf(key), Standing.read(value));
                    return true;
                });
            } catch (IOException failed) {
                throw ShardState.unreadable(failed);
            }
            Map<AccountId, Standing> read = Map.copyOf(standings);
            known = read;
            return read;
        }

        /** Has them read again: they have changed. */
        synchronized void forget() {
            known = null;
        }
    }

    private @Nullable Standing standing(AccountId account) throws IOException {
        byte[] value = ledger.get(Keys.standing(account));
        return value == null ? null : Standing.read(value);
    }

    private void stand(AccountId account, State state, Id move, int pass, String to) {
        ledger.put(Keys.standing(account), new Standing(state, move, pass, to).write());
    }

    /** Why an account is not served here, if it is not. */
    Optional<String> away(AccountId account) throws IOException {
        Standing standing = standing(account);
        return standing == null ? Optional.empty() : standing.away();
    }

    /**
     * Makes sure that an account is served here.
     *
     * @throws TryLater if it moves or has moved
     */
    void here(AccountId account) throws IOException {
        Optional<String> away = away(account);
        if (away.isPresent()) {
            throw new TryLater(away.get());
        }
    }

    private static void refuseIf(boolean wrong, AccountId account, String why) {
        if (wrong) {
            throw refused(account, why);
        }
    }

    private static Refused refused(AccountId account, String why) {
        return new Refused(Refused.Reason.CANNOT, "the account " + account + " " + why);
    }

    byte[] take(Command.Import command) throws IOException {
        AccountId account = command.account();
        Standing now = standing(account);
        if (now == null) {
            refuseIf(ledger.get(Keys.account(account)) != null, account, "is in this shard already");
        } else {
            refuseIf(now.state() == State.HERE, account, "is in this shard already");
            refuseIf(now.state() == State.FENCED, account, "has not left this shard yet");
            boolean stale = !now.move().equals(command.move()) || command.pass() < now.pass();
            refuseIf(now.state() == State.ARRIVING && stale, account, "is being taken by another pass");
        }
        stand(account, State.ARRIVING, command.move(), command.pass(), "");
        for (Command.Content body : command.bodies()) {
            bodies.take(body);
        }
        for (Command.Row row : command.rows()) {
            put(
                    Keys.within(account, row.key()),
                    row.value().isEmpty() ? null : row.value().get().array());
        }
        return Answer.done().toByteArray();
    }

    byte[] fence(Command.Fence command) throws IOException {
        AccountId account = command.account();
        Standing now = standing(account);
        if (now == null || now.state() == State.HERE) {
            stand(account, State.FENCED, command.move(), 0, command.to().value());
            touch(account);
        } else {
            boolean other = !now.move().equals(command.move()) || now.state() == State.ARRIVING;
            refuseIf(other, account, "takes part in another move");
        }
        return Answer.done().toByteArray();
    }

    byte[] adopt(Command.Adopt command) throws IOException {
        AccountId account = command.account();
        Standing now = standing(account);
        boolean came = now != null
                && now.move().equals(command.move())
                && (now.state() == State.ARRIVING || now.state() == State.HERE);
        refuseIf(!came, account, "has not come by this move");
        stand(account, State.HERE, command.move(), 0, "");
        touch(account);
        return Answer.done().toByteArray();
    }

    /** Answers whether anything is left. */
    byte[] forget(Command.Forget command) throws IOException {
        AccountId account = command.account();
        Standing now = standing(account);
        boolean nothing = now == null ? ledger.get(Keys.account(account)) == null : now.state() == State.GONE;
        if (nothing) {
            return Answer.done().flag(false).toByteArray();
        }
        if (now == null || now.state() == State.HERE || !now.move().equals(command.move())) {
            throw refused(account, "is not about to leave this shard");
        }
        for (Ledger.Touched mailbox : touch(account)) {
            mailbox.gone = true;
            ledger.delete(Keys.mailbox(account, Keys.FOLDER, mailbox.row.id));
        }
        List<byte[]> keys = new ArrayList<>();
        ledger.vault().scan(Keys.kind(account, (char) 0), Keys.kind(account, Keys.LAST), (key, value) -> {
            keys.add(key);
            return keys.size() < FORGET_LIMIT;
        });
        for (byte[] key : keys) {
            put(key, null);
        }
        boolean more = keys.size() == FORGET_LIMIT;
        if (!more && now.state() == State.FENCED) {
            stand(account, State.GONE, now.move(), 0, now.to());
        } else if (!more) {
            ledger.delete(Keys.standing(account));
        }
        return Answer.done().flag(more).toByteArray();
    }

    /** Touches the mailboxes of an account: whoever has one open, watches or indexes it looks again. */
    private List<Ledger.Touched> touch(AccountId account) throws IOException {
        List<MailboxId> ids = new ArrayList<>();
        ledger.scan(Keys.kind(account, Keys.FOLDER), (key, value) -> ids.add(Keys.mailboxOf(key)));
        List<Ledger.Touched> mailboxes = new ArrayList<>();
        for (MailboxId id : ids) {
            mailboxes.add(ledger.touch(account, id));
        }
        return mailboxes;
    }

    /** Puts a row of an account, or drops it, with what the shard's own rows say of it. */
    private void put(byte[] key, byte @Nullable [] after) throws IOException {
        byte[] before = ledger.get(key);
        if (Arrays.equals(before, after)) {
            return;
        }
        Id blobAfter = blob(key, after);
        if (blobAfter != null) {
            if (ledger.get(Keys.blob(blobAfter)) == null) {
                throw new TryLater("the body of a message was dropped meanwhile: send it with its row");
            }
            bodies.refer(blobAfter, 1);
        }
        Id blobBefore = blob(key, before);
        if (blobBefore != null) {
            bodies.refer(blobBefore, -1);
        }
        if (before != null) {
            found(key, before).forEach((own, value) -> ledger.delete(own.array()));
            ledger.delete(key);
        }
        if (after != null) {
            found(key, after).forEach((own, value) -> ledger.put(own.array(), value));
            ledger.put(key, after);
        }
    }

    /** The blob that a row of an account refers to. */
    static @Nullable Id blob(byte[] key, byte @Nullable [] value) {
        if (value == null) {
            return null;
        }
        return switch (key[Keys.ACCOUNT_PREFIX - 1]) {
            case Keys.CONTENT -> Rows.Content.read(value).blob();
            case Keys.REMOVED -> Rows.Removed.read(value).content().blob();
            default -> null;
        };
    }

    /** The shard's own rows by which a row of an account is found. */
    private static Map<Octets, byte[]> found(byte[] key, byte[] value) {
        AccountId account = Keys.accountOf(key);
        return switch (key[Keys.ACCOUNT_PREFIX - 1]) {
            case Keys.REMOVED -> Map.of(new Octets(Keys.removal(key)), new byte[0]);
            case Keys.DELIVERY -> {
                byte[] own = Keys.expiry(Rows.Delivered.read(value).millis(), account, Keys.deliveryOf(key));
                yield Map.of(new Octets(own), key);
            }
            case Keys.GRANT -> {
                Place place = new Place(account, Keys.mailboxOf(key));
                yield Rows.grant(value).has('l')
                        ? Map.of(new Octets(Keys.shared(Keys.granteeOf(key), place)), new byte[0])
                        : Map.of();
            }
            default -> Map.of();
        };
    }
}
