package org.merpati.imap;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.merpati.imap.NotifyCommand.Event;
import org.merpati.imap.NotifyCommand.Filter;
import org.merpati.imap.people.Logins;
import org.merpati.imap.people.Reached;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Refused;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;

/**
 * Tells a client of changes that it asked for with NOTIFY (RFC 5465), until it asks for others or goes. What changed is
 * the difference between what the account looks like now and what the client knows: a client that does not read makes
 * nothing grow, and a burst is told once. Of others' mailboxes those are told of that may be looked up and read.
 */
final class Notices {
    /** With more mailboxes than this nothing is told: each change costs a look at all (RFC 5465 §5.8). */
    private static final int MAILBOXES_LIMIT = 2_000;

    private static final String TOO_MANY = "more than " + MAILBOXES_LIMIT + " mailboxes are not watched";

    /** The least time between two looks at all mailboxes. */
    private static final Duration REST = Duration.ofMillis(100);

    private static final MailboxId SERVER = MailStore.ACCOUNT;

    private final ImapSession session;
    private final NotifyCommand wanted;
    private final IdleCommand.Push push;
    private final Set<AccountId> watched = new HashSet<>();
    private Seen seen = new Seen(Map.of(), Set.of(), Map.of());

    /** What the client knows of. Annotations are kept as digests, of what they are asked for. */
    private record Seen(
            Map<MailboxId, Reached> mailboxes,
            Set<String> subscribed,
            Map<MailboxId, Map<String, Integer>> annotations) {}

    private Notices(ImapSession session, NotifyCommand wanted) {
        this.session = session;
        this.wanted = wanted;
        this.push = new IdleCommand.Push(session, REST, this::tell);
        watch(session.account());
        session.selected().map(Selected::account).ifPresent(this::watch);
        this.seen = look();
        if (seen.mailboxes().size() > MAILBOXES_LIMIT) {
            push.close();
            throw new Refused(Refused.Reason.LIMIT, TOO_MANY);
        }
    }

    /** Begins, and tells the state of everything first if that was asked for. */
    static Notices begin(ImapSession session, NotifyCommand wanted) throws IOException {
        Notices notices = new Notices(session, wanted);
        if (wanted.others()) {
            for (Reached mailbox : session.names().shared()) {
                if (!mailbox.rights().has('r') && wanted.names(mailbox.name())) {
                    notices.putList("\\NoAccess", mailbox.name(), Optional.empty()); // RFC 5465 §3.1
                }
            }
        }
        if (wanted.status()) {
            for (Reached mailbox : notices.seen.mailboxes().values()) {
                if (notices.wants(Event.MESSAGE_NEW, mailbox, notices.seen)) {
                    notices.putStatus(mailbox);
                }
            }
        }
        notices.push.start("notify");
        return notices;
    }

    private MailStore store() {
        return session.account().store();
    }

    /** Looks again when something of somebody's mailboxes changes. */
    void watch(Logins.Account owner) {
        if (watched.add(owner.id())) {
            push.watch(owner, MailStore.ACCOUNT);
        }
    }

    private Seen look() {
        Map<MailboxId, Reached> mailboxes = new LinkedHashMap<>();
        session.names().own().forEach(mailbox -> mailboxes.put(mailbox.mailbox().id(), mailbox));
        if (wanted.others()) {
            lookAtOthers(mailboxes);
        }
        Set<String> subscribed =
                new TreeSet<>(store().subscriptions(session.account().id()));
        Map<MailboxId, Map<String, Integer>> annotations = new HashMap<>();
        if (wanted.wants(Event.SERVER_METADATA_CHANGE)) {
            annotations.put(SERVER, annotations(session.account(), SERVER, "/"));
        }
        if (wanted.wants(Event.MAILBOX_METADATA_CHANGE)) {
            mailboxes.forEach((id, mailbox) ->
                    annotations.put(id, annotations(mailbox.owner(), id, mailbox.own() ? "/" : "/shared/")));
        }
        return new Seen(mailboxes, subscribed, annotations);
    }

