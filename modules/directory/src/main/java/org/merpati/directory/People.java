package org.merpati.directory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.merpati.cluster.Layout;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.Domain;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Malformed;

/**
 * The directory as mail's hot path reads it: an immutable index of domains, accounts and aliases, without LDAP and
 * without a lock.
 */
public final class People {
    /** Nobody. */
    static final People NONE =
            new People(Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), List.of(), Optional.empty());

    private static final Set<String> ALWAYS = Set.of("postmaster", "abuse");
    private static final char DETAIL = '+';

    private final Map<Domain, String> domains;
    private final Map<String, Account> accounts;
    private final Map<AccountId, Account> byId;
    private final Map<String, List<Address>> aliases;
    private final Map<String, List<String>> filterRules;
    private final List<AdminToken> tokens;
    private final Optional<Layout> layout;

    private People(
            Map<Domain, String> domains,
            Map<String, Account> accounts,
            Map<AccountId, Account> byId,
            Map<String, List<Address>> aliases,
            Map<String, List<String>> filterRules,
            List<AdminToken> tokens,
            Optional<Layout> layout) {
        this.domains = domains;
        this.accounts = accounts;
        this.byId = byId;
        this.aliases = aliases;
        this.filterRules = filterRules;
        this.tokens = tokens;
        this.layout = layout;
    }

    /** What an address stands for. */
    public sealed interface Resolved {
        /** An account of ours. */
        record Local(Account account) implements Resolved {}

        /** Other addresses. */
        record Several(List<Address> targets) implements Resolved {}

        /** An address of one of our domains that nobody has. */
        record Unknown() implements Resolved {}

        /** An address of another domain. */
        record Outside() implements Resolved {}
    }

    /** Whether the domain is ours. */
    public boolean hosts(Domain domain) {
        return domains.containsKey(domain);
    }

    /** Our domains. */
    public Set<Domain> domains() {
        return domains.keySet();
    }

    /** All accounts. */
    public Iterable<Account> accounts() {
        return accounts.values();
    }

    /** How many accounts. */
    public int size() {
        return accounts.size();
    }

    /** The account with an id. */
    public Optional<Account> account(AccountId id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** The account that a login name means: its address, in any case. */
    public Optional<Account> login(String name) {
        return Optional.ofNullable(accounts.get(name.toLowerCase(java.util.Locale.ROOT)));
    }

    /**
     * What an address stands for: an account or alias of exactly that name, the same without its {@code +detail}, or,
     * for postmaster and abuse (RFC 5321 §4.5.1, RFC 2142), an administrator.
     */
    public Resolved resolve(Address address) {
        if (!hosts(address.domain())) {
            return new Resolved.Outside();
        }
        Resolved exact = exactly(address.key());
        if (!(exact instanceof Resolved.Unknown)) {
            return exact;
        }
        int detail = address.local().indexOf(DETAIL);
        if (detail > 0) {
            return resolve(new Address(address.local().substring(0, detail), address.domain()));
        }
        if (ALWAYS.contains(address.local().toLowerCase(java.util.Locale.ROOT))) {
            return administrator().<Resolved>map(Resolved.Local::new).orElse(exact);
        }
        return exact;
    }

    private Resolved exactly(String key) {
        Account account = accounts.get(key);
        if (account != null) {
            return account.active() ? new Resolved.Local(account) : new Resolved.Unknown();
        }
        List<Address> targets = aliases.get(key);
        return targets == null ? new Resolved.Unknown() : new Resolved.Several(targets);
    }

    private Optional<Account> administrator() {
        return accounts.values().stream()
                .filter(Account::admin)
                .min(java.util.Comparator.comparing(a -> a.address().key()));
    }

    /**
     * The lines that a scope says to the mail filter, in the order of their making; the same list until they change.
     *
     * @param scope an account's {@link Address#key}, a domain, or nothing for the whole server
     */
    public List<String> filterRules(String scope) {
        return filterRules.getOrDefault(scope, List.of());
    }

    /** Who may ask for admin operations over the network. */
    public List<AdminToken> tokens() {
        return tokens;
    }

    /** This index with other tokens. */
    People withTokens(List<AdminToken> others) {
        return new People(domains, accounts, byId, aliases, filterRules, List.copyOf(others), layout);
    }

    /** How the cluster is laid out; nothing as long as that follows from the configured nodes. */
    public Optional<Layout> layout() {
        return layout;
    }

    /** How often the directory had gone on with one copy, as far as this one knows. */
    public int generation() {
        return layout.map(now -> now.generation(GroupName.DIRECTORY)).orElse(0);
    }

    /**
     * This index with another layout.
     *
     * @throws Malformed if it ends a shard that accounts are in
     */
    People with(Layout newer) {
        accounts.values().forEach(account -> notEnded(newer, account));
        return new People(domains, accounts, byId, aliases, filterRules, tokens, Optional.of(newer));
    }

    /** Nothing may be, or be on its way, where no group is any more. */
    private static void notEnded(Layout layout, Account account) {
        GroupName bound = account.bound();
        if (layout.ended().contains(bound) || layout.ended().contains(account.shard())) {
            throw new Malformed("the mailboxes of " + account.address() + " cannot be in " + bound
                    + ": that shard is ended; try again");
        }
    }

    /** How many accounts each shard holds; shards without any are absent. */
    public Map<GroupName, Integer> perShard() {
        Map<GroupName, Integer> counts = new TreeMap<>();
        accounts.values().forEach(a -> counts.merge(a.shard(), 1, Integer::sum));
        return counts;
    }

    /** This index and a domain. */
    People with(Domain domain, String dn) {
        Map<Domain, String> more = new HashMap<>(domains);
        more.put(domain, dn);
        return new People(more, accounts, byId, aliases, filterRules, tokens, layout);
    }

    /**
     * This index with an account new or changed.
     *
     * @throws Malformed if another account or alias has the address
     */
    People with(Account account) {
        String key = account.address().key();
        Account there = accounts.get(key);
        if ((there != null && !there.id().equals(account.id())) || aliases.containsKey(key)) {
            throw new Malformed("the address " + account.address() + " is taken");
        }
        layout.ifPresent(now -> notEnded(now, account));
        Map<String, Account> more = new HashMap<>(accounts);
        Map<AccountId, Account> moreById = new HashMap<>(byId);
        more.put(key, account);
        moreById.put(account.id(), account);
        return new People(domains, more, moreById, aliases, filterRules, tokens, layout);
    }

    /**
     * This index with an alias new or changed.
     *
     * @throws Malformed if an account has the address
     */
    People with(Address alias, List<Address> targets) {
        if (accounts.containsKey(alias.key())) {
            throw new Malformed("the address " + alias + " is taken");
        }
        Map<String, List<Address>> more = new HashMap<>(aliases);
        more.put(alias.key(), List.copyOf(targets));
        return new People(domains, accounts, byId, more, filterRules, tokens, layout);
    }

    /** This index with a scope's lines for the mail filter. */
    People withFilterRules(String scope, List<String> lines) {
        if (lines.equals(filterRules(scope))) {
            return this;
        }
        Map<String, List<String>> more = new HashMap<>(filterRules);
        if (lines.isEmpty()) {
            more.remove(scope);
        } else {
            more.put(scope, List.copyOf(lines));
        }
        return new People(domains, accounts, byId, aliases, more, tokens, layout);
    }

    /** This index without an address. */
    People without(String key) {
        Map<String, Account> fewer = new HashMap<>(accounts);
        Map<AccountId, Account> fewerById = new HashMap<>(byId);
        Map<String, List<Address>> fewerAliases = new HashMap<>(aliases);
        Account gone = fewer.remove(key);
        if (gone != null) {
            fewerById.remove(gone.id());
        }
        fewerAliases.remove(key);
        return new People(domains, fewer, fewerById, fewerAliases, filterRules, tokens, layout)
                .withFilterRules(key, List.of());
    }

    /** This index without a domain. */
    People withoutDomain(Domain domain) {
        Map<Domain, String> fewer = new HashMap<>(domains);
        fewer.remove(domain);
        return new People(fewer, accounts, byId, aliases, filterRules, tokens, layout)
                .withFilterRules(domain.value(), List.of());
    }
}
