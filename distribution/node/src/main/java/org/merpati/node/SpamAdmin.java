package org.merpati.node;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.Topology;
import org.merpati.directory.Account;
import org.merpati.directory.Directory;
import org.merpati.directory.People;
import org.merpati.directory.SpamRequests;
import org.merpati.filter.Policy;
import org.merpati.filter.Settings;
import org.merpati.filter.bayes.Counts;
import org.merpati.filter.lists.ListEntry;
import org.merpati.filter.reputation.Opinion;
import org.merpati.filter.reputation.Origins;
import org.merpati.kernel.Address;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Domain;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;
import org.merpati.node.filter.Learned;

/** What an administrator can say to the mail filter, for a person, a domain or the whole server. */
final class SpamAdmin {
    private static final String POLICY = "policy ";

    private static final int SHOWN = 500;

    private final Directory directory;
    private final Topology topology;
    private final SpamRequests owners;
    private final Learned learned;
    /** Whether this node keeps what everybody has taught. */
    private final boolean knows;

    private final Clock clock;

    SpamAdmin(NodeContext node) {
        this.clock = node.clock();
        this.learned = node.learned();
        this.knows = node.self().has(Role.MTA)
                || node.topology().directory().isVoter(node.self().name());
        this.directory = node.directory();
        this.topology = node.topology();
        this.owners = new SpamRequests(node.routes());
    }

    /**
     * Carries out an operation: list, allow, deny, forget, policy, set, unset, learn, learned, reputation, explain,
     * held, show, release.
     *
     * @throws Malformed if there is no such operation or a parameter is missing or wrong
     */
    Object run(String operation, Map<String, String> parameters) {
        String scope = scope(parameters.getOrDefault("for", ""));
        String name = scope.isEmpty() ? "the server" : scope;
        return switch (operation) {
            case "list" -> directory.people().filterRules(scope);
            case "allow", "deny" -> {
                boolean unproved = Boolean.parseBoolean(parameters.getOrDefault("unproved", "false"));
                String line = operation + " " + need(parameters, "sender") + (unproved ? " unproved" : "");
                ListEntry entry = ListEntry.parse(line);
                directory.addFilterRule(scope, entry.toString());
                yield name + ": " + entry;
            }
            case "forget" -> forget(scope, ListEntry.parse("deny " + need(parameters, "sender")), name);
            case "policy" -> policy(scope, need(parameters, "policy"), name);
            case "explain" -> explain(MailId.parse(need(parameters, "id")));
            case "held" -> held(account(parameters));
            case "show" -> owners.show(account(parameters), MailId.parse(need(parameters, "id")));
            case "release" -> release(account(parameters), parameters);
            case "set" -> set(need(parameters, "line"));
            case "unset" -> {
                directory.removeFilterRule("", need(parameters, "line"));
                yield "the server: no more " + parameters.get("line");
            }
            case "learn" -> learn(need(parameters, "lessons"));
            case "learned" -> learned();
            case "reputation" -> reputation(Origins.name(need(parameters, "origin")));
            case "reputation forget" -> {
                String origin = Origins.name(need(parameters, "origin"));
                learned.forget(Origins.key(origin));
                yield "what became of earlier mail of " + origin + " is forgotten";
            }
            default -> throw new Malformed("no operation 'spam " + operation + "'");
        };
    }