    /** Those that may be looked up and read; what is not served here now stays as it was seen. */
    private void lookAtOthers(Map<MailboxId, Reached> mailboxes) {
        for (Reached mailbox : session.names().shared()) {
            if (mailbox.rights().has('r')) {
                watch(mailbox.owner());
                mailboxes.put(mailbox.mailbox().id(), mailbox);
            }
        }
        seen.mailboxes().forEach((id, before) -> {
            if (!before.own() && !mailboxes.containsKey(id) && session.names().has(before.name(), "lr")) {
                mailboxes.put(id, before);
            }
        });
    }

    private static Map<String, Integer> annotations(Logins.Account owner, MailboxId mailbox, String beginning) {
        SortedMap<String, byte[]> all = owner.store().annotations(owner.id(), mailbox);
        Map<String, Integer> digests = new TreeMap<>();
        all.forEach((entry, value) -> {
            if (entry.startsWith(beginning)) {
                digests.put(entry, Arrays.hashCode(value));
            }
        });
        return digests;
    }

    private void tell() throws IOException {
        store().leased();
        Optional<NotifyCommand.Group> selected = wanted.selected();
        if (selected.isPresent()) {
            session.sync(selected.get().filter() == Filter.SELECTED).ifPresent(session::bye);
        }
        tellChanges();
    }

    private void tellChanges() throws IOException {
        Seen before = seen;
        Seen now = look();
        seen = now;
        if (now.mailboxes().size() > MAILBOXES_LIMIT) {
            session.reply().put("* OK [NOTIFICATIONOVERFLOW] ").put(TOO_MANY).line();
            close();
            return;
        }
        for (Reached gone : before.mailboxes().values()) {
            if (!now.mailboxes().containsKey(gone.mailbox().id()) && wants(Event.MAILBOX_NAME, gone, before)) {
                putList("\\NonExistent", gone.name(), Optional.empty());
            }
        }
        for (Reached mailbox : now.mailboxes().values()) {
            tellMailbox(before.mailboxes().get(mailbox.mailbox().id()), mailbox, now);
        }
        tellSubscriptions(before, now);
        tellMetadata(before, now);
    }

    private boolean wants(Event event, Reached mailbox, Seen seen) {
        return wanted.wants(event, mailbox.name(), mailbox.mailbox(), seen.subscribed());
    }

    private void tellMailbox(@Nullable Reached known, Reached reached, Seen now) throws IOException {
        if (known == null || !known.name().equals(reached.name())) {
            if (wants(Event.MAILBOX_NAME, reached, now) || (known != null && wants(Event.MAILBOX_NAME, known, now))) {
                String attributes = attributes(reached, now.subscribed());
                putList(attributes, reached.name(), Optional.ofNullable(known).map(Reached::name));
            }
            return;
        }
        Mailbox before = known.mailbox();
        Mailbox mailbox = reached.mailbox();
        boolean here = session.selected()
                .filter(selected -> selected.id().equals(mailbox.id()))
                .isPresent();
        if (here || !mailbox.selectable()) {
            return;
        }
        boolean cameOrWent = before.uidNext() != mailbox.uidNext()
                || before.messages() != mailbox.messages()
                || !before.selectable();
        boolean flags = before.highestModSeq() != mailbox.highestModSeq();
        if ((cameOrWent && wants(Event.MESSAGE_NEW, reached, now))
                || (flags && wants(Event.FLAG_CHANGE, reached, now))) {
            putStatus(reached);
        }
    }

    /** RFC 5465 §5.1 to §5.3; all that any of them asks for. */
    private void putStatus(Reached mailbox) throws IOException {
        if (mailbox.mailbox().selectable()
                && session.selected()
                        .filter(selected ->
                                selected.id().equals(mailbox.mailbox().id()))
                        .isEmpty()) {
            List<String> items = session.enabled().modSeq()
                    ? List.of("UIDVALIDITY", "UIDNEXT", "MESSAGES", "UNSEEN", "HIGHESTMODSEQ")
                    : List.of("UIDVALIDITY", "UIDNEXT", "MESSAGES", "UNSEEN");
            new StatusCommand.Items(items).put(session, mailbox);
        }
    }

