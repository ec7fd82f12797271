package org.merpati.node;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.merpati.kernel.Domain;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.node.door.Operations;
import org.merpati.runtime.NodeStatus;

/** What an administrator can do, by name: the operations behind the command line and the admin API. */
final class Admin implements Operations {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final char[] LETTERS = "abcdefghjkmnpqrstuvwxyz23456789".toCharArray();
    private static final int PASSWORD_LENGTH = 16;

    private static final String SPAM = "spam ";

    private final NodeContext node;
    private final Supplier<NodeStatus> own;
    private final AccountAdmin accounts;
    private final Drain drain;
    private final NodeAdmin nodes;
    private final TokenAdmin tokens;

    Admin(NodeContext node, Supplier<NodeStatus> own, Drain drain, Removal removal) {
        this.node = node;
        this.nodes = new NodeAdmin(node, removal);
        this.drain = drain;
        this.accounts = new AccountAdmin(node);
        this.tokens = new TokenAdmin(node.directory(), node.clock());
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

    @Override
    public Object run(String operation, Map<String, String> parameters) throws IOException {
        return switch (operation) {
            case "status" -> Node.clusterStatus(node, LIMIT);
            case "self" -> own.get();
            case "domain add" -> {
                Domain domain = Domain.parse(need(parameters, "domain"));
                node.directory().addDomain(domain);
                yield "domain " + domain + " added";
            }
            case "account add" -> accounts.add(parameters);
            case "accounts add" -> accounts.addMany(parameters);
            case "account show" -> accounts.show(parameters);
            case "account passwd" -> accounts.password(parameters);
            case "account quota" -> accounts.quota(parameters);
            case "mailbox move" -> new MoveAdmin(node).move(parameters);
            case "mailbox moves" -> new MoveAdmin(node).moves();
            case "rebalance" -> new MoveAdmin(node).rebalance(parameters);
            case "removed" -> accounts.removed(parameters);
            case "undelete" -> accounts.undelete(parameters);
            case "trace" -> node.traces().of(MailId.parse(need(parameters, "id")), LIMIT);
            case "verify" ->
                node.verify().of(Optional.ofNullable(parameters.get("shard")).map(GroupName::new));
            case "repair" -> {
                node.groups().mend(new GroupName(need(parameters, "group")));
                yield "the copy of " + parameters.get("group") + " on this node is being mended; 'merpati status' shows"
                        + " when it serves again";
            }
            case "node drain" -> drain.begin(new NodeName(need(parameters, "node")));
            case "node undrain" -> {
                drain.end(new NodeName(need(parameters, "node")));
                yield "node " + parameters.get("node") + " serves again";
            }
            case "token add" -> tokens.add(parameters);
            case "token list" -> tokens.list();
            case "token remove" -> tokens.remove(need(parameters, "name"));
            case "node token" -> nodes.token(new NodeName(need(parameters, "node")));
            case "node add" -> nodes.add(parameters);
            case "node list" -> nodes.list();
            case "node remove" -> nodes.remove(parameters);
            case "recover" -> new Recovery(node, nodes).recover(parameters);
            case "shard single" -> new Recovery(node, nodes).single(parameters);
            default -> {
                if (!operation.startsWith(SPAM)) {
                    throw new Malformed("no operation '" + operation + "'");
                }
                yield new SpamAdmin(node).run(operation.substring(SPAM.length()), parameters);
            }
        };
    }

    static String need(Map<String, String> parameters, String name) {
        String value = parameters.get(name);
        if (value == null || value.isEmpty()) {
            throw new Malformed("'" + name + "' is missing");
        }
        return value;
    }
}
