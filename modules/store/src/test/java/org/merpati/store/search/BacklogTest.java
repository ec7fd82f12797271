package org.merpati.store.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailboxId;

class BacklogTest {
    private static Place place(long number) {
        return new Place(new AccountId(new Id(1, 1)), new MailboxId(new Id(2, number)));
    }

    @Test
    void aPlaceIsNotedOnceAndTheEldestIsTakenFirst() {
        Backlog backlog = new Backlog(10);
        LongStream.of(1, 2, 1, 3).forEach(number -> backlog.add(place(number)));
        assertThat(backlog.poll()).contains(place(1));
        backlog.add(place(1));
        assertThat(backlog.poll()).contains(place(2));
        assertThat(backlog.poll()).contains(place(3));
        assertThat(backlog.poll()).contains(place(1));
        assertThat(backlog.poll()).isEmpty();
        assertThat(backlog.pollAll()).isFalse();
    }

    @Test
    void beyondItsLimitAllAreNoted() {
        Backlog backlog = new Backlog(1_000);
        LongStream.range(0, 100_000).forEach(number -> backlog.add(place(number)));
        assertThat(backlog.size()).isLessThanOrEqualTo(1_000);
        assertThat(backlog.pollAll()).isTrue();
        assertThat(backlog.pollAll()).isFalse();
    }
}