    private static String attributes(Reached mailbox, Set<String> subscribed) {
        StringBuilder attributes = new StringBuilder(mailbox.mailbox().selectable() ? "" : "\\Noselect");
        Optional.of(mailbox)
                .filter(Reached::own)
                .flatMap(own -> own.mailbox().specialUse())
                .ifPresent(use ->
                        attributes.append(attributes.isEmpty() ? "" : " ").append(use));
        if (subscribed.contains(mailbox.name())) {
            attributes.append(attributes.isEmpty() ? "" : " ").append("\\Subscribed");
        }
        return attributes.toString();
    }

    /** RFC 5465 §5.4; the old name as RFC 5465 §5.4 and RFC 9051 §6.3.9.7 write it. */
    private void putList(String attributes, String name, Optional<String> oldName) throws IOException {
        Reply reply = session.reply();
        reply.put("* LIST (").put(attributes).put(") \"/\" ").name(session.written(name));
        if (oldName.isPresent()) {
            reply.put(" (\"OLDNAME\" (").name(session.written(oldName.get())).put("))");
        }
        reply.line();
    }

    /** RFC 5465 §5.5. */
    private void tellSubscriptions(Seen before, Seen now) throws IOException {
        Map<String, Reached> byName = new HashMap<>();
        now.mailboxes().values().forEach(mailbox -> byName.put(mailbox.name(), mailbox));
        Set<String> either = new TreeSet<>(before.subscribed());
        either.addAll(now.subscribed());
        Set<String> any = new HashSet<>(either);
        for (String name : either) {
            boolean news =
                    before.subscribed().contains(name) != now.subscribed().contains(name);
            Reached mailbox = byName.get(name);
            Mailbox row = mailbox == null ? null : mailbox.mailbox();
            if (news && wanted.wants(Event.SUBSCRIPTION_CHANGE, name, row, any)) {
                String attributes = mailbox != null
                        ? attributes(mailbox, now.subscribed())
                        : now.subscribed().contains(name) ? "\\NonExistent \\Subscribed" : "\\NonExistent";
                putList(attributes, name, Optional.empty());
            }
        }
    }

    /** RFC 5465 §5.6 and §5.7: the names of the entries, without their values (RFC 5464 §4.4.2). */
    private void tellMetadata(Seen before, Seen now) throws IOException {
        for (Map.Entry<MailboxId, Map<String, Integer>> each : now.annotations().entrySet()) {
            Map<String, Integer> old = before.annotations().getOrDefault(each.getKey(), each.getValue());
            if (old.equals(each.getValue())) {
                continue;
            }
            Reached mailbox = now.mailboxes().get(each.getKey());
            if (mailbox != null && !wants(Event.MAILBOX_METADATA_CHANGE, mailbox, now)) {
                continue;
            }
            Set<String> entries = new TreeSet<>(old.keySet());
            entries.addAll(each.getValue().keySet());
            Reply reply = session.reply();
            reply.put("* METADATA ").name(mailbox == null ? "" : session.written(mailbox.name()));
            for (String entry : entries) {
                if (!java.util.Objects.equals(old.get(entry), each.getValue().get(entry))) {
                    reply.put(' ').put(entry);
                }
            }
            reply.line();
        }
    }

    /**
     * Tells of messages that the client has just heard to be there what it wants to know of new ones (RFC 5465 §5.2).
     *
     * @param lastUid the greatest UID that it knew before
     */
    void came(Selected selected, long lastUid) throws IOException {
        Optional<NotifyCommand.Group> group =
                wanted.selected().filter(g -> !g.items().isEmpty());
        OptionalInt last = selected.size() == 0 ? OptionalInt.empty() : OptionalInt.of(selected.size());
        if (group.isPresent() && last.isPresent() && selected.uid(last.getAsInt()) > lastUid) {
            NumberSet fresh = new NumberSet(List.of(new NumberSet.Range(lastUid + 1, selected.uid(last.getAsInt()))));
            FetchCommand.byUid(fresh, group.get().items()).run(session, selected);
        }
    }

    /** Tells nothing more. */
    void close() {
        push.close();
    }
}
