package org.merpati.store.remote;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.Routes;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Refused;
import org.merpati.store.Body;
import org.merpati.store.Delivery;
import org.merpati.store.FlagChange;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.Message;
import org.merpati.store.NewMessage;
import org.merpati.store.Proposer;
import org.merpati.store.Usage;
import org.merpati.store.View;
import org.merpati.store.log.CommandCodec;
import org.merpati.store.people.Rights;
import org.merpati.store.search.Place;
import org.merpati.store.search.Where;

/**
 * A shard that this node has no copy of, for what others than the owners of its mailboxes may do: its leader is asked
 * for what is read, and carries out the commands that are made here. What is its owner's alone is refused.
 */
public final class RemoteStore implements MailStore {
    private final LeaderLink link;
    private final Proposer proposer;
    private final RemoteViews views;
    /** None as long as nobody waits for changes. */
    private @Nullable RemoteWatches watches;

    /**
     * A shard by itself.
     *
     * @param summariser makes the binary form of a message's {@link org.merpati.mime.Summary}
     * @param quotas how much each account may keep now
     */
    public RemoteStore(
            GroupName shard,
            Routes routes,
            NodeChannel channel,
            Ids ids,
            Function<byte[], byte[]> summariser,
            Function<AccountId, Quota> quotas) {
        this(shard, routes, channel, ids, summariser, quotas, new RemoteCache());
    }

    /** One of several, which share a cache. */
    RemoteStore(
            GroupName shard,
            Routes routes,
            NodeChannel channel,
            Ids ids,
            Function<byte[], byte[]> summariser,
            Function<AccountId, Quota> quotas,
            RemoteCache cache) {
        this.link = new LeaderLink(shard, routes, channel);
        this.proposer = new Proposer(link::submit, ids, summariser, quotas);
        this.views = new RemoteViews(link, cache);
    }

    private BinaryWriter question(Question what, AccountId account) {
        return link.question(what).id(account.value());
    }

    private BinaryWriter question(Question what, AccountId account, MailboxId mailbox) {
        return question(what, account).id(mailbox.value());
    }

    private Refused ownersAlone() {
        return new Refused(
                Refused.Reason.CANNOT,
                "this is done where " + link.shard() + " is led, for the mailboxes' owner alone");
    }

    @Override
    public GroupName shard() {
        return link.shard();
    }

    @Override
    public void ensure(AccountId account) {
        throw ownersAlone();
    }

    @Override
    public List<Mailbox> mailboxes(AccountId account) {
        return link.ask(question(Question.MAILBOXES, account), from -> Forms.list(from, Forms::mailbox));
    }

    @Override
    public List<String> subscriptions(AccountId account) {
        throw ownersAlone();
    }

    @Override
    public Usage usage(AccountId account) {
        return link.ask(question(Question.USAGE, account), Forms::usage);
    }

    @Override
    public Optional<Mailbox> mailbox(AccountId account, String name) {
        return link
                .ask(question(Question.MAILBOX, account).text(name), from -> Forms.list(from, Forms::mailbox))
                .stream()
                .findFirst();
    }

    @Override
    public Mailbox create(AccountId account, String name, Set<String> specialUse) {
        return proposer.create(this, account, name, specialUse);
    }

    @Override
    public void delete(AccountId account, String name) {
        proposer.delete(account, name);
    }

    @Override
    public void rename(AccountId account, String from, String to) {
        proposer.rename(account, from, to);
    }

    @Override
    public SortedMap<String, byte[]> annotations(AccountId account, MailboxId mailbox) {
        return link.ask(question(Question.ANNOTATIONS, account, mailbox), Forms::annotations);
    }

    @Override
    public void annotate(AccountId account, MailboxId mailbox, SortedMap<String, Optional<byte[]>> values) {
        proposer.annotate(account, mailbox, values);
    }

    @Override
    public SortedMap<AccountId, Rights> acl(AccountId account, MailboxId mailbox) {
        return link.ask(question(Question.ACL, account, mailbox), Forms::acl);
    }

    @Override
    public void grant(AccountId account, MailboxId mailbox, AccountId grantee, FlagChange.Kind kind, Rights rights) {
        proposer.grant(account, mailbox, grantee, kind, rights);
    }

    @Override
    public List<Shared> sharedWith(AccountId who, int limit) {
        return link.askOnce(question(Question.SHARED, who).varint(limit), from -> Forms.list(from, Forms::shared));
    }

    @Override
    public void subscribe(AccountId account, String name, boolean subscribed) {
        throw ownersAlone();
    }

    @Override
    public View view(AccountId account, MailboxId mailbox) {
        return views.view(new Place(account, mailbox));
    }

    /**
     * A message's octets.
     *
     * @param message of a view of this store
     */
    @Override
    public Body body(AccountId account, MailboxId mailbox, Message message) {
        long uidValidity = ((RemoteView.Remote) message).uidValidity();
        return new RemoteBody(link, new Place(account, mailbox), uidValidity, message.uid(), message.size());
    }

    @Override
    public LongPredicate mayHold(AccountId account, View view, Where where, String folded) {
        BinaryWriter question =
                question(Question.MAY_HOLD, account, view.mailbox().id());
        question.u8(where.ordinal()).text(folded);
        long[] held = link.ask(question, from -> CommandCodec.uids(from, Question.UIDS)).stream()
                .mapToLong(Long::longValue)
                .toArray();
        return uid -> Arrays.binarySearch(held, uid) >= 0;
    }

    @Override
    public List<Appended> append(AccountId account, MailboxId mailbox, List<NewMessage> messages) {
        return proposer.append(account, mailbox, messages);
    }

    @Override
    public Appended replace(AccountId account, MailboxId from, long uid, MailboxId to, NewMessage message) {
        return proposer.replace(account, from, uid, to, message);
    }

    @Override
    public Stored flags(
            AccountId account, MailboxId mailbox, List<Long> uids, FlagChange change, OptionalLong unchangedSince) {
        return proposer.flags(account, mailbox, uids, change, unchangedSince);
    }

    @Override
    public Copied copy(AccountId account, MailboxId from, List<Long> uids, MailboxId to) {
        return proposer.copy(account, from, uids, to, false);
    }

    @Override
    public Copied move(AccountId account, MailboxId from, List<Long> uids, MailboxId to) {
        return proposer.copy(account, from, uids, to, true);
    }

    @Override
    public List<Long> expunge(AccountId account, MailboxId mailbox, List<Long> uids) {
        return proposer.expunge(account, mailbox, uids);
    }

    @Override
    public List<Delivery.Outcome> deliver(Delivery delivery) {
        throw ownersAlone();
    }

    @Override
    public List<Arrival> arrivals(MailId mail) {
        throw ownersAlone();
    }

    @Override
    public Watch watch(AccountId account, MailboxId mailbox, Runnable changed) {
        return watches().add(new Place(account, mailbox), changed);
    }

    private synchronized RemoteWatches watches() {
        RemoteWatches known = watches;
        if (known == null) {
            known = new RemoteWatches(link);
            watches = known;
        }
        return known;
    }

    @Override
    public void fresh() {
        link.ask(link.question(Question.FRESH), from -> true);
    }

    /** Nothing: whatever is asked is answered under the leader's lease. */
    @Override
    public void leased() {}

    @Override
    public List<String> verify() {
        throw ownersAlone();
    }

    @Override
    public synchronized void close() {
        if (watches != null) {
            watches.close();
        }
    }
}
