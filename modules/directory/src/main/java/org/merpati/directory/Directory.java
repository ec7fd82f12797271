package org.merpati.directory;

import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.Modification;
import com.unboundid.ldap.sdk.ModificationType;
import com.unboundid.ldif.LDIFAddChangeRecord;
import com.unboundid.ldif.LDIFChangeRecord;
import com.unboundid.ldif.LDIFDeleteChangeRecord;
import com.unboundid.ldif.LDIFModifyChangeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.merpati.cluster.Layout;
import org.merpati.cluster.LayoutText;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Failure;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Ids;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;

/**
 * People and configuration as every node sees them: a live copy to read, and changes that go to the directory group's
 * leader and are in the copy here when the call returns.
 */
public final class Directory {
    private final LiveCopy copy;
    private final Writes writes;
    private final Ids ids;
    private final Supplier<List<GroupName>> shards;
    private final int passwordIterations;

    /** Carries a change to the directory group's leader. */
    @FunctionalInterface
    public interface Writes {
        /**
         * Submits a change record.
         *
         * @return the log index at which it took effect
         * @throws Refused if the directory forbids it
         * @throws org.merpati.kernel.TryLater if the group has no leader now
         */
        long submit(String ldif);
    }

    /**
     * A directory over a copy.
     *
     * @param shards those that new accounts are spread over, as they are when it is asked
     */
    public Directory(LiveCopy copy, Writes writes, Ids ids, Supplier<List<GroupName>> shards, int passwordIterations) {
        this.copy = copy;
        this.writes = writes;
        this.ids = ids;
        this.shards = shards;
        this.passwordIterations = passwordIterations;
    }

    /** The people as this node knows them now. */
    public People people() {
        return copy.tree().people();
    }

    /** The copy on this node. */
    public LiveCopy copy() {
        return copy;
    }

    /**
     * What is to be said of somebody or something that this node's copy does not hold. Only one that is up to date may
     * refuse for good: what another does not hold may have been made since.
     */
    public Failure missing(Refused.Reason reason, String sentence) {
        return copy.current()
                ? new Refused(reason, sentence)
                : new TryLater(LiveCopy.LAGS + ", as far as it goes " + sentence);
    }

    /** Carries out a change record and waits until it is in this node's copy. */
    public void change(LDIFChangeRecord record) {
        copy.await(writes.submit(String.join("\n", record.toLDIF())));
    }

    /** Makes a domain. */
    public void addDomain(Domain domain) {
        change(new LDIFAddChangeRecord(new Entry(
                Names.of(domain),
                new Attribute("objectClass", "top", Names.DOMAIN_CLASS),
                new Attribute(Names.DOMAIN, domain.value()))));
    }

    /**
     * Makes an account in the shard with the fewest.
     *
     * @param mustChange whether the password is to be changed before anything else
     * @throws Refused if the address is taken or its domain not ours
     */
    public AccountId addAccount(
            Address address, String name, Credentials credentials, boolean admin, boolean mustChange) {
        AccountId id = new AccountId(ids.next());
        List<Attribute> attributes = new ArrayList<>(List.of(
                new Attribute(
                        "objectClass", "top", "person", "organizationalPerson", "inetOrgPerson", Names.ACCOUNT_CLASS),
                new Attribute("uid", address.local().toLowerCase(java.util.Locale.ROOT)),
                new Attribute("cn", name),
                new Attribute("sn", name),
                new Attribute("mail", address.toString()),
                new Attribute(Names.ACCOUNT_ID, id.toString()),
                new Attribute(Names.SHARD, emptiest().value()),
                new Attribute(Names.PASSWORD, credentials.hash())));
        credentials.scram().ifPresent(scram -> attributes.add(new Attribute(Names.SCRAM, scram)));
        if (admin) {
            attributes.add(new Attribute(Names.ADMIN, "TRUE"));
        }
        if (mustChange) {
            attributes.add(new Attribute(Names.MUST_CHANGE, "TRUE"));
        }
        change(new LDIFAddChangeRecord(new Entry(Names.of(address), attributes)));
        return id;
    }

    /** Makes an account with a password. */
    public AccountId addAccount(Address address, String name, String password, boolean admin, boolean mustChange) {
        return addAccount(address, name, Credentials.of(password, passwordIterations), admin, mustChange);
    }

    private GroupName emptiest() {
        Map<GroupName, Integer> counts = people().perShard();
        return shards.get().stream()
                .min(java.util.Comparator.comparingInt(s -> counts.getOrDefault(s, 0)))
                .orElseThrow(() -> new Malformed("the cluster has no mailbox node"));
    }

