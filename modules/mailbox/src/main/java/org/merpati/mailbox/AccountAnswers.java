package org.merpati.mailbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.merpati.cluster.NodeChannel;
import org.merpati.directory.Account;
import org.merpati.directory.AccountRequests;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Octets;
import org.merpati.store.MailStore;
import org.merpati.store.Usage;

/** Answers {@link AccountRequests} for the shards that this node leads. */
public final class AccountAnswers {
    private final Shards shards;
    private final Duration kept;

    private AccountAnswers(Shards shards, Duration kept) {
        this.shards = shards;
        this.kept = kept;
    }

    /**
     * Answers on a channel from now on.
     *
     * @param kept how long a removed message can be had back
     */
    public static void offer(NodeChannel channel, Shards shards, Duration kept) {
        AccountAnswers here = new AccountAnswers(shards, kept);
        channel.offer(
                AccountRequests.USAGE, (peer, request, answer) -> answer.write(here.usage(new BinaryReader(request))));
        channel.offer(
                AccountRequests.USAGES,
                (peer, request, answer) -> answer.write(here.usages(new GroupName(new BinaryReader(request).text()))));
        channel.offer(
                AccountRequests.REMOVED,
                (peer, request, answer) -> answer.write(here.removed(new BinaryReader(request))));
        channel.offer(
                AccountRequests.RESTORE,
                (peer, request, answer) -> answer.write(here.restore(new BinaryReader(request))));
        channel.offer(
                AccountRequests.UNDELETE,
                (peer, request, answer) -> answer.write(here.undelete(new BinaryReader(request))));
    }

    private MailStore store(Account account) {
        MailStore store = shards.of(account);
        store.ensure(account.id());
        store.fresh();
        return store;
    }

    private byte[] usage(BinaryReader request) {
        Account account = shards.account(new AccountId(request.id()));
        Usage usage = store(account).usage(account.id());
        return new AccountRequests.Kept(usage.octets(), usage.messages()).write();
    }

    private byte[] usages(GroupName shard) {
        MailStore store = shards.named(shard);
        store.fresh();
        BinaryWriter rows = new BinaryWriter();
        int count = 0;
        for (Account account : shards.accounts()) {
            if (account.shard().equals(shard) && account.move().isEmpty()) {
                rows.id(account.id().value()).varint(store.usage(account.id()).octets());
                count++;
            }
        }
        return new BinaryWriter()
                .varint(count)
                .raw(rows.toByteArray(), 0, rows.size())
                .toByteArray();
    }

    private byte[] removed(BinaryReader request) {
        Account account = shards.account(new AccountId(request.id()));
        RemovedPage page = new RemovedPage(AccountRequests.Question.read(request));
        store(account).removed(account.id(), page.since(), page.before(), page);
        return page.found(kept).write();
    }

    private byte[] restore(BinaryReader request) {
        Account account = shards.account(new AccountId(request.id()));
        List<Octets> keys = new ArrayList<>();
        for (int left = request.count(); left > 0; left--) {
            keys.add(RemovedPage.key(request.text()));
        }
        return new BinaryWriter()
                .varint(store(account).restore(account.id(), keys))
                .toByteArray();
    }

    private byte[] undelete(BinaryReader request) {
        Account account = shards.account(new AccountId(request.id()));
        long since = request.i64();
        Optional<String> mailbox = Optional.of(request.text()).filter(name -> !name.isEmpty());
        return new BinaryWriter()
                .varint(store(account).undelete(account.id(), mailbox, since))
                .toByteArray();
    }
}