    private static String need(Map<String, String> parameters, String name) {
        return Optional.ofNullable(parameters.get(name))
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> new Malformed("'" + name + "' is missing"));
    }

    /** An account's key, a domain of ours, or nothing for the server. */
    private String scope(String text) {
        People people = directory.people();
        if (text.isEmpty()) {
            return "";
        }
        boolean person = text.indexOf('@') >= 0;
        String scope = person ? Address.parse(text).key() : Domain.parse(text).value();
        boolean known = person ? people.login(scope).isPresent() : people.hosts(Domain.parse(text));
        if (!known) {
            throw directory.missing(
                    Refused.Reason.NONEXISTENT, "there is no " + (person ? "account " : "domain ") + text + " here");
        }
        return scope;
    }

    private Account account(Map<String, String> parameters) {
        return directory.account(Address.parse(need(parameters, "address")));
    }

    private String learn(String lessons) {
        try {
            learned.teach(Base64.getDecoder().decode(lessons));
            return "learned";
        } catch (IllegalArgumentException wrong) {
            throw new Malformed("the lessons cannot be read: " + wrong.getMessage());
        }
    }

    private void knows() {
        if (!knows) {
            throw new Refused(
                    Refused.Reason.CANNOT, "this node does not keep what was learned: ask an MTA or a directory node");
        }
    }

    private Map<String, Object> reputation(String origin) {
        knows();
        Opinion opinion = learned.origins().opinion(Origins.key(origin), Clock.day(clock.millis()));
        return Map.of(
                "origin", origin, "wanted", Math.round(opinion.wanted()), "unwanted", Math.round(opinion.unwanted()));
    }

    private Object learned() {
        knows();
        Counts counts = learned.words().counts(new long[0]);
        return Map.of(
                "ham",
                counts.hams(),
                "spam",
                counts.spams(),
                "words",
                learned.words().size());
    }

    private List<String> explain(MailId mail) {
        List<String> texts = new ArrayList<>();
        for (GroupSpec shard : topology.shards()) {
            texts.addAll(owners.explain(shard.name(), mail));
        }
        if (texts.isEmpty()) {
            throw new Refused(
                    Refused.Reason.NONEXISTENT,
                    "nothing is kept about the mail " + mail + ": it came more than 90 days ago, was not judged, or was"
                            + " refused; then the mail log of the MTA says why");
        }
        return texts;
    }

    private List<Map<String, String>> held(Account account) {
        return owners.held(account, SHOWN).stream()
                .map(held -> Map.of(
                        "id", held.mail().toString(),
                        "when", Instant.ofEpochMilli(held.millis()).toString(),
                        "from", held.from(),
                        "subject", held.subject(),
                        "status", held.status()))
                .toList();
    }

    private String release(Account account, Map<String, String> parameters) {
        boolean learn = Boolean.parseBoolean(parameters.getOrDefault("learn", "false"));
        String from = owners.release(account, MailId.parse(need(parameters, "id")), learn);
        String done = "released to the INBOX of " + account.address() + (learn ? ", and learned as wanted" : "");
        if (!Boolean.parseBoolean(parameters.getOrDefault("allow", "false")) || from.isEmpty()) {
            return done;
        }
        return done + "; "
                + run("allow", Map.of("sender", from, "for", account.address().key()));
    }

    private String set(String line) {
        if (!Settings.is(line)) {
            throw new Malformed("'" + line
                    + "' is no setting: dns, zone, arc-trust, clamd, clamd-absent, attachment, rules, pyzor, waves,"
                    + " reputation, digest or trap, and what it says, such as 'dns system'");
        }
        Settings after = Settings.of(directory.people().filterRules("")).with(line);
        directory.addFilterRule("", line);
        boolean silent = after.dns().isEmpty() && !after.zones().isEmpty();
        return "the server: " + line + (silent ? "; zones are asked once 'dns' is set" : "");
    }

    private String forget(String scope, ListEntry meant, String name) {
        List<String> lines = directory.people().filterRules(scope).stream()
                .filter(ListEntry::is)
                .filter(line -> ListEntry.parse(line).pattern().equals(meant.pattern()))
                .toList();
        if (lines.isEmpty()) {
            throw new Refused(Refused.Reason.NONEXISTENT, name + " says nothing about " + meant.pattern());
        }
        lines.forEach(line -> directory.removeFilterRule(scope, line));
        return name + ": no more " + String.join(", ", lines);
    }

    private String policy(String scope, String text, String name) {
        List<String> old = directory.people().filterRules(scope).stream()
                .filter(line -> line.startsWith(POLICY))
                .toList();
        if (!text.equals("none")) {
            String line = POLICY + Policy.parse(text);
            if (old.contains(line)) {
                return name + ": " + line;
            }
            directory.addFilterRule(scope, line);
        }
        old.forEach(line -> directory.removeFilterRule(scope, line));
        return text.equals("none") ? name + ": no policy of its own" : name + ": " + POLICY + Policy.parse(text);
    }
}
