package org.merpati.node;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.merpati.directory.Account;
import org.merpati.directory.AccountRequests;
import org.merpati.directory.Credentials;
import org.merpati.kernel.Address;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Quota;
import org.merpati.kernel.TryLater;
import org.merpati.runtime.Configuration;
import org.merpati.runtime.Sizes;

/** What an administrator can do with accounts. */
final class AccountAdmin {
    private static final int MANY = 100_000;
    private static final int SHOWN = 500;

    private final NodeContext node;

    AccountAdmin(NodeContext node) {
        this.node = node;
    }

    private Account account(Map<String, String> parameters) {
        return node.directory().account(Address.parse(Admin.need(parameters, "address")));
    }

    /** An account as this node's copy of the directory has it, and what it keeps as its owner says. */
    Map<String, String> show(Map<String, String> parameters) {
        Account account = account(parameters);
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put("address", account.address().toString());
        shown.put("id", account.id().toString());
        shown.put("shard", account.shard().value());
        account.move().ifPresent(move -> shown.put("moves", "from " + move.from() + " to " + move.to()));
        shown.put("quota", Sizes.text(account.quota()));
        try {
            AccountRequests.Kept kept = new AccountRequests(node.routes()).usage(account);
            shown.put("octets", Long.toString(kept.octets()));
            shown.put("messages", Long.toString(kept.messages()));
        } catch (TryLater away) {
            shown.put("messages", "not known now: " + away.sentence());
        }
        return shown;
    }

    Object password(Map<String, String> parameters) {
        Address address = Address.parse(Admin.need(parameters, "address"));
        node.directory().setPassword(address, Admin.need(parameters, "password"));
        return "password of " + address + " set";
    }

    /** Changes what is given of an account's quota. */
    Object quota(Map<String, String> parameters) {
        Account account = account(parameters);
        Quota quota = new Quota(
                Optional.ofNullable(parameters.get("size"))
                        .map(Sizes::octets)
                        .orElse(account.quota().octets()),
                Optional.ofNullable(parameters.get("messages"))
                        .map(Sizes::number)
                        .orElse(account.quota().messages()));
        node.directory().setQuota(account.address(), quota);
        return "quota of " + account.address() + ": " + Sizes.text(quota);
    }

    Object add(Map<String, String> parameters) {
        Address address = Address.parse(Admin.need(parameters, "address"));
        String name = parameters.getOrDefault("name", address.local());
        boolean admin = Boolean.parseBoolean(parameters.getOrDefault("admin", "false"));
        Optional<String> given = Optional.ofNullable(parameters.get("password"));
        if (parameters.containsKey("hash")) {
            if (given.isPresent()) {
                throw new Malformed("an account has a password or the hash of one: give either");
            }
            Credentials imported = Credentials.imported(Admin.need(parameters, "hash"));
            node.directory().addAccount(address, name, imported, admin, false);
            return "account " + address + " added with the password that it had elsewhere";
        }
        String password = given.orElseGet(Admin::password);
        node.directory().addAccount(address, name, password, admin, given.isEmpty());
        return given.isPresent()
                ? "account " + address + " added"
                : "account " + address + " added, password " + password;
    }

    /** Many accounts of one password, numbered from a first on, for load tests: the hash is computed once. */
    Object addMany(Map<String, String> parameters) {
        String pattern = Admin.need(parameters, "pattern");
        int first = Integer.parseInt(parameters.getOrDefault("first", "0"));
        int count = Integer.parseInt(Admin.need(parameters, "count"));
        if (!pattern.contains("%d") || count < 1 || count > MANY) {
            throw new Malformed("a pattern has %d in it, and a count is 1 to " + MANY);
        }
        Credentials credentials = Credentials.of(
                Admin.need(parameters, "password"), node.config().security().passwordIterations());
        List<Address> addresses = IntStream.range(first, first + count)
                .mapToObj(i -> Address.parse(pattern.replace("%d", Integer.toString(i))))
                .toList();
        if (!node.directory().people().hosts(addresses.getFirst().domain())) {
            Bootstrap.once(() -> node.directory().addDomain(addresses.getFirst().domain()));
        }
        int added = 0;
        for (Address address : addresses) {
            if (node.directory().people().login(address.key()).isEmpty()
                    && Bootstrap.once(
                            () -> node.directory().addAccount(address, address.local(), credentials, false, false))) {
                added++;
            }
        }
        return added + " accounts added";
    }

    /** Messages that can be had back, the last removed first, some at a time. */
    Object removed(Map<String, String> parameters) {
        return new AccountRequests(node.routes())
                .removed(
                        account(parameters),
                        new AccountRequests.Question(
                                since(parameters),
                                parameters.getOrDefault("before", ""),
                                parameters.getOrDefault("text", ""),
                                SHOWN));
    }

    Object undelete(Map<String, String> parameters) {
        Account account = account(parameters);
        Optional<String> mailbox = Optional.ofNullable(parameters.get("mailbox"));
        int count = new AccountRequests(node.routes()).undelete(account, mailbox, since(parameters));
        return count + (count == 1 ? " message is" : " messages are") + " back in the mailboxes of "
                + account.address();
    }

    private long since(Map<String, String> parameters) {
        return Optional.ofNullable(parameters.get("last"))
                .map(last ->
                        node.clock().millis() - Configuration.duration(last).toMillis())
                .orElse(0L);
    }
}
