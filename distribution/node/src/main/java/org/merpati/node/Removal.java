package org.merpati.node;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.Layout;
import org.merpati.directory.Account;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Failure;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.wire.InternalErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a node out of the cluster, as the layout says that it is leaving: drains it, has the accounts of the shards
 * that it votes in move to others and the mails of its spools delivered, ends those groups, has another vote in the
 * directory in its place, and takes it off the layout. Whoever leads the directory does the next step; each step looks
 * at what is there and may be made again, so another leader goes on where one stopped.
 */
final class Removal implements AutoCloseable {
    /** Asks the leader of a spool to shut it, and how many mails are left. */
    static final String SHUT = "spool.shut";

    private static final Logger LOG = LoggerFactory.getLogger(Removal.class);
    private static final long PERIOD_NANOS = 500_000_000;
    private static final String OBSTACLES = "node.obstacles";
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final NodeContext node;
    private final Drain drain;
    private final Thread thread;
    private volatile boolean closed;

    Removal(NodeContext node, Drain drain) {
        this.node = node;
        this.drain = drain;
        node.channel().offer(OBSTACLES, (peer, request, answer) -> tell(answer));
        this.thread = Thread.ofVirtual().name("removal").start(this::run);
    }

    private void run() {
        while (!closed) {
            try {
                if (node.groups().leads(GroupName.DIRECTORY)) {
                    step();
                }
            } catch (Failure later) {
                LOG.info("the removal of a node waits: {}", later.sentence());
            } catch (RuntimeException bug) {
                InternalErrors.report("removal", bug);
            }
            LockSupport.parkNanos(PERIOD_NANOS);
        }
    }

    private void step() {
        Layout layout = node.topology().layout();
        if (layout.leaving().isEmpty() || !node.directory().people().layout().equals(Optional.of(layout))) {
            return;
        }
        Layout.Leaving leaving = layout.leaving().get();
        if (!leaving.dead() && Drain.accepts(node.channel(), leaving.node())) {
            begin(leaving.node());
        }
        for (GroupSpec group : closing(layout)) {
            if (emptied(layout, group)) {
                if (node.directory().layOut(layout, layout.ended(group.name()))) {
                    LOG.info("group {} is empty and ended", group.name());
                }
                return;
            }
        }
        if (closing(layout).isEmpty()) {
            takeOff(layout, leaving.node());
        }
    }

    /** The last steps: it votes in the directory no more, and is no node of the cluster any more. */
    private void takeOff(Layout layout, NodeName leaving) {
        if (votesIn(layout, leaving)) {
            if (node.directory().layOut(layout, layout.substituted())) {
                LOG.info("node {} does not vote in the directory any more", leaving);
            }
        } else if (awaited(layout).isEmpty()
                && !node.groups().followers(GroupName.DIRECTORY).contains(leaving)
                && node.directory().layOut(layout, layout.left())) {
            LOG.info("node {} is taken out of the cluster", leaving);
        }
    }

    private static boolean votesIn(Layout layout, NodeName name) {
        return layout.group(GroupName.DIRECTORY)
                .filter(directory -> directory.isVoter(name))
                .isPresent();
    }

    /** Who is laid out to vote in the directory and does not yet, as this node, which leads it, has it. */
    private List<NodeName> awaited(Layout layout) {
        Set<NodeName> voting = node.groups().followers(GroupName.DIRECTORY);
        return layout.group(GroupName.DIRECTORY).stream()
                .flatMap(directory -> directory.voters().stream())
                .filter(voter -> !voter.equals(node.self().name()) && !voting.contains(voter))
                .toList();
    }

    /** Has what is in a closing group go elsewhere; whether all has. One that cannot tell now holds up no other. */
    private boolean emptied(Layout layout, GroupSpec group) {
        try {
            if (group.name().isShard()) {
                evacuate(group.name());
            }
            return replaced(layout, group) && left(group.name()).isEmpty();
        } catch (Failure later) {
            LOG.info("{} cannot be emptied now: {}", group.name(), later.sentence());
            return false;
        }
    }

