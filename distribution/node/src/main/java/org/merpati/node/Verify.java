package org.merpati.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Topology;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Failure;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.store.JournaledStore;

/**
 * Proves that all copies of a shard are equal and that each is sound in itself, while the cluster serves: one entry of
 * the shard's log has every copy make digests at the same place.
 */
final class Verify {
    private static final String BEGIN = "shard.compare";
    private static final String REPORT = "shard.verify";
    private static final Duration BEGIN_LIMIT = Duration.ofSeconds(10);
    private static final Duration LIMIT = Duration.ofHours(6);

    /**
     * What was found of a shard.
     *
     * @param copies the nodes whose copies were compared
     * @param mailboxes how many things were compared: mailboxes, accounts, and the shard's bodies
     * @param wrong a sentence for each thing that is not as it must be
     */
    record Report(String shard, List<String> copies, int mailboxes, List<String> wrong) {}

    /** What a node says of its copy; one that was not read has no digests, and says why. */
    private record Copy(NodeName node, SortedMap<String, String> digests, List<String> wrong) {}

    private final Topology topology;
    private final NodeChannel channel;
    private final Map<GroupName, JournaledStore> here = new ConcurrentHashMap<>();

    Verify(Topology topology, NodeChannel channel) {
        this.topology = topology;
        this.channel = channel;
        channel.offer(BEGIN, this::begin);
        channel.offer(REPORT, this::report);
    }

    /** Adds a copy of this node. */
    void add(JournaledStore store) {
        here.put(store.shard(), store);
    }

    /** Takes the copy of a shard away. */
    void remove(GroupName shard) {
        here.remove(shard);
    }

    private JournaledStore store(String shard) {
        return Optional.ofNullable(here.get(new GroupName(shard)))
                .orElseThrow(() -> new Refused(Refused.Reason.NONEXISTENT, "this node has no copy of " + shard));
    }

    private void begin(NodeName peer, byte[] request, OutputStream answer) throws IOException {
        Id comparison = store(new BinaryReader(request).text()).compare();
        answer.write(new BinaryWriter().id(comparison).toByteArray());
    }

    private void report(NodeName peer, byte[] request, OutputStream answer) throws IOException {
        BinaryReader in = new BinaryReader(request);
        JournaledStore store = store(in.text());
        StringBuilder lines = new StringBuilder();
        store.compared(in.id(), LIMIT)
                .forEach((name, digest) -> lines.append('=')
                        .append(name)
                        .append('\t')
                        .append(digest)
                        .append('\n'));
        store.verify()
                .forEach(wrong ->
                        lines.append('!').append(wrong.replace('\n', ' ')).append('\n'));
        answer.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Looks at one shard, or at all, one after the other. */
    List<Report> of(Optional<GroupName> only) {
        List<GroupSpec> shards = topology.shards().stream()
                .filter(spec -> only.isEmpty() || only.get().equals(spec.name()))
                .toList();
        if (shards.isEmpty()) {
            throw new Refused(
                    Refused.Reason.NONEXISTENT,
                    "there is no shard " + only.map(GroupName::value).orElse("at all"));
        }
        return shards.stream().map(this::look).toList();
    }

    private Report look(GroupSpec spec) {
        Id comparison = begin(spec);
        List<NodeInfo> nodes = topology.nodes().stream()
                .filter(n -> spec.dataNodes().contains(n.name()))
                .toList();
        String shard = spec.name().value();
        List<Copy> all = EachNode.of(nodes, node -> ask(node.name(), shard, comparison));
        List<Copy> read = all.stream().filter(copy -> !copy.digests().isEmpty()).toList();
        TreeSet<String> names = new TreeSet<>();
        read.forEach(copy -> names.addAll(copy.digests().keySet()));
        List<String> wrong = new ArrayList<>();
        names.forEach(name -> compare(name, read, wrong));
        for (Copy copy : all) {
            copy.wrong().forEach(sentence -> wrong.add("on " + copy.node() + ": " + sentence));
        }
        return new Report(shard, read.stream().map(copy -> copy.node().value()).toList(), names.size(), wrong);
    }

    private static void compare(String name, List<Copy> copies, List<String> wrong) {
        TreeMap<String, List<String>> holders = new TreeMap<>();
        for (Copy copy : copies) {
            String digest = copy.digests().getOrDefault(name, "nothing");
            holders.computeIfAbsent(digest, d -> new ArrayList<>())
                    .add(copy.node().value());
        }
        if (holders.size() > 1) {
            List<String> said = new ArrayList<>();
            holders.forEach((digest, nodes) ->
                    said.add(digest.substring(0, Math.min(12, digest.length())) + " on " + String.join(", ", nodes)));
            wrong.add(name + " differs: " + String.join("; ", said));
        }
    }

    /** The leader, whichever data node that is, begins the comparison. */
    private Id begin(GroupSpec spec) {
        byte[] request = new BinaryWriter().text(spec.name().value()).toByteArray();
        String why = "";
        for (NodeName node : spec.dataNodes()) {
            try {
                return new BinaryReader(channel.ask(node, BEGIN, request, BEGIN_LIMIT)).id();
            } catch (Failure other) {
                why += "; " + node + ": " + other.sentence();
            }
        }
        throw new TryLater("nobody leads " + spec.name() + " now" + why);
    }

    private Copy ask(NodeName node, String shard, Id comparison) {
        byte[] request = new BinaryWriter().text(shard).id(comparison).toByteArray();
        TreeMap<String, String> digests = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(channel.stream(node, REPORT, request, LIMIT), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("!")) {
                    wrong.add(line.substring(1));
                } else {
                    String[] parts = line.substring(1).split("\t", 2);
                    digests.put(parts[0], parts[1]);
                }
            }
            return new Copy(node, digests, wrong);
        } catch (Failure | IOException away) {
            return new Copy(node, new TreeMap<>(), List.of("the copy was not compared: " + away.getMessage()));
        }
    }
}
