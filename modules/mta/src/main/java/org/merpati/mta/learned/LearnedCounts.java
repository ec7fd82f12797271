package org.merpati.mta.learned;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.merpati.directory.Account;
import org.merpati.directory.SpamRequests;
import org.merpati.filter.bayes.Bayes;
import org.merpati.filter.bayes.Counts;
import org.merpati.filter.bayes.Scope;
import org.merpati.filter.bayes.TokenCounts;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.TryLater;

/**
 * What was learned of mail, as an MTA needs it: everybody's counts from this node's own table, a person's from the
 * owner of her mailboxes. Who has taught too little is not asked for again for a while.
 */
public final class LearnedCounts implements TokenCounts {
    private static final Duration LITTLE = Duration.ofMinutes(1);
    /** How long a shard whose owner did not answer is not asked: a message must not wait for each of its recipients. */
    private static final Duration AWAY = Duration.ofSeconds(5);

    private static final int KNOWN = 20_000;

    /** Asks the owner of an account's mailboxes. */
    @FunctionalInterface
    public interface Owner {
        /** What she has taught about digests; it throws TryLater if that cannot be had now. */
        SpamRequests.Learned learned(Account account, long[] digests);
    }

    private final Function<long[], Counts> everybody;
    private final Owner owner;
    private final Function<AccountId, Optional<Account>> people;
    private final Clock clock;
    /** Until when who has taught too little is not asked for, in nanoseconds. */
    private final Map<AccountId, Long> little = new ConcurrentHashMap<>();
    /** Until when a shard is not asked, in nanoseconds. */
    private final Map<GroupName, Long> away = new ConcurrentHashMap<>();

    public LearnedCounts(
            Function<long[], Counts> everybody,
            Owner owner,
            Function<AccountId, Optional<Account>> people,
            Clock clock) {
        this.everybody = everybody;
        this.owner = owner;
        this.people = people;
        this.clock = clock;
    }

    @Override
    public Counts counts(Scope scope, long[] tokens) {
        return scope.account().map(person -> person(person, tokens)).orElseGet(() -> everybody.apply(tokens));
    }

    private Counts person(AccountId person, long[] tokens) {
        Optional<Account> account = people.apply(person);
        if (account.isEmpty() || clock.nanos() - little.getOrDefault(person, clock.nanos()) < 0) {
            return nothing(tokens);
        }
        SpamRequests.Learned learned = ask(account.get(), tokens);
        if (learned.hams() < Bayes.MINIMUM || learned.spams() < Bayes.MINIMUM) {
            if (little.size() >= KNOWN) {
                little.clear();
            }
            little.put(person, clock.nanos() + LITTLE.toNanos());
        }
        return new Counts(learned.hams(), learned.spams(), learned.ham(), learned.spam());
    }

    private SpamRequests.Learned ask(Account account, long[] tokens) {
        GroupName shard = account.shard();
        if (clock.nanos() - away.getOrDefault(shard, clock.nanos()) < 0) {
            throw new TryLater("the owner of " + shard + " did not answer just now");
        }
        try {
            return owner.learned(account, tokens);
        } catch (TryLater silent) {
            away.put(shard, clock.nanos() + AWAY.toNanos());
            throw silent;
        }
    }

    private static Counts nothing(long[] tokens) {
        return new Counts(0, 0, new int[tokens.length], new int[tokens.length]);
    }
}
