package org.merpati.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Refused;
import org.merpati.store.log.Answer;
import org.merpati.store.log.Command;
import org.merpati.store.log.Names;
import org.merpati.store.people.Rights;
import org.merpati.store.search.Place;

/** Commands on mailboxes as such. */
final class Folders {
    static final int ACCOUNT_LIMIT = 10_000;
    private static final int NAME_LIMIT = 1000;
    private static final int ANNOTATION_LIMIT = 100;
    static final int GRANT_LIMIT = 100;
    /** More changes than an account had in what was lost. */
    private static final long RENEWED = 1L << 32;

    /** A new account's mailboxes and their special uses (RFC 6154). */
    static final List<Map.Entry<String, String>> FIRST = List.of(
            Map.entry(Names.INBOX, ""),
            Map.entry("Drafts", "\\Drafts"),
            Map.entry("Sent", "\\Sent"),
            Map.entry("Junk", "\\Junk"),
            Map.entry("Trash", "\\Trash"),
            Map.entry("Archive", "\\Archive"));

    private final Ledger ledger;

    Folders(Ledger ledger) {
        this.ledger = ledger;
    }

    byte[] ensure(Command.Ensure command) throws IOException {
        AccountId account = command.account();
        if (ledger.find(account) == null) {
            ledger.begin(account);
            for (int i = 0; i < FIRST.size(); i++) {
                String name = FIRST.get(i).getKey();
                ledger.put(Keys.text(account, Keys.SUBSCRIPTION, name), new byte[0]);
                add(account, name, command.ids().get(i), FIRST.get(i).getValue(), true);
            }
        }
        return Answer.done().toByteArray();
    }

    byte[] create(Command.Create command) throws IOException {
        AccountId account = command.account();
        ledger.account(account);
        MailboxId existing = ledger.named(account, command.name());
        if (existing == null) {
            parents(account, command.name(), command.ids().iterator());
            Id id = command.ids().getLast();
            existing = add(account, command.name(), id, command.specialUse(), true).row.id;
        } else {
            revive(ledger.touch(account, existing), command.specialUse());
        }
        return Answer.done().id(existing.value()).toByteArray();
    }

    private void revive(Ledger.Touched folder, String specialUse) throws IOException {
        if (folder.row.selectable) {
            throw new Refused(Refused.Reason.ALREADY_EXISTS, "'" + folder.row.name + "' exists already");
        }
        folder.row.selectable = true;
        folder.row.specialUse = specialUse;
        folder.row.uidValidity = ledger.uidValidity(folder.account);
        folder.row.highestModSeq = ledger.modSeq(folder.account);
        inherit(folder);
    }

    private void parents(AccountId account, String name, Iterator<Id> ids) throws IOException {
        for (int at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
            Id id = ids.next();
            String level = name.substring(0, at);
            if (ledger.named(account, level) == null) {
                add(account, level, id, "", true);
            }
        }
    }

    private Ledger.Touched add(AccountId account, String name, Id id, String specialUse, boolean selectable)
            throws IOException {
        Rows.Account counters = ledger.account(account);
        if (counters.mailboxes >= ACCOUNT_LIMIT) {
            throw new Refused(
                    Refused.Reason.LIMIT,
                    "the account has " + ACCOUNT_LIMIT + " mailboxes, which is the most it can have");
        }
        counters.mailboxes++;
        Rows.Folder row = new Rows.Folder(new MailboxId(id));
        row.specialUse = specialUse;
        row.selectable = selectable;
        row.uidValidity = ledger.uidValidity(account);
        row.highestModSeq = ledger.modSeq(account);
        Ledger.Touched folder = ledger.begin(account, row);
        name(folder, name);
        inherit(folder);
        return folder;
    }

    /** RFC 4314 §4: a mailbox that begins is granted as the one above it, unless grants are there already. */
    private void inherit(Ledger.Touched folder) throws IOException {
        int level = folder.row.name.lastIndexOf('/');
        MailboxId above = level < 0 ? null : ledger.named(folder.account, folder.row.name.substring(0, level));
        if (above == null || !grants(folder.account, folder.row.id).isEmpty()) {
            return;
        }
        for (Map.Entry<AccountId, Rights> grant : grants(folder.account, above).entrySet()) {
            put(folder.place(), grant.getKey(), grant.getValue());
        }
    }

