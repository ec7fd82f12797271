package org.merpati.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Refused;
import org.merpati.store.search.Place;
import org.merpati.vault.BlobRef;
import org.merpati.vault.RowVisitor;
import org.merpati.vault.Vault;

/**
 * What one command reads and writes: rows in their types, counters kept right, and for each mailbox touched the changes
 * that its open snapshot needs.
 */
final class Ledger {
    private static final int KEYWORD_LIMIT = 10_000;

    /** A mailbox that the command touched. */
    static final class Touched {
        final AccountId account;
        final Rows.Folder row;
        final SortedMap<Long, Rows.@Nullable Hot> messages = new TreeMap<>();
        final SortedSet<String> keywordsAdded = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        boolean gone;

        Touched(AccountId account, Rows.Folder row) {
            this.account = account;
            this.row = row;
        }

        Place place() {
            return new Place(account, row.id);
        }
    }

    private final Vault vault;
    private final long millis;
    private final Map<AccountId, Rows.Account> accounts = new HashMap<>();
    private final Map<AccountId, Long> modSeqs = new HashMap<>();
    private final Map<Integer, Rows.Segment> segments = new TreeMap<>();
    private final Map<MailboxId, Touched> touched = new LinkedHashMap<>();

    Ledger(Vault vault, long millis) {
        this.vault = vault;
        this.millis = millis;
    }

    /** The group's time in UTC milliseconds. */
    long millis() {
        return millis;
    }

    Vault vault() {
        return vault;
    }

    byte @Nullable [] get(byte[] key) throws IOException {
        return vault.get(key);
    }

    void put(byte[] key, byte[] value) {
        vault.put(key, value);
    }

    void delete(byte[] key) {
        vault.delete(key);
    }

    /** Shows the rows whose keys begin with the prefix, as they are at the call. */
    void scan(byte[] prefix, RowVisitor visitor) throws IOException {
        vault.scan(prefix, Keys.behind(prefix), visitor);
    }

    /** All accounts that have rows here; a step for each, whatever they hold. */
    List<AccountId> accounts() throws IOException {
        List<AccountId> accounts = new ArrayList<>();
        byte[] end = Keys.behind(Keys.accounts());
        int before;
        byte[] next = Keys.accounts();
        do {
            before = accounts.size();
            vault.scan(next, end, (key, value) -> {
                accounts.add(Keys.accountOf(key));
                return false;
            });
            next = accounts.isEmpty() ? end : Keys.behind(accounts.getLast());
        } while (accounts.size() > before);
        return accounts;
    }

    Rows.@Nullable Account find(AccountId id) throws IOException {
        Rows.Account known = accounts.get(id);
        if (known == null) {
            byte[] value = vault.get(Keys.account(id));
            if (value == null) {
                return null;
            }
            known = Rows.Account.read(value);
            known.count(folders -> scan(Keys.kind(id, Keys.FOLDER), folders));
            accounts.put(id, known);
        }
        return known;
    }

    Rows.Account account(AccountId id) throws IOException {
        Rows.Account found = find(id);
        if (found == null) {
            throw new Refused(Refused.Reason.NONEXISTENT, "the account " + id + " has no mailboxes in this shard");
        }
        return found;
    }

    Rows.Account begin(AccountId id) {
        Rows.Account account = new Rows.Account();
        accounts.put(id, account);
        return account;
    }

    /**
     * Makes sure that an account may keep that much more.
     *
     * @throws Refused if its quota does not hold it
     */
    void room(AccountId id, Quota quota, long octets, long messages) throws IOException {
        if (!holds(id, quota, octets, messages)) {
            throw new Refused(Refused.Reason.OVER_QUOTA, fullness(id, quota));
        }
    }

    /** Whether an account may keep that much more. */
    boolean holds(AccountId id, Quota quota, long octets, long messages) throws IOException {
        Rows.Account row = account(id);
        return quota.holds(row.octets + octets, row.messages + messages);
    }

