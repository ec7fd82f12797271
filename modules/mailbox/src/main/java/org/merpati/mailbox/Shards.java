package org.merpati.mailbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.directory.Account;
import org.merpati.directory.Directory;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.store.MailStore;
import org.merpati.store.remote.RemoteStores;

/**
 * The shards with data on this node, and which of them an account's mailboxes are in; and all shards, for what others
 * than their owners may do.
 */
public final class Shards implements AutoCloseable {
    private final Directory directory;
    private final Map<GroupName, MailStore> stores = new ConcurrentHashMap<>();
    private final Map<GroupName, MailStore> everywhere = new ConcurrentHashMap<>();
    private final Routes routes;
    private final RemoteStores elsewhere;

    /**
     * @param routes finds where a shard without data here is led
     * @param channel by which that node is asked for what others may do there
     */
    public Shards(Directory directory, Topology topology, Routes routes, NodeChannel channel, Ids ids) {
        this.directory = directory;
        this.routes = routes;
        this.elsewhere = new RemoteStores(topology, routes, channel, ids, this::quota);
    }

    /**
     * Adds a shard.
     *
     * @param anywhere the same shard, served here whoever leads it
     */
    public void add(MailStore store, MailStore anywhere) {
        stores.put(store.shard(), store);
        everywhere.put(store.shard(), anywhere);
    }

    /** Takes a shard away that has no data here any more. */
    public void remove(GroupName shard) {
        stores.remove(shard);
        everywhere.remove(shard);
    }

    /** All of them. */
    public Iterable<MailStore> all() {
        return stores.values();
    }

    /** Where a mail was delivered, as far as the shards with data here know; a line each, first the time. */
    public List<String> trace(MailId mail) {
        List<String> lines = new ArrayList<>();
        for (MailStore store : stores.values()) {
            for (MailStore.Arrival arrival : store.arrivals(mail)) {
                lines.add(Instant.ofEpochMilli(arrival.millis()) + " stored <" + name(arrival.account()) + "> in "
                        + store.shard() + ", UID " + arrival.uid());
            }
        }
        return lines;
    }

    /** The address of an account, or its id where the directory knows it no more. */
    String name(AccountId id) {
        return directory
                .people()
                .account(id)
                .map(account -> account.address().toString())
                .orElse(id.toString());
    }

    /** Who logs in by a name, if there is somebody. */
    Optional<Account> person(String user) {
        return directory.people().login(user).filter(Account::active);
    }

    /** Who has an account, if there is somebody. */
    Optional<Account> person(AccountId id) {
        return directory.people().account(id).filter(Account::active);
    }

    /**
     * The account of an id.
     *
     * @throws Refused if there is none
     * @throws TryLater if this node's copy of the directory may lack it
     */
    Account account(AccountId id) {
        return person(id).orElseThrow(() -> directory.missing(Refused.Reason.NONEXISTENT, "there is no account " + id));
    }

    /** How much an account may keep now; one that the directory does not know keeps nothing new anyway. */
    public Quota quota(AccountId id) {
        return directory.people().account(id).map(Account::quota).orElse(Quota.NONE);
    }

    /**
     * The store of an account's shard.
     *
     * @throws TryLater if the shard has no data here; it names the node that leads it
     */
    MailStore of(Account account) {
        return named(account.shard());
    }

    /**
     * The store of a shard.
     *
     * @throws TryLater if the shard has no data here; it names the node that leads it
     */
    MailStore named(GroupName shard) {
        MailStore store = stores.get(shard);
        if (store == null) {
            throw new TryLater("this node has no data of " + shard, routes.find(shard));
        }
        return store;
    }

    /** The store of an account's shard, for somebody else: served here, whoever leads it and has a copy of it. */
    MailStore anywhere(Account account) {
        MailStore store = everywhere.get(account.shard());
        return store == null ? elsewhere.of(account.shard()) : store;
    }

    /** The stores of all shards, each served here, whoever leads it and has a copy of it. */
    List<MailStore> everywhere() {
        List<MailStore> all = new ArrayList<>(everywhere.values());
        all.addAll(elsewhere.besides(Set.copyOf(everywhere.keySet())));
        return all;
    }

    /** All accounts of the directory. */
    Iterable<Account> accounts() {
        return directory.people().accounts();
    }

    /** Ends what waits for changes elsewhere. */
    @Override
    public void close() {
        elsewhere.close();
    }
}
