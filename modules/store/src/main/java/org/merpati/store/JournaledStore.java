package org.merpati.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.merpati.journal.Journal;
import org.merpati.journal.Leadership;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.merpati.mime.Summary;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;
import org.merpati.store.log.Names;
import org.merpati.store.people.Handling;
import org.merpati.store.people.Rights;
import org.merpati.store.people.Tally;
import org.merpati.store.search.Hit;
import org.merpati.store.search.Place;
import org.merpati.store.search.Where;
import org.merpati.vault.RowVisitor;

/** A shard over its journal: changes are submitted, reads are served from the state of this copy while it leads. */
public final class JournaledStore implements MailStore {
    private static final Duration EXPIRY_INTERVAL = Duration.ofMinutes(30);

    /**
     * What a store is told about the accounts that it keeps.
     *
     * @param quotas how much each account may keep now
     * @param keepRemoved how long a removed message can be had back; zero drops it with the next housekeeping
     */
    public record Policy(Function<AccountId, Quota> quotas, Duration keepRemoved) {
        /** No quota, and removed messages are kept for 14 days. */
        public static final Policy DEFAULT = new Policy(account -> Quota.NONE, Duration.ofDays(14));
    }

    private final Journal journal;
    private final ShardState state;
    private final Policy policy;
    private final Proposer proposer;
    private final Compaction compaction;
    private final Watches watches;
    private volatile Handling handling = Handling.NOBODY;

    /**
     * Serves a shard.
     *
     * @param state the state that the journal applies to; the store takes neither into its keeping
     * @param summariser makes the binary form of a message's {@link Summary}
     */
    public JournaledStore(
            Journal journal, ShardState state, Ids ids, Function<byte[], byte[]> summariser, Policy policy) {
        this.policy = policy;
        this.journal = journal;
        this.state = state;
        this.proposer = new Proposer(journal::submit, ids, summariser, policy.quotas());
        this.compaction = new Compaction(state.group().value(), state.vault(), this::submit);
        this.watches = new Watches(state.group().value(), this::expire, EXPIRY_INTERVAL);
        Runnable flush = () -> propose(new Command.Flush());
        state.onChange(watches::changed);
        state.onCheckpointAsked(() -> watches.soon(flush));
        journal.watch(leadership -> watches.allChanged());
    }

    /** Serves a shard. */
    public JournaledStore(Journal journal, ShardState state, Ids ids, Policy policy) {
        this(journal, state, ids, Proposer::summary, policy);
    }

    private JournaledStore(JournaledStore own, Journal through) {
        this.policy = own.policy;
        this.journal = through;
        this.state = own.state;
        this.proposer = own.proposer.through(through::submit);
        this.compaction = own.compaction;
        this.watches = new Watches(state.group().value(), () -> {}, EXPIRY_INTERVAL);
        state.onChange(watches::changed);
        journal.watch(leadership -> watches.allChanged());
    }

    /** The same shard through another journal of its group, for who need not be where it is led; it keeps no house. */
    public JournaledStore through(Journal other) {
        return new JournaledStore(this, other);
    }

    private void expire() {
        propose(new Command.Expire(policy.keepRemoved().toMillis()));
        if (journal.leadership().leading()) {
            compaction.begin();
        }
    }

    /** Sets who is told of what people do with their messages. */
    public void onHandling(Handling told) {
        handling = told;
    }

    /** Gives back the room of bodies that nobody needs; see {@link Compaction}. */
    Compaction compaction() {
        return compaction;
    }

    /** Submits housekeeping if this node leads; if it does not come about, it is proposed again another time. */
    private void propose(Command command) {
        if (journal.leadership().leading()) {
            var _ = journal.submitAsync(CommandCodec.encode(command));
        }
    }

    private void led() {
        Leadership now = journal.leadership();
        if (!now.leading()) {
            throw askAgain("this node does not lead " + journal.group() + " now", now);
        }
    }

    private TryLater askAgain(String sentence, Leadership now) {
        return now.leader()
                .map(leader -> new TryLater(sentence, new Route(journal.group(), leader, now.epoch())))
                .orElseGet(() -> new TryLater(sentence));
    }

    /** This node leads, and the account is served in this shard; where it is not, its client connects again. */
    private void here(AccountId account) {
        led();
        away(account).ifPresent(why -> {
            throw askAgain(why, journal.leadership());
        });
    }

    /** Why an account is not served in this shard, if it is not. */
    private Optional<String> away(AccountId account) {
        return Optional.ofNullable(state.standings().get(account)).flatMap(Migration.Standing::away);
    }

    private BinaryReader submit(Command command) {
        if (command instanceof Command.OfAccount own) {
            here(own.account());
        } else {
            led();
        }
        return proposer.submit(command);
    }

    /** What it takes to move accounts into this shard and out of it. */
    public AccountMoves moves() {
        return new AccountMoves(state, this::submit, this::fresh);
    }

