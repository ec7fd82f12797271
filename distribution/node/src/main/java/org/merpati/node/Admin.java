package org.merpati.node;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.merpati.directory.Account;
import org.merpati.directory.Credentials;
import org.merpati.kernel.Address;
import org.merpati.kernel.Domain;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.runtime.NodeStatus;

/** What an administrator can do, by name: the operations behind the command line and the admin API. */
final class Admin {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final char[] LETTERS = "abcdefghjkmnpqrstuvwxyz23456789".toCharArray();
    private static final int PASSWORD_LENGTH = 16;
    private static final int MANY = 100_000;

    private final NodeContext node;
    private final Supplier<NodeStatus> own;

    Admin(NodeContext node, Supplier<NodeStatus> own) {
        this.node = node;
        this.own = own;
    }

    /** A password of chance. */
    static String password() {
        SecureRandom chance = new SecureRandom();
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < PASSWORD_LENGTH; i++) {
            password.append(LETTERS[chance.nextInt(LETTERS.length)]);
        }
        return password.toString();
    }

    /**
     * Carries out an operation.
     *
     * @return what it says, for people or as JSON values
     * @throws Malformed if there is no such operation or a parameter is missing
     */
    Object run(String operation, Map<String, String> parameters) throws IOException {
        return switch (operation) {
            case "status" -> Node.clusterStatus(node, LIMIT);
            case "self" -> own.get();
            case "domain add" -> {
                Domain domain = Domain.parse(need(parameters, "domain"));
                node.directory().addDomain(domain);
                yield "domain " + domain + " added";
            }
            case "account add" -> addAccount(parameters);
            case "accounts add" -> addAccounts(parameters);
            case "account show" -> show(Address.parse(need(parameters, "address")));
            case "trace" -> node.traces().of(MailId.parse(need(parameters, "id")), LIMIT);
            case "verify" ->
                node.verify().of(Optional.ofNullable(parameters.get("shard")).map(GroupName::new));
            case "repair" -> {
                node.groups().mend(new GroupName(need(parameters, "group")));
                yield "the copy of " + parameters.get("group") + " on this node is being mended; 'merpati status' shows"
                        + " when it serves again";
            }
            case "account passwd" -> {
                Address address = Address.parse(need(parameters, "address"));
                node.directory().setPassword(address, need(parameters, "password"));
                yield "password of " + address + " set";
            }
            case "node token" ->
                Identities.enrollment(node.config(), node.topology())
                        .token(new NodeName(need(parameters, "node")))
                        .toString();
            default -> throw new Malformed("no operation '" + operation + "'");
        };
    }

    /** An account as this node's copy of the directory has it. */
    private Map<String, String> show(Address address) {
        Account account = node.directory()
                .people()
                .login(address.key())
                .orElseThrow(() -> new Refused(Refused.Reason.NONEXISTENT, "this node knows no account " + address));
        return Map.of(
                "address", account.address().toString(),
                "id", account.id().toString(),
                "shard", account.shard().value());
    }

    private static String need(Map<String, String> parameters, String name) {
        String value = parameters.get(name);
        if (value == null || value.isEmpty()) {
            throw new Malformed("'" + name + "' is missing");
        }
        return value;
    }

    private Object addAccount(Map<String, String> parameters) {
        Address address = Address.parse(need(parameters, "address"));
        Optional<String> given = Optional.ofNullable(parameters.get("password"));
        String password = given.orElseGet(Admin::password);
        String name = parameters.getOrDefault("name", address.local());
        boolean admin = Boolean.parseBoolean(parameters.getOrDefault("admin", "false"));
        node.directory().addAccount(address, name, password, admin, given.isEmpty());
        return given.isPresent()
                ? "account " + address + " added"
                : "account " + address + " added, password " + password;
    }

    /** Many accounts of one password, for load tests: the hash is computed once. */
    private Object addAccounts(Map<String, String> parameters) {
        String pattern = need(parameters, "pattern");
        int count = Integer.parseInt(need(parameters, "count"));
        if (!pattern.contains("%d") || count < 1 || count > MANY) {
            throw new Malformed("a pattern has %d in it, and a count is 1 to " + MANY);
        }
        Credentials credentials = Credentials.of(
                need(parameters, "password"), node.config().security().passwordIterations());
        List<Address> addresses = java.util.stream.IntStream.range(0, count)
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
}