    private void begin(NodeName leaving) {
        try {
            List<String> _ = drain.begin(leaving);
        } catch (Refused onlyCopy) {
            LOG.debug("node {} goes on serving until it is empty: {}", leaving, onlyCopy.sentence());
        }
    }

    private static List<GroupSpec> closing(Layout layout) {
        return layout.groups().stream().filter(layout::isClosing).toList();
    }

    /** Whether the node that leads a closing group, if it stays, leads one of that kind that it can use instead. */
    private boolean replaced(Layout layout, GroupSpec closing) {
        return layout.isLeaving(closing.preferred())
                || layout.groups().stream()
                        .anyMatch(group -> group.preferred().equals(closing.preferred())
                                && group.name().isShard() == closing.name().isShard()
                                && !group.name().equals(GroupName.DIRECTORY)
                                && !layout.isClosing(group)
                                && node.routes().table().route(group.name()).isPresent());
    }

    private List<Account> bound(GroupName shard) {
        List<Account> accounts = new ArrayList<>();
        for (Account account : node.directory().people().accounts()) {
            if (account.shard().equals(shard)
                    || account.move()
                            .filter(move ->
                                    move.to().equals(shard) || move.from().equals(shard))
                            .isPresent()) {
                accounts.add(account);
            }
        }
        return accounts;
    }

    /** Has the accounts of a shard move to the shards that stay, those that move already when they have moved. */
    private void evacuate(GroupName shard) {
        List<Account> still = bound(shard).stream()
                .filter(account -> account.move().isEmpty())
                .toList();
        node.directory().spread(still, node.directory().shards());
    }

    /** What is left in a group of a node that is leaving, in words; a spool is shut by being asked. */
    private List<String> left(GroupName group) {
        if (group.isShard()) {
            int accounts = bound(group).size();
            return accounts == 0 ? List.of() : List.of(group + " has " + accounts + " accounts, which move");
        }
        byte[] request = group.value().getBytes(StandardCharsets.US_ASCII);
        int mails = new BinaryReader(node.routes().askLeader(group, SHUT, request, LIMIT)).i32();
        return mails == 0 ? List.of() : List.of(group + " has " + mails + " mails to be delivered");
    }

    /** What is still to be done until the node that is leaving is taken out, a sentence each; the leader knows. */
    List<String> obstacles() {
        if (node.groups().leads(GroupName.DIRECTORY)) {
            return seen();
        }
        List<String> obstacles = new ArrayList<>();
        BinaryReader said =
                new BinaryReader(node.routes().askLeader(GroupName.DIRECTORY, OBSTACLES, new byte[0], PATIENCE));
        for (int left = said.count(); left > 0; left--) {
            obstacles.add(said.text());
        }
        return obstacles;
    }

    private void tell(OutputStream answer) throws IOException {
        if (!node.groups().leads(GroupName.DIRECTORY)) {
            throw new TryLater("node " + node.self().name() + " does not lead the directory");
        }
        List<String> obstacles = seen();
        BinaryWriter out = new BinaryWriter().varint(obstacles.size());
        obstacles.forEach(out::text);
        answer.write(out.toByteArray());
    }

    private List<String> seen() {
        Layout layout = node.newestLayout();
        List<String> obstacles = new ArrayList<>();
        for (GroupSpec group : closing(layout)) {
            try {
                List<String> left = replaced(layout, group)
                        ? left(group.name())
                        : List.of(group.name() + " waits for the group in its place to be led");
                obstacles.addAll(left.isEmpty() ? List.of(group.name() + " is empty and about to be ended") : left);
            } catch (Failure away) {
                obstacles.add(group.name() + ": " + away.sentence());
            }
        }
        if (obstacles.isEmpty()) {
            awaited(layout)
                    .forEach(voter -> obstacles.add("node " + voter
                            + " votes in the directory from its next start on: restart it now, with the CA's"
                            + " passphrase in its secret file"));
        }
        if (obstacles.isEmpty()) {
            layout.leaving().ifPresent(gone -> obstacles.add("node " + gone.node() + " is about to be taken off"));
        }
        return obstacles;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