    /**
     * Who has an address.
     *
     * @throws Refused if nobody has it (NONEXISTENT)
     * @throws TryLater if this node's copy holds nobody who has it and is not up to date
     */
    public Account account(Address address) {
        return people().login(address.key())
                .orElseThrow(() -> missing(Refused.Reason.NONEXISTENT, "there is no account " + address));
    }

    /** Sets a password; what has to be changed is then changed. */
    public void setPassword(Address address, String password) {
        Credentials credentials = Credentials.of(password, passwordIterations);
        change(new LDIFModifyChangeRecord(
                Names.of(account(address).address()),
                new Modification(ModificationType.REPLACE, Names.PASSWORD, credentials.hash()),
                new Modification(
                        ModificationType.REPLACE,
                        Names.SCRAM,
                        credentials.scram().orElseThrow()),
                new Modification(ModificationType.REPLACE, Names.MUST_CHANGE)));
    }

    /** Says how much an account may keep. */
    public void setQuota(Address address, Quota quota) {
        change(new LDIFModifyChangeRecord(
                Names.of(account(address).address()),
                limit(Names.QUOTA_OCTETS, quota.octets()),
                limit(Names.QUOTA_MESSAGES, quota.messages())));
    }

    private static Modification limit(String attribute, long limit) {
        return limit == 0
                ? new Modification(ModificationType.REPLACE, attribute)
                : new Modification(ModificationType.REPLACE, attribute, Long.toString(limit));
    }

    /**
     * Has accounts move to some shards, each to the one that has the fewest then, those on their way there counted.
     *
     * @throws Refused as {@link #beginMove} does; those before it move
     */
    public void spread(List<Account> accounts, List<GroupName> to) {
        Map<GroupName, Integer> counts = new TreeMap<>();
        to.forEach(shard -> counts.put(shard, 0));
        people().accounts().forEach(account -> counts.computeIfPresent(account.bound(), (shard, count) -> count + 1));
        for (Account account : accounts) {
            GroupName emptiest = counts.entrySet().stream()
                    .min(Map.Entry.comparingByValue())
                    .orElseThrow(() -> new Refused(Refused.Reason.CANNOT, "there is no shard to move to"))
                    .getKey();
            beginMove(account.address(), emptiest);
            counts.merge(emptiest, 1, Integer::sum);
        }
    }

    /**
     * Has an account's mailboxes move to another shard: whoever leads that one sees to it.
     *
     * @param to a shard of the layout, which may have no leader now
     * @throws Refused if they are there already, or on their way to one
     */
    public Account.Move beginMove(Address address, GroupName to) {
        Account account = account(address);
        if (account.move().isPresent()) {
            throw new Refused(
                    Refused.Reason.ALREADY_EXISTS,
                    "the mailboxes of " + account.address() + " are on their way to "
                            + account.move().get().to() + " already");
        }
        if (account.shard().equals(to)) {
            throw new Refused(Refused.Reason.ALREADY_EXISTS, "the mailboxes of " + account.address() + " are in " + to);
        }
        Account.Move move = new Account.Move(ids.next(), account.shard(), to);
        change(new LDIFModifyChangeRecord(
                Names.of(account.address()),
                new Modification(
                        ModificationType.DELETE, Names.SHARD, move.from().value()),
                new Modification(ModificationType.ADD, Names.SHARD, move.from().value()),
                new Modification(ModificationType.ADD, Names.MOVE, move.toString())));
        return move;
    }

    /** Says that the new shard of an account that moves has all of it, unless that is known. */
    public void moved(Account account, Account.Move move) {
        if (account(account.address()).shard().equals(move.from())) {
            change(new LDIFModifyChangeRecord(
                    Names.of(account.address()),
                    new Modification(
                            ModificationType.DELETE, Names.SHARD, move.from().value()),
                    new Modification(
                            ModificationType.ADD, Names.SHARD, move.to().value())));
        }
    }

    /** Says that nothing is left of an account where it moved from. */
    public void endMove(Account account, Account.Move move) {
        change(new LDIFModifyChangeRecord(
                Names.of(account.address()), new Modification(ModificationType.DELETE, Names.MOVE, move.toString())));
    }

    /** The shards that accounts are spread over. */
    public List<GroupName> shards() {
        return shards.get();
    }

    /** Makes an alias. */
    public void addAlias(Address alias, List<Address> targets) {
        change(new LDIFAddChangeRecord(new Entry(
                Names.of(alias),
                new Attribute("objectClass", "top", Names.ALIAS_CLASS),
                new Attribute("uid", alias.local().toLowerCase(java.util.Locale.ROOT)),
                new Attribute("mail", alias.toString()),
                new Attribute(
                        Names.TARGET, targets.stream().map(Address::toString).toList()))));
    }