    /** What an account keeps, for people. */
    String fullness(AccountId id, Quota quota) throws IOException {
        Rows.Account row = account(id);
        String octets = (row.octets >> 10) + " KiB" + (quota.octets() == 0 ? "" : " of " + (quota.octets() >> 10));
        return "the account is full: it keeps " + octets + " in " + row.messages + " messages"
                + (quota.messages() == 0 ? "" : " of " + quota.messages());
    }

    /** The command's MODSEQ in the account: one for all that it changes. */
    long modSeq(AccountId account) throws IOException {
        Long known = modSeqs.get(account);
        if (known == null) {
            known = ++account(account).modSeq;
            modSeqs.put(account, known);
        }
        return known;
    }

    /** A UIDVALIDITY that no mailbox of the account ever had. */
    long uidValidity(AccountId id) throws IOException {
        Rows.Account account = account(id);
        account.uidValidity = Math.max(account.uidValidity + 1, (millis / 1000) & 0xffffffffL);
        return account.uidValidity;
    }

    @Nullable
    MailboxId named(AccountId account, String name) throws IOException {
        byte[] value = vault.get(Keys.text(account, Keys.NAME, name));
        return value == null ? null : new MailboxId(Keys.id(value, 0));
    }

    /** The mailbox, to be changed. */
    Touched touch(AccountId account, MailboxId id) throws IOException {
        Touched known = touched.get(id);
        if (known == null || !known.account.equals(account)) {
            byte[] value = vault.get(Keys.mailbox(account, Keys.FOLDER, id));
            if (value == null) {
                throw new Refused(Refused.Reason.NONEXISTENT, "the mailbox " + id + " does not exist any more");
            }
            known = new Touched(account, Rows.Folder.read(id, value));
            touched.put(id, known);
        } else if (known.gone) {
            throw new Refused(Refused.Reason.NONEXISTENT, "the mailbox " + id + " does not exist any more");
        }
        return known;
    }

    /** The mailbox, to be changed, if it can be selected. */
    Touched selectable(AccountId account, MailboxId id) throws IOException {
        Touched folder = touch(account, id);
        if (!folder.row.selectable) {
            throw new Refused(
                    Refused.Reason.NONEXISTENT, "'" + folder.row.name + "' only holds other mailboxes, no messages");
        }
        return folder;
    }

    Touched begin(AccountId account, Rows.Folder row) {
        Touched folder = new Touched(account, row);
        touched.put(row.id, folder);
        return folder;
    }

    Rows.@Nullable Hot message(Touched folder, long uid) throws IOException {
        byte[] value = vault.get(Keys.message(folder.account, Keys.MESSAGE, folder.row.id, uid));
        return value == null ? null : Rows.Hot.read(value);
    }

    Rows.Content content(Touched folder, long uid) throws IOException {
        byte[] value = vault.get(Keys.message(folder.account, Keys.CONTENT, folder.row.id, uid));
        if (value == null) {
            throw new IllegalStateException("message " + uid + " of mailbox " + folder.row.id + " has no content row");
        }
        return Rows.Content.read(value);
    }

    /** Adds a message under the next UID and returns that. */
    long add(Touched folder, Flags flags, long internalDate, int size, Rows.Content content) throws IOException {
        if (folder.row.uidNext > 0xffffffffL) {
            throw new Refused(Refused.Reason.LIMIT, "'" + folder.row.name + "' has used up its UIDs");
        }
        long uid = folder.row.uidNext++;
        Rows.Hot hot = new Rows.Hot(changed(folder), canonical(folder, flags), internalDate, size);
        folder.row.count(hot, 1);
        account(folder.account).count(size, 1);
        folder.messages.put(uid, hot);
        vault.put(Keys.message(folder.account, Keys.MESSAGE, folder.row.id, uid), hot.write());
        vault.put(Keys.message(folder.account, Keys.CONTENT, folder.row.id, uid), content.write());
        return uid;
    }

    /** Gives a message other flags. */
    void flags(Touched folder, long uid, Rows.Hot before, Flags flags) throws IOException {
        Rows.Hot after = new Rows.Hot(changed(folder), flags, before.internalDate(), before.size());
        folder.row.count(before, -1);
        folder.row.count(after, 1);
        folder.messages.put(uid, after);
        vault.put(Keys.message(folder.account, Keys.MESSAGE, folder.row.id, uid), after.write());
    }

