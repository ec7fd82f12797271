package org.merpati.node;

import java.io.IOException;
import java.nio.file.Path;
import org.merpati.cluster.GroupSpec;
import org.merpati.journal.Journal;
import org.merpati.kernel.GroupName;
import org.merpati.mailbox.AccountAnswers;
import org.merpati.mailbox.AccountMover;
import org.merpati.mailbox.Learner;
import org.merpati.mailbox.MailboxRole;
import org.merpati.mailbox.QuarantineKeeper;
import org.merpati.mailbox.Shards;
import org.merpati.mailbox.SpamAnswers;
import org.merpati.node.door.AdminApi;
import org.merpati.node.filter.EverybodysFilter;
import org.merpati.runtime.Lifecycle;
import org.merpati.store.JournaledStore;
import org.merpati.store.ShardState;
import org.merpati.store.relay.RelayedJournal;
import org.merpati.store.remote.RemoteAnswers;
import org.merpati.store.search.SearchLimits;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;

/** The mailbox role: the shards with data here, deliveries into them, and IMAP over them. */
final class MailboxPart implements RolePart {
    @Override
    public AutoCloseable start(NodeContext node, AdminApi admin) throws IOException {
        Lifecycle parts = new Lifecycle();
        Shards shards = parts.add(
                "shards elsewhere",
                new Shards(node.directory(), node.topology(), node.routes(), node.channel(), node.ids()));
        Learner learner = parts.add("learner", new Learner(node.clock(), new EverybodysFilter(node.learned())));
        AccountMover mover = parts.add(
                "mover",
                new AccountMover(node.directory(), node.topology(), node.channel(), node.routes(), node.clock()));
        RelayedJournal.Leading relayed = new RelayedJournal.Leading(node.channel(), node.topology());
        RemoteAnswers answers = new RemoteAnswers(node.channel(), node.topology());
        Serving serving = new Serving(node, shards, learner, mover, relayed, answers);
        parts.add("shards", node.groups().carry(GroupName::isShard, serving::open));
        node.traces().add(shards::trace);
        AccountAnswers.offer(node.channel(), shards, node.config().limits().undelete());
        SpamAnswers.offer(node.channel(), shards, learner);
        parts.add("quarantine", new QuarantineKeeper(node.directory(), shards, node.clock()));
        parts.add(
                "listeners",
                new MailboxRole(
                        node.config(),
                        node.self(),
                        node.identity(),
                        node.publicTls(),
                        node.network(),
                        shards,
                        node.logins(),
                        node.door(),
                        node.hostname(),
                        node.clock()));
        return parts;
    }

    /** What stands on the shards with data here. */
    private record Serving(
            NodeContext node,
            Shards shards,
            Learner learner,
            AccountMover mover,
            RelayedJournal.Leading relayed,
            RemoteAnswers answers) {
        AutoCloseable open(GroupSpec spec) throws IOException {
            Path data = node.config().data();
            String name = spec.name().value();
            ShardState state = ShardState.open(
                    data.resolve("shards").resolve(name),
                    new VaultIdentity(node.topology().cluster(), spec.name()),
                    VaultLimits.DEFAULT,
                    data.resolve("index").resolve(name),
                    SearchLimits.DEFAULT);
            Journal journal = node.groups().open(spec, state);
            JournaledStore.Policy policy = new JournaledStore.Policy(
                    shards::quota, node.config().limits().undelete());
            JournaledStore store = new JournaledStore(journal, state, node.ids(), policy);
            store.onHandling(learner.of(store));
            relayed.add(journal);
            JournaledStore anywhere = store.through(new RelayedJournal(journal, node.channel()));
            shards.add(store, anywhere);
            answers.add(store);
            mover.add(store);
            node.verify().add(store);
            return () -> {
                node.verify().remove(spec.name());
                mover.remove(spec.name());
                relayed.remove(spec.name());
                answers.remove(spec.name());
                shards.remove(spec.name());
                anywhere.close();
                store.close();
            };
        }
    }
}