    /**
     * Adds a line to what a scope says to the mail filter.
     *
     * @param scope an account's address, a domain, or nothing for the whole server
     * @throws Refused if there is no such scope, or it says so already
     */
    public void addFilterRule(String scope, String line) {
        if (scope.isEmpty() && copy.tree().entry(Names.FILTER).isEmpty()) {
            change(new LDIFAddChangeRecord(new Entry(
                    Names.FILTER,
                    new Attribute("objectClass", "top", Names.FILTER_CLASS),
                    new Attribute("cn", "filter"),
                    new Attribute(Names.FILTER_RULE, line))));
            return;
        }
        changeFilterRule(scope, ModificationType.ADD, line);
    }

    /**
     * Takes a line out of what a scope says to the mail filter.
     *
     * @param scope as above
     * @throws Refused if it does not say so
     */
    public void removeFilterRule(String scope, String line) {
        changeFilterRule(scope, ModificationType.DELETE, line);
    }

    private void changeFilterRule(String scope, ModificationType how, String line) {
        boolean there = people().filterRules(scope).contains(line);
        if (there == how.equals(ModificationType.ADD)) {
            throw new Refused(
                    there ? Refused.Reason.ALREADY_EXISTS : Refused.Reason.NONEXISTENT,
                    (scope.isEmpty() ? "the server" : scope)
                            + (there ? " says so already: " : " does not say: ")
                            + line);
        }
        change(new LDIFModifyChangeRecord(filterEntry(scope), new Modification(how, Names.FILTER_RULE, line)));
    }

    private String filterEntry(String scope) {
        if (scope.isEmpty()) {
            return Names.FILTER;
        }
        if (scope.indexOf('@') < 0) {
            return Names.of(Domain.parse(scope));
        }
        return Names.of(account(Address.parse(scope)).address());
    }

    /**
     * Lets a token's holder ask for admin operations.
     *
     * @throws Refused if there is a token of that name
     */
    public void addToken(AdminToken token) {
        if (people().tokens().stream().anyMatch(other -> other.name().equals(token.name()))) {
            throw new Refused(Refused.Reason.ALREADY_EXISTS, "there is a token '" + token.name() + "' already");
        }
        if (copy.tree().entry(Names.TOKENS).isEmpty()) {
            change(new LDIFAddChangeRecord(new Entry(
                    Names.TOKENS,
                    new Attribute("objectClass", "top", Names.TOKENS_CLASS),
                    new Attribute("cn", "tokens"),
                    new Attribute(Names.TOKEN, token.toString()))));
        } else {
            change(new LDIFModifyChangeRecord(
                    Names.TOKENS, new Modification(ModificationType.ADD, Names.TOKEN, token.toString())));
        }
    }

    /**
     * Ends a token.
     *
     * @throws Refused if there is none of that name
     */
    public void removeToken(String name) {
        AdminToken token = people().tokens().stream()
                .filter(other -> other.name().equals(name))
                .findFirst()
                .orElseThrow(() -> missing(Refused.Reason.NONEXISTENT, "there is no token '" + name + "'"));
        change(new LDIFModifyChangeRecord(
                Names.TOKENS, new Modification(ModificationType.DELETE, Names.TOKEN, token.toString())));
    }

    /**
     * Lays the cluster out anew, if it is still laid out as it was when that was thought of.
     *
     * @param before what the change was made to
     * @return whether it was; otherwise somebody else was first
     * @throws Refused if the directory forbids it
     */
    public boolean layOut(Layout before, Layout after) {
        Optional<Layout> known = people().layout();
        if (!known.map(before::equals).orElse(before.version() == 0)) {
            return false;
        }
        try {
            change(
                    known.isEmpty()
                            ? new LDIFAddChangeRecord(new Entry(
                                    Names.LAYOUT_ENTRY,
                                    new Attribute("objectClass", "top", Names.LAYOUT_CLASS),
                                    new Attribute("cn", "layout"),
                                    new Attribute(Names.LAYOUT, LayoutText.write(after))))
                            : new LDIFModifyChangeRecord(
                                    Names.LAYOUT_ENTRY,
                                    new Modification(ModificationType.DELETE, Names.LAYOUT, LayoutText.write(before)),
                                    new Modification(ModificationType.ADD, Names.LAYOUT, LayoutText.write(after))));
            return true;
        } catch (Refused refused) {
            if (refused.reason() != Refused.Reason.ALREADY_EXISTS
                    && people().layout().equals(known)) {
                throw refused;
            }
            return false;
        }
    }

    /** Takes an account or alias out of the directory; its mailboxes stay until they are deleted. */
    public void remove(Address address) {
        change(new LDIFDeleteChangeRecord(Names.of(address)));
    }
}
