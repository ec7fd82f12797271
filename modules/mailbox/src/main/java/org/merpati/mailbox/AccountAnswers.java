package org.merpati.mailbox;

import java.util.List;
import java.util.Optional;
import org.merpati.cluster.NodeChannel;
import org.merpati.directory.Account;
import org.merpati.directory.AccountRequests;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.GroupName;
import org.merpati.mime.EncodedWords;
import org.merpati.mime.Envelope;
import org.merpati.mime.Summary;
import org.merpati.store.MailStore;
import org.merpati.store.Usage;

/** Answers {@link AccountRequests} for the shards that this node leads. */
public final class AccountAnswers {
    private final Shards shards;

    private AccountAnswers(Shards shards) {
        this.shards = shards;
    }

    /** Answers on a channel from now on. */
    public static void offer(NodeChannel channel, Shards shards) {
        AccountAnswers here = new AccountAnswers(shards);
        channel.offer(
                AccountRequests.USAGE, (peer, request, answer) -> answer.write(here.usage(new BinaryReader(request))));
        channel.offer(
                AccountRequests.USAGES,
                (peer, request, answer) -> answer.write(here.usages(new GroupName(new BinaryReader(request).text()))));
        channel.offer(
                AccountRequests.REMOVED,
                (peer, request, answer) -> answer.write(here.removed(new BinaryReader(request))));
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
        BinaryWriter answer = new BinaryWriter();
        List<MailStore.Removed> removed = store(account).removed(account.id(), request.i64(), request.count());
        answer.varint(removed.size());
        for (MailStore.Removed message : removed) {
            Envelope envelope =
                    Summary.read(new BinaryReader(message.summary().array())).envelope();
            String from = envelope.from().stream()
                    .findFirst()
                    .map(AccountAnswers::address)
                    .orElse("");
            String subject = EncodedWords.decode(envelope.subject().orElse(""));
            new AccountRequests.Removed(message.millis(), message.mailbox(), message.size(), from, subject)
                    .write(answer);
        }
        return answer.toByteArray();
    }

    private static String address(Envelope.Person person) {
        return person.local().orElse("") + "@" + person.host().orElse("");
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
