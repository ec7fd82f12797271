package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.merpati.store.Shard.BUDI;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.BinaryReader;
import org.merpati.store.log.Answer;
import org.merpati.store.log.Command;
import org.merpati.store.people.Tally;

/** What is counted for an account stays bounded: what was not told for the longest goes. */
class TalliesTest {
    private static final int MARKS = 40;
    private static final int THINGS = 8;

    @TempDir
    Path temp;

    private Shard shard;

    @BeforeEach
    void open() {
        shard = new Shard(temp, 1);
        shard.store().ensure(BUDI);
    }

    @AfterEach
    void close() {
        shard.close();
    }

    private void tell(long thing, int day, long... marks) throws Exception {
        Ledger ledger = new Ledger(shard.state().vault(), 0);
        Tally tally = new Tally(thing, Optional.of(Tally.Side.FIRST), marks, day);
        BinaryReader answer = Answer.open(new Tallies(ledger, MARKS, THINGS).tally(new Command.Count(BUDI, tally)));
        assertThat(answer.flag()).isTrue();
        var _ = ledger.close();
        shard.state().vault().publish();
    }

    private int first(long mark) {
        return shard.state().counts(BUDI, new long[] {mark}).ofFirst()[0];
    }

    @Test
    void marksOfASingleThingGoFirstAndTheOldestOfThem() throws Exception {
        tell(1, 1, 1, 2, 3);
        tell(2, 2, 1);
        tell(3, 5, LongStream.range(100, 100 + MARKS - 3).toArray());
        assertThat(first(2)).isEqualTo(1);
        tell(4, 6, 7);
        assertThat(first(1)).as("told twice").isEqualTo(2);
        assertThat(first(2)).as("told once, the oldest").isZero();
        assertThat(first(7)).as("the newest").isEqualTo(1);
        assertThat(shard.store().verify()).isEmpty();
    }

    @Test
    void thingsAreForgottenAndMayBeToldAgain() throws Exception {
        for (int thing = 1; thing <= THINGS + 1; thing++) {
            tell(thing, thing, 5);
        }
        assertThat(first(5)).isEqualTo(THINGS + 1);
        tell(1, THINGS + 2, 5);
        assertThat(first(5)).as("it was forgotten that it was told").isEqualTo(THINGS + 2);
        assertThat(shard.store().verify()).isEmpty();
    }
}
