package org.merpati.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.merpati.directory.Account;
import org.merpati.directory.AccountRequests;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;

/** What an administrator can do with where mailboxes are. */
final class MoveAdmin {
    /** What an account weighs besides its messages, in octets: many small ones are work too. */
    private static final long ACCOUNT_WEIGHT = 1 << 20;
    /** Shards whose weights differ by no more than this part of what one weighs on average are even. */
    private static final double EVEN = 0.1;
    /** An account that weighs more than this part of the difference is not worth moving: it would be turned round. */
    private static final double WORTH = 0.75;

    private final NodeContext node;
    private final AccountRequests requests;

    MoveAdmin(NodeContext node) {
        this.node = node;
        this.requests = new AccountRequests(node.routes());
    }

    /** Has an account's mailboxes move to a shard, or those of all accounts leave a node. */
    Object move(Map<String, String> parameters) {
        if (parameters.containsKey("evacuate")) {
            return evacuate(new NodeName(parameters.get("evacuate")));
        }
        Address address = Address.parse(Admin.need(parameters, "address"));
        Account.Move move = node.directory().beginMove(address, shard(Admin.need(parameters, "shard")));
        return "the mailboxes of " + address + " move from " + move.from() + " to " + move.to()
                + "; 'merpati mailbox moves' shows how far they are";
    }

    private GroupName shard(String name) {
        List<String> staying = node.topology().stayingShards().stream()
                .map(group -> group.name().value())
                .toList();
        if (!staying.contains(name)) {
            throw new Refused(
                    Refused.Reason.NONEXISTENT,
                    "there is no shard '" + name + "': there are " + String.join(", ", staying));
        }
        return new GroupName(name);
    }

    private List<Account> accounts(Predicate<Account> wanted) {
        List<Account> accounts = new ArrayList<>();
        for (Account account : node.directory().people().accounts()) {
            if (wanted.test(account)) {
                accounts.add(account);
            }
        }
        accounts.sort(Comparator.comparing(account -> account.address().toString()));
        return accounts;
    }

    /** The moves that are not done yet, and how far they are. */
    List<Map<String, String>> moves() {
        List<Map<String, String>> rows = new ArrayList<>();
        Map<GroupName, Function<AccountId, AccountRequests.Progress>> told = new HashMap<>();
        for (Account account : accounts(account -> account.move().isPresent())) {
            Account.Move move = account.move().orElseThrow();
            SequencedMap<String, String> row = new LinkedHashMap<>();
            row.put("address", account.address().toString());
            row.put("from", move.from().value());
            row.put("to", move.to().value());
            row.put("state", account.shard().equals(move.to()) ? "moved, what is left is dropped" : "copying");
            try {
                AccountRequests.Progress progress =
                        told.computeIfAbsent(move.to(), this::progress).apply(account.id());
                row.put("octets", Long.toString(progress.octets()));
                row.put("of", Long.toString(progress.all()));
                progress.left()
                        .ifPresent(
                                left -> row.put("left", Duration.ofMillis(left).toSeconds() + " s"));
                progress.waits().ifPresent(why -> row.put("waits", why));
            } catch (TryLater away) {
                row.put("waits", away.sentence());
            }
            rows.add(row);
        }
        return rows;
    }

    /** How far the moves into a shard are; why that cannot be known now is told of each. */
    private Function<AccountId, AccountRequests.Progress> progress(GroupName to) {
        try {
            Map<AccountId, AccountRequests.Progress> begun = requests.progress(to);
            return account -> begun.getOrDefault(account, AccountRequests.Progress.WAITS);
        } catch (TryLater away) {
            return account -> {
                throw away;
            };
        }
    }

    /** Has all accounts leave the shards that have data on a node, for those that have not. */
    private String evacuate(NodeName from) {
        node.topology().node(from);
        List<GroupName> others = node.directory().shards().stream()
                .filter(shard -> node.topology()
                        .group(shard)
                        .filter(spec -> !spec.dataNodes().contains(from))
                        .isPresent())
                .toList();
        List<Account> leaving = accounts(
                account -> !others.contains(account.bound()) && account.move().isEmpty());
        if (others.isEmpty()) {
            throw new Refused(
                    Refused.Reason.CANNOT,
                    "every shard has data on node " + from + ", so there is none to move to; 'merpati node drain "
                            + from + "' takes it out of service");
        }
        node.directory().spread(leaving, others);
        return leaving.size() + (leaving.size() == 1 ? " account moves" : " accounts move") + " away from node " + from
                + "; 'merpati mailbox moves' shows how far they are";
    }

    /** Has accounts move from the fullest shards to the emptiest, until they weigh about the same. */
    Object rebalance(Map<String, String> parameters) {
        boolean dry = Boolean.parseBoolean(parameters.getOrDefault("dry", "false"));
        List<String> lines = new ArrayList<>();
        for (Map.Entry<Account, GroupName> move : plan().entrySet()) {
            Account account = move.getKey();
            lines.add(account.address() + ": " + account.shard() + " -> " + move.getValue());
            if (!dry) {
                node.directory().beginMove(account.address(), move.getValue());
            }
        }
        if (lines.isEmpty()) {
            lines.add("the shards keep about the same: nothing has to move");
        }
        return lines;
    }

    private SequencedMap<Account, GroupName> plan() {
        Map<GroupName, Long> weights = new TreeMap<>();
        Map<GroupName, List<Account>> movable = new TreeMap<>();
        Map<AccountId, Long> weight = new TreeMap<>();
        for (GroupName shard : node.directory().shards()) {
            requests.usages(shard).forEach((account, octets) -> weight.put(account, octets + ACCOUNT_WEIGHT));
            weights.put(shard, 0L);
            movable.put(
                    shard,
                    accounts(account ->
                            account.shard().equals(shard) && account.move().isEmpty()));
        }
        accounts(account -> true)
                .forEach(account ->
                        weights.merge(account.bound(), weight.getOrDefault(account.id(), ACCOUNT_WEIGHT), Long::sum));
        double even = EVEN
                * weights.values().stream().mapToLong(Long::longValue).average().orElse(0);
        SequencedMap<Account, GroupName> plan = new LinkedHashMap<>();
        while (true) {
            GroupName full = extreme(weights, Comparator.reverseOrder());
            GroupName empty = extreme(weights, Comparator.naturalOrder());
            long difference = weights.getOrDefault(full, 0L) - weights.getOrDefault(empty, 0L);
            Optional<Account> next = difference <= even
                    ? Optional.empty()
                    : movable.getOrDefault(full, List.of()).stream()
                            .filter(account -> of(weight, account) <= difference * WORTH)
                            .min(Comparator.comparingLong(account -> Math.abs(difference / 2 - of(weight, account))));
            if (next.isEmpty()) {
                return plan;
            }
            plan.put(next.get(), empty);
            movable.getOrDefault(full, new ArrayList<>()).remove(next.get());
            weights.merge(full, -of(weight, next.get()), Long::sum);
            weights.merge(empty, of(weight, next.get()), Long::sum);
        }
    }

    private static long of(Map<AccountId, Long> weight, Account account) {
        return weight.getOrDefault(account.id(), ACCOUNT_WEIGHT);
    }

    private static GroupName extreme(Map<GroupName, Long> weights, Comparator<Long> order) {
        return weights.entrySet().stream()
                .min(Map.Entry.comparingByValue(order))
                .orElseThrow(() -> new Malformed("the cluster has no mailbox node"))
                .getKey();
    }
}
