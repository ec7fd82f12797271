package org.merpati.store.remote;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Ids;
import org.merpati.kernel.Quota;
import org.merpati.store.MailStore;
import org.merpati.store.Proposer;

/** The shards of the layout, each as a node without a copy of it uses it. */
public final class RemoteStores implements AutoCloseable {
    private final Topology topology;
    private final Function<GroupName, RemoteStore> opening;
    private final Map<GroupName, RemoteStore> stores = new ConcurrentHashMap<>();

    /**
     * @param quotas how much each account may keep now
     */
    public RemoteStores(
            Topology topology, Routes routes, NodeChannel channel, Ids ids, Function<AccountId, Quota> quotas) {
        this.topology = topology;
        RemoteCache cache = new RemoteCache();
        this.opening = shard -> new RemoteStore(shard, routes, channel, ids, Proposer::summary, quotas, cache);
    }

    /** A shard. */
    public MailStore of(GroupName shard) {
        return stores.computeIfAbsent(shard, opening);
    }

    /** All shards of the layout but some. */
    public List<MailStore> besides(Set<GroupName> some) {
        List<GroupName> shards = topology.shards().stream().map(GroupSpec::name).toList();
        stores.keySet().stream()
                .filter(shard -> !shards.contains(shard))
                .toList()
                .forEach(this::end);
        return shards.stream()
                .filter(shard -> !some.contains(shard))
                .map(this::of)
                .toList();
    }

    private void end(GroupName shard) {
        RemoteStore ended = stores.remove(shard);
        if (ended != null) {
            ended.close();
        }
    }

    @Override
    public void close() {
        List.copyOf(stores.keySet()).forEach(this::end);
    }
}