    @Override
    public GroupName shard() {
        return journal.group();
    }

    @Override
    public void ensure(AccountId account) {
        here(account);
        if (!state.exists(account)) {
            submit(new Command.Ensure(account, proposer.ids(Folders.FIRST.size())));
        }
    }

    @Override
    public List<Mailbox> mailboxes(AccountId account) {
        here(account);
        return state.mailboxes(account);
    }

    @Override
    public List<String> subscriptions(AccountId account) {
        here(account);
        return state.subscriptions(account);
    }

    @Override
    public Usage usage(AccountId account) {
        here(account);
        return state.usage(account, proposer.quota(account));
    }

    @Override
    public List<Arrival> arrivals(MailId mail) {
        return state.arrivals(mail);
    }

    @Override
    public Optional<Mailbox> mailbox(AccountId account, String name) {
        here(account);
        return state.mailbox(account, Names.spelled(name));
    }

    @Override
    public List<Explained> explanations(MailId mail) {
        return state.explanations(mail);
    }

    @Override
    public Mailbox create(AccountId account, String name, Set<String> specialUse) {
        here(account);
        return proposer.create(this, account, name, specialUse);
    }

    @Override
    public void delete(AccountId account, String name) {
        here(account);
        proposer.delete(account, name);
    }

    @Override
    public void rename(AccountId account, String from, String to) {
        here(account);
        proposer.rename(account, from, to);
    }

    @Override
    public SortedMap<String, byte[]> annotations(AccountId account, MailboxId mailbox) {
        here(account);
        return state.annotations(account, mailbox);
    }

    @Override
    public void annotate(AccountId account, MailboxId mailbox, SortedMap<String, Optional<byte[]>> values) {
        here(account);
        proposer.annotate(account, mailbox, values);
    }

    @Override
    public SortedMap<AccountId, Rights> acl(AccountId account, MailboxId mailbox) {
        here(account);
        SortedMap<AccountId, Rights> acl = new TreeMap<>();
        scan(Keys.mailbox(account, Keys.GRANT, mailbox), (key, value) -> {
            acl.put(Keys.granteeOf(key), Rows.grant(value));
            return true;
        });
        return acl;
    }

    @Override
    public void grant(AccountId account, MailboxId mailbox, AccountId grantee, FlagChange.Kind kind, Rights rights) {
        here(account);
        proposer.grant(account, mailbox, grantee, kind, rights);
    }

    @Override
    public List<Shared> sharedWith(AccountId who, int limit) {
        led();
        Set<Place> places = new LinkedHashSet<>();
        for (AccountId grantee : List.of(who, ANYONE)) {
            scan(Keys.sharedWith(grantee), (key, value) -> {
                Place place = Keys.sharedOf(key);
                if (!place.account().equals(who) && away(place.account()).isEmpty()) {
                    places.add(place);
                }
                return places.size() < limit;
            });
        }
        List<Shared> shared = new ArrayList<>();
        for (Place place : places) {
            byte[] key = Keys.mailbox(place.account(), Keys.FOLDER, place.mailbox());
            state.read(rows -> Optional.ofNullable(rows.get(key)))
                    .map(row -> Rows.Folder.read(place.mailbox(), row).mailbox())
                    .map(mailbox -> new Shared(place.account(), mailbox, rights(who, place.account(), place.mailbox())))
                    .ifPresent(shared::add);
        }
        return shared;
    }

    private void scan(byte[] prefix, RowVisitor visitor) {
        state.read(rows -> {
            rows.scan(prefix, Keys.behind(prefix), visitor);
            return true;
        });
    }

    @Override
    public void subscribe(AccountId account, String name, boolean subscribed) {
        String spelled = subscribed ? Names.lawful(name) : Names.spelled(name);
        submit(new Command.Subscribe(account, spelled, subscribed));
    }

    @Override
    public View view(AccountId account, MailboxId mailbox) {
        here(account);
        return state.view(account, mailbox);
    }

    @Override
    public Body body(AccountId account, MailboxId mailbox, Message message) {
        here(account);
        Rows.Content content = message instanceof MailboxView.RowMessage row
                ? row.content()
                : state.content(account, mailbox, message.uid());
        return state.body(content);
    }

    @Override
    public LongPredicate mayHold(AccountId account, View view, Where where, String folded) {
        Mailbox mailbox = view.mailbox();
        return state.index()
                .map(index -> index.mayHold(new Place(account, mailbox.id()), mailbox.uidValidity(), where, folded))
                .orElse(uid -> true);
    }

    @Override
    public List<Hit> find(AccountId account, String words, int limit) {
        here(account);
        return state.index()
                .map(index -> index.find(account, words, limit))
                .orElseGet(() -> MailStore.super.find(account, words, limit));
    }

    @Override
    public List<Appended> append(AccountId account, MailboxId mailbox, List<NewMessage> messages) {
        here(account);
        return proposer.append(account, mailbox, messages);
    }

