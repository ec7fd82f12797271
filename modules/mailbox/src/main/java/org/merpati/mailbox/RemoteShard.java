package org.merpati.mailbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Role;
import org.merpati.kernel.TryLater;
import org.merpati.store.AccountMoves;
import org.merpati.store.AccountMoves.Listed;
import org.merpati.store.AccountMoves.Origin;
import org.merpati.store.AccountMoves.Page;
import org.merpati.store.AccountMoves.Part;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;

/**
 * A shard that an account moves out of, asked over the node channel at whichever node leads it; mailbox nodes ask
 * mailbox nodes. Each question may be answered more than once.
 */
final class RemoteShard implements Origin {
    private static final String SERVICE = "account.move";
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int LIST = 1;
    private static final int ROWS = 2;
    private static final int BODY = 3;
    private static final int FENCE = 4;
    private static final int FORGET = 5;

    private final Routes routes;
    private final GroupName shard;

    RemoteShard(Routes routes, GroupName shard) {
        this.routes = routes;
        this.shard = shard;
    }

    private BinaryReader ask(BinaryWriter request) {
        return new BinaryReader(routes.askLeader(shard, SERVICE, request.toByteArray(), LIMIT));
    }

    private BinaryWriter request(int what) {
        return new BinaryWriter().text(shard.value()).u8(what);
    }

    @Override
    public Page list(AccountId account, Octets behind, Octets before) {
        BinaryReader answer =
                ask(request(LIST).id(account.value()).bytes(behind.array()).bytes(before.array()));
        boolean more = answer.flag();
        List<Listed> rows = new ArrayList<>();
        for (int left = answer.count(); left > 0; left--) {
            rows.add(new Listed(new Octets(answer.bytes()), new Octets(answer.bytes())));
        }
        return new Page(rows, more);
    }

    @Override
    public List<Command.Row> rows(AccountId account, List<Octets> keys, int octets) {
        BinaryWriter request = request(ROWS).id(account.value()).varint(octets).varint(keys.size());
        keys.forEach(key -> request.bytes(key.array()));
        BinaryReader answer = ask(request);
        List<Command.Row> rows = new ArrayList<>();
        for (int left = answer.count(); left > 0; left--) {
            rows.add(CommandCodec.row(answer));
        }
        return rows;
    }

    @Override
    public Optional<Part> body(Id blob, int offset, int limit) {
        BinaryReader answer = ask(request(BODY).id(blob).varint(offset).varint(limit));
        return answer.flag()
                ? Optional.of(new Part(answer.count(), new Octets(answer.bytes()), new Octets(answer.bytes())))
                : Optional.empty();
    }

    @Override
    public void fence(AccountId account, Id move, GroupName to) {
        ask(request(FENCE).id(account.value()).id(move).text(to.value()));
    }

    @Override
    public boolean forget(AccountId account, Id move) {
        return ask(request(FORGET).id(account.value()).id(move)).flag();
    }

    /** Answers those questions for the shards with data on this node. */
    static final class Answers {
        private final Topology topology;
        private final Map<GroupName, Origin> shards = new ConcurrentHashMap<>();

        Answers(NodeChannel channel, Topology topology) {
            this.topology = topology;
            channel.offer(SERVICE, (peer, request, answer) -> answer.write(answer(peer, new BinaryReader(request))));
        }

        void add(GroupName shard, AccountMoves moves) {
            shards.put(shard, moves.origin());
        }

        void remove(GroupName shard) {
            shards.remove(shard);
        }

        private byte[] answer(NodeName peer, BinaryReader request) {
            topology.need(peer, Role.MAILBOX);
            GroupName name = new GroupName(request.text());
            Origin shard = shards.get(name);
            if (shard == null) {
                throw new TryLater("this node has no data of " + name);
            }
            BinaryWriter answer = new BinaryWriter();
            switch (request.u8()) {
                case LIST -> list(answer, shard.list(account(request), octets(request), octets(request)));
                case ROWS -> rows(answer, shard, request);
                case BODY -> part(answer, shard.body(request.id(), request.count(), request.count()));
                case FENCE -> shard.fence(account(request), request.id(), new GroupName(request.text()));
                case FORGET -> answer.flag(shard.forget(account(request), request.id()));
                default -> throw new Malformed("this node does not know that question about an account that moves");
            }
            return answer.toByteArray();
        }

        private static AccountId account(BinaryReader request) {
            return new AccountId(request.id());
        }

        private static Octets octets(BinaryReader request) {
            return new Octets(request.bytes());
        }

        private static void list(BinaryWriter answer, Page page) {
            answer.flag(page.more()).varint(page.rows().size());
            page.rows()
                    .forEach(row ->
                            answer.bytes(row.key().array()).bytes(row.digest().array()));
        }

        private static void rows(BinaryWriter answer, Origin shard, BinaryReader request) {
            AccountId account = account(request);
            int octets = request.count();
            List<Octets> keys = new ArrayList<>();
            for (int left = request.count(); left > 0; left--) {
                keys.add(octets(request));
            }
            List<Command.Row> rows = shard.rows(account, keys, octets);
            answer.varint(rows.size());
            rows.forEach(row -> CommandCodec.row(answer, row));
        }

        private static void part(BinaryWriter answer, Optional<Part> part) {
            answer.flag(part.isPresent());
            part.ifPresent(found -> answer.varint(found.size())
                    .bytes(found.digest().array())
                    .bytes(found.octets().array()));
        }
    }
}