    /** Gives a mailbox a name that is free. */
    private void name(Ledger.Touched folder, String name) throws IOException {
        folder.row.name = name;
        folder.row.subscribed = ledger.get(Keys.text(folder.account, Keys.SUBSCRIPTION, name)) != null;
        byte[] id = new BinaryWriter(Id.BYTES).id(folder.row.id.value()).toByteArray();
        ledger.put(Keys.text(folder.account, Keys.NAME, name), id);
    }

    private Ledger.Touched existing(AccountId account, String name) throws IOException {
        MailboxId id = ledger.named(account, name);
        if (id == null) {
            throw new Refused(Refused.Reason.NONEXISTENT, "there is no mailbox '" + name + "'");
        }
        return ledger.touch(account, id);
    }

    private List<String> children(AccountId account, String name) throws IOException {
        List<String> children = new ArrayList<>();
        ledger.scan(Keys.text(account, Keys.NAME, name + "/"), (key, value) -> {
            children.add(Keys.textOf(key, Keys.ACCOUNT_PREFIX));
            return true;
        });
        return children;
    }

    byte[] delete(Command.Delete command) throws IOException {
        AccountId account = command.account();
        ledger.account(account);
        if (command.name().equals(Names.INBOX)) {
            throw new Refused(Refused.Reason.CANNOT, "INBOX cannot be deleted");
        }
        Ledger.Touched folder = existing(account, command.name());
        boolean parent = !children(account, command.name()).isEmpty();
        if (parent && !folder.row.selectable) {
            throw new Refused(
                    Refused.Reason.CANNOT, "'" + command.name() + "' holds other mailboxes: delete those first");
        }
        new Messages(ledger).removeAll(folder);
        for (AccountId grantee : grants(account, folder.row.id).keySet()) {
            put(folder.place(), grantee, Rights.NONE);
        }
        for (char kind : new char[] {Keys.TOMBSTONE, Keys.KEYWORD, Keys.ANNOTATION}) {
            List<byte[]> keys = new ArrayList<>();
            ledger.scan(Keys.mailbox(account, kind, folder.row.id), (key, value) -> keys.add(key));
            keys.forEach(ledger::delete);
        }
        folder.row.keywords = 0;
        if (parent) {
            folder.row.selectable = false;
            folder.row.specialUse = "";
            folder.row.uidNext = 1;
            folder.row.highestModSeq = ledger.modSeq(account);
        } else {
            folder.gone = true;
            ledger.delete(Keys.text(account, Keys.NAME, command.name()));
            ledger.delete(Keys.mailbox(account, Keys.FOLDER, folder.row.id));
            ledger.account(account).mailboxes--;
        }
        return Answer.done().toByteArray();
    }

    byte[] rename(Command.Rename command) throws IOException {
        AccountId account = command.account();
        ledger.account(account);
        Ledger.Touched folder = existing(account, command.from());
        if (ledger.named(account, command.to()) != null) {
            throw new Refused(Refused.Reason.ALREADY_EXISTS, "'" + command.to() + "' exists already");
        }
        if (command.to().startsWith(command.from() + "/") && !command.from().equals(Names.INBOX)) {
            throw new Refused(Refused.Reason.CANNOT, "a mailbox cannot be moved into itself");
        }
        parents(account, command.to(), command.ids().iterator());
        if (command.from().equals(Names.INBOX)) {
            Ledger.Touched target = add(account, command.to(), command.ids().getLast(), "", true);
            new Messages(ledger).moveAll(folder, target);
        } else {
            for (String child : children(account, command.from())) {
                move(
                        account,
                        child,
                        command.to() + child.substring(command.from().length()));
            }
            move(account, command.from(), command.to());
        }
        return Answer.done().toByteArray();
    }

    private void move(AccountId account, String from, String to) throws IOException {
        if (to.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > NAME_LIMIT) {
            throw new Refused(
                    Refused.Reason.LIMIT, "the name of '" + from + "' would exceed " + NAME_LIMIT + " octets");
        }
        Ledger.Touched folder = existing(account, from);
        ledger.delete(Keys.text(account, Keys.NAME, from));
        name(folder, to);
        folder.row.highestModSeq = ledger.modSeq(account);
    }

    byte[] subscribe(Command.Subscribe command) throws IOException {
        AccountId account = command.account();
        ledger.account(account);
        byte[] key = Keys.text(account, Keys.SUBSCRIPTION, command.name());
        if (command.subscribed()) {
            ledger.put(key, new byte[0]);
        } else {
            ledger.delete(key);
        }
        MailboxId id = ledger.named(account, command.name());
        if (id != null) {
            ledger.touch(account, id).row.subscribed = command.subscribed();
        }
        return Answer.done().toByteArray();
    }

