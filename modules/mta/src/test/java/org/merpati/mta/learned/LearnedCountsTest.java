package org.merpati.mta.learned;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.merpati.directory.Account;
import org.merpati.directory.Credentials;
import org.merpati.directory.SpamRequests;
import org.merpati.filter.bayes.Counts;
import org.merpati.filter.bayes.Scope;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Quota;
import org.merpati.kernel.TryLater;

class LearnedCountsTest {
    private static final long[] TOKENS = {1, 2};
    private static final AccountId BUDI = new AccountId(new Id(1, 2));

    private static final Account ACCOUNT = new Account(
            BUDI,
            Address.parse("budi@lvlogist.com"),
            "Budi",
            GroupName.shard(1),
            Credentials.of("rahasia", 1000),
            false,
            true,
            false,
            Quota.NONE,
            Optional.empty());

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile SpamRequests.Learned taught = new SpamRequests.Learned(3, 4, new int[2], new int[2]);
    private volatile boolean away;

    private final LearnedCounts counts = new LearnedCounts(
            tokens -> new Counts(500, 600, new int[] {7, 0}, new int[] {0, 8}),
            (account, digests) -> {
                asked.incrementAndGet();
                if (away) {
                    throw new TryLater("the shard has no owner now");
                }
                return taught;
            },
            id -> id.equals(BUDI) ? Optional.of(ACCOUNT) : Optional.empty(),
            new Clock() {
                @Override
                public long millis() {
                    return 0;
                }

                @Override
                public long nanos() {
                    return nanos.get();
                }
            });

    @Test
    void everybodysAreHere() {
        assertThat(counts.counts(Scope.GLOBAL, TOKENS).spam()).containsExactly(0, 8);
        assertThat(asked).hasValue(0);
    }

    @Test
    void whoHasTaughtTooLittleIsNotAskedForAgainForAMinute() {
        assertThat(counts.counts(Scope.of(BUDI), TOKENS).hams()).isEqualTo(3);
        assertThat(counts.counts(Scope.of(BUDI), TOKENS).hams()).isZero();
        assertThat(asked).hasValue(1);
        nanos.addAndGet(61_000_000_000L);
        taught = new SpamRequests.Learned(200, 200, new int[] {5, 0}, new int[] {0, 6});
        assertThat(counts.counts(Scope.of(BUDI), TOKENS).ham()).containsExactly(5, 0);
        assertThat(counts.counts(Scope.of(BUDI), TOKENS).spam()).containsExactly(0, 6);
        assertThat(asked).hasValue(3);
    }

    @Test
    void anOwnerThatIsAwayIsToldToTheCaller() {
        away = true;
        assertThatThrownBy(() -> counts.counts(Scope.of(BUDI), TOKENS)).hasMessageContaining("has no owner");
        away = false;
        assertThatThrownBy(() -> counts.counts(Scope.of(BUDI), TOKENS)).hasMessageContaining("did not answer just now");
        assertThat(asked).hasValue(1);
        nanos.addAndGet(6_000_000_000L);
        assertThat(counts.counts(Scope.of(BUDI), TOKENS).hams()).isEqualTo(3);
        assertThat(counts.counts(Scope.of(new AccountId(new Id(9, 9))), TOKENS).hams())
                .isZero();
    }
}