    @Override
    public Appended replace(AccountId account, MailboxId from, long uid, MailboxId to, NewMessage message) {
        here(account);
        return proposer.replace(account, from, uid, to, message);
    }

    @Override
    public Stored flags(
            AccountId account, MailboxId mailbox, List<Long> uids, FlagChange change, OptionalLong unchangedSince) {
        here(account);
        Stored stored = proposer.flags(account, mailbox, uids, change, unchangedSince);
        handling.flagged(account, mailbox, stored.changed(), change);
        return stored;
    }

    @Override
    public Copied copy(AccountId account, MailboxId from, List<Long> uids, MailboxId to) {
        return copy(account, from, uids, to, false);
    }

    @Override
    public Copied move(AccountId account, MailboxId from, List<Long> uids, MailboxId to) {
        return copy(account, from, uids, to, true);
    }

    private Copied copy(AccountId account, MailboxId from, List<Long> uids, MailboxId to, boolean move) {
        here(account);
        Copied copied = proposer.copy(account, from, uids, to, move);
        handling.put(account, from, to, copied.to());
        return copied;
    }

    @Override
    public List<Long> expunge(AccountId account, MailboxId mailbox, List<Long> uids) {
        here(account);
        return proposer.expunge(account, mailbox, uids);
    }

    @Override
    public void removed(AccountId account, long sinceMillis, Octets before, Predicate<Removed> visitor) {
        here(account);
        state.removed(account, sinceMillis, before, visitor);
    }

    @Override
    public int restore(AccountId account, List<Octets> keys) {
        if (keys.size() > Messages.UNDELETE_LIMIT) {
            throw new Refused(Refused.Reason.LIMIT, Messages.UNDELETE_LIMIT + " messages at most come back at once");
        }
        return submit(new Command.Restore(account, keys, proposer.quota(account)))
                .count();
    }

    @Override
    public int undelete(AccountId account, Optional<String> mailbox, long sinceMillis) {
        Optional<String> only = mailbox.map(Names::spelled);
        Set<String> mailboxes = new TreeSet<>();
        List<Integer> sizes = new ArrayList<>();
        removed(account, sinceMillis, Octets.NONE, removed -> {
            if (only.isEmpty() || only.get().equals(removed.mailbox())) {
                mailboxes.add(removed.mailbox());
                sizes.add(removed.size());
            }
            return true;
        });
        Usage usage = usage(account);
        long octets = sizes.stream().mapToLong(Integer::longValue).sum();
        if (!usage.quota().holds(usage.octets() + octets, usage.messages() + sizes.size())) {
            throw new Refused(
                    Refused.Reason.OVER_QUOTA,
                    "the quota does not hold these " + sizes.size() + " messages too: raise it, or ask for fewer");
        }
        mailboxes.forEach(name -> remake(account, name));
        Command next = new Command.Undelete(account, only, sinceMillis, usage.quota());
        int all = 0;
        int some;
        do {
            some = submit(next).count();
            all += some;
        } while (some == Messages.UNDELETE_LIMIT);
        return all;
    }

    /** Makes a mailbox again that messages were removed from, if it is gone. */
    private void remake(AccountId account, String name) {
        if (state.mailbox(account, name).filter(Mailbox::selectable).isEmpty()) {
            create(account, name, Set.of());
        }
    }

    @Override
    public boolean count(AccountId account, Tally tally) {
        ensure(account);
        return submit(new Command.Count(account, tally)).flag();
    }

    @Override
    public Tally.Counts counts(AccountId account, long[] marks) {
        here(account);
        return state.counts(account, marks);
    }

    @Override
    public List<Delivery.Outcome> deliver(Delivery delivery) {
        led();
        delivery.recipients().stream()
                .map(Delivery.Recipient::account)
                .filter(account -> away(account).isEmpty())
                .forEach(this::ensure);
        return Proposer.outcomes(submit(proposer.deliver(delivery)));
    }

    @Override
    public Watch watch(AccountId account, MailboxId mailbox, Runnable changed) {
        here(account);
        return watches.add(new Place(account, mailbox), changed);
    }

    @Override
    public void fresh() {
        journal.barrier();
    }

    @Override
    public void leased() {
        journal.fresh();
    }

    @Override
    public List<String> verify() {
        return state.verify();
    }

    /** Has every copy of the shard make digests of what it holds now, for {@link #compared}; needs the leader. */
    public Id compare() {
        Id id = proposer.ids(1).getFirst();
        submit(new Command.Compare(id));
        return id;
    }

    /**
     * A digest of each mailbox of the copy on this node, leader or not, as it was when {@link #compare} was asked for.
     *
     * @throws TryLater if this copy has not read everything within the limit
     */
    public SortedMap<String, String> compared(Id comparison, Duration limit) {
        return state.compared(comparison, limit);
    }

    /** Ends the watches; journal and state are closed by their owner. */
    @Override
    public void close() {
        watches.close();
    }
}