    private SortedMap<AccountId, Rights> grants(AccountId account, MailboxId mailbox) throws IOException {
        SortedMap<AccountId, Rights> grants = new TreeMap<>();
        ledger.scan(Keys.mailbox(account, Keys.GRANT, mailbox), (key, value) -> {
            grants.put(Keys.granteeOf(key), Rows.grant(value));
            return true;
        });
        return grants;
    }

    /** Keeps what somebody may, and that she may look the mailbox up, where she may. */
    private void put(Place place, AccountId grantee, Rights rights) {
        byte[] key = Keys.grant(place.account(), place.mailbox(), grantee);
        if (rights.isEmpty()) {
            ledger.delete(key);
        } else {
            ledger.put(key, Rows.grant(rights));
        }
        if (rights.has('l')) {
            ledger.put(Keys.shared(grantee, place), new byte[0]);
        } else {
            ledger.delete(Keys.shared(grantee, place));
        }
    }

    byte[] grant(Command.Grant command) throws IOException {
        AccountId account = command.account();
        ledger.account(account);
        ledger.touch(account, command.mailbox());
        if (command.grantee().equals(account)) {
            throw new Refused(Refused.Reason.CANNOT, "the owner of a mailbox has every right, which nobody changes");
        }
        SortedMap<AccountId, Rights> grants = grants(account, command.mailbox());
        Rights before = grants.getOrDefault(command.grantee(), Rights.NONE);
        Rights after = switch (command.kind()) {
            case SET -> command.rights();
            case ADD -> before.plus(command.rights());
            case REMOVE -> before.minus(command.rights());
        };
        if (before.isEmpty() && !after.isEmpty() && grants.size() >= GRANT_LIMIT) {
            throw new Refused(Refused.Reason.LIMIT, "a mailbox is granted to at most " + GRANT_LIMIT);
        }
        if (!after.equals(before)) {
            put(new Place(account, command.mailbox()), command.grantee(), after);
        }
        return Answer.done().toByteArray();
    }

    /** Of the account itself or of a mailbox; all values or none. */
    byte[] annotate(Command.Annotate command) throws IOException {
        AccountId account = command.account();
        ledger.account(account);
        if (!command.mailbox().equals(MailStore.ACCOUNT)) {
            ledger.touch(account, command.mailbox());
        }
        int[] count = {0};
        ledger.scan(Keys.annotation(account, command.mailbox(), ""), (key, value) -> {
            count[0]++;
            return true;
        });
        for (Map.Entry<String, Optional<Octets>> one : command.values().entrySet()) {
            byte[] key = Keys.annotation(account, command.mailbox(), one.getKey());
            boolean known = ledger.get(key) != null;
            if (one.getValue().isPresent()) {
                count[0] += known ? 0 : 1;
                ledger.put(key, Rows.annotation(one.getValue().get()));
            } else if (known) {
                count[0]--;
                ledger.delete(key);
            }
        }
        if (count[0] > ANNOTATION_LIMIT) {
            throw new Refused(Refused.Reason.LIMIT, "a mailbox has at most " + ANNOTATION_LIMIT + " annotations");
        }
        return Answer.done().toByteArray();
    }

    /**
     * Gives every mailbox another UIDVALIDITY and a MODSEQ far beyond all that clients can have seen of what was lost
     * (replication.md §10.6): they forget what they know and look again.
     */
    byte[] renew(Command.Renew command) throws IOException {
        byte[] key = Keys.shardKind(Keys.GENERATION);
        byte[] known = ledger.get(key);
        if (known == null || Rows.generation(known) < command.generation()) {
            ledger.put(key, Rows.generation(command.generation()));
            for (AccountId account : ledger.accounts()) {
                ledger.account(account).modSeq += RENEWED;
                List<MailboxId> mailboxes = new ArrayList<>();
                ledger.scan(Keys.kind(account, Keys.FOLDER), (folder, value) -> mailboxes.add(Keys.mailboxOf(folder)));
                for (MailboxId mailbox : mailboxes) {
                    Ledger.Touched folder = ledger.touch(account, mailbox);
                    folder.row.uidValidity = ledger.uidValidity(account);
                    folder.row.highestModSeq = ledger.modSeq(account);
                }
            }
        }
        return Answer.done().toByteArray();
    }
}