    /** Keeps a message that is about to be removed, with its blob's reference, so that it can be had back. */
    void keep(Touched folder, long uid, Rows.Hot hot) throws IOException {
        byte[] key = Keys.removed(folder.account, millis, folder.row.id, uid);
        vault.put(key, new Rows.Removed(folder.row.name, hot, content(folder, uid)).write());
        vault.put(Keys.removal(key), new byte[0]);
    }

    /**
     * Counts a piece of a blob in (1) or out (-1) of its segment. A segment is counted from its first blob on; one that
     * is older than the counting never is.
     */
    void count(BlobRef piece, int sign) throws IOException {
        Rows.Segment before = segment(piece.segment());
        if (before == null && vault.first(piece)) {
            before = new Rows.Segment(0, 0);
        }
        if (before != null) {
            segments.put(piece.segment(), before.with(piece, sign));
        }
    }

    private Rows.@Nullable Segment segment(int number) throws IOException {
        Rows.Segment known = segments.get(number);
        if (known == null) {
            byte[] value = vault.get(Keys.segment(number));
            known = value == null ? null : Rows.Segment.read(value);
        }
        return known;
    }

    /** Drops a segment if it is counted, and nothing is in it. */
    boolean dropEmpty(int number) throws IOException {
        Rows.Segment left = segment(number);
        if (left == null || left.pieces() > 0 || !vault.dropSegment(number)) {
            return false;
        }
        segments.remove(number);
        vault.delete(Keys.segment(number));
        return true;
    }

    /** Forgets a kept message; its blob's reference is the caller's. */
    void forget(byte[] removed) {
        vault.delete(removed);
        vault.delete(Keys.removal(removed));
    }

    /** Removes a message and leaves a tombstone; its blob's reference is the caller's. */
    void remove(Touched folder, long uid, Rows.Hot before) throws IOException {
        folder.row.count(before, -1);
        account(folder.account).count(before.size(), -1);
        folder.messages.put(uid, null);
        vault.delete(Keys.message(folder.account, Keys.MESSAGE, folder.row.id, uid));
        vault.delete(Keys.message(folder.account, Keys.CONTENT, folder.row.id, uid));
        vault.put(Keys.tombstone(folder.account, folder.row.id, changed(folder), uid), new byte[0]);
    }

    private long changed(Touched folder) throws IOException {
        folder.row.highestModSeq = modSeq(folder.account);
        return folder.row.highestModSeq;
    }

    /** The flags with their keywords spelled as the mailbox spelled them first. */
    Flags canonical(Touched folder, Flags flags) throws IOException {
        if (flags.keywords().isEmpty()) {
            return flags;
        }
        Flags spelled = new Flags(flags.system(), java.util.List.of());
        for (String keyword : flags.keywords()) {
            byte[] key = Keys.keyword(folder.account, folder.row.id, keyword.toLowerCase(Locale.ROOT));
            byte[] known = vault.get(key);
            if (known == null) {
                if (folder.row.keywords >= KEYWORD_LIMIT) {
                    throw new Refused(
                            Refused.Reason.LIMIT,
                            "'" + folder.row.name + "' has " + KEYWORD_LIMIT + " keywords already");
                }
                known = keyword.getBytes(java.nio.charset.StandardCharsets.UTF_8);
                vault.put(key, known);
                folder.row.keywords++;
                folder.keywordsAdded.add(keyword);
            }
            spelled = spelled.plus(Flags.of(Keys.textOf(known, 0)));
        }
        return spelled;
    }

    /** Writes counters back and returns the mailboxes touched. */
    Iterable<Touched> close() {
        accounts.forEach((id, row) -> vault.put(Keys.account(id), row.write()));
        segments.forEach((number, row) -> vault.put(Keys.segment(number), row.write()));
        for (Touched folder : touched.values()) {
            if (!folder.gone) {
                vault.put(Keys.mailbox(folder.account, Keys.FOLDER, folder.row.id), folder.row.write());
            }
        }
        return touched.values();
    }
}
