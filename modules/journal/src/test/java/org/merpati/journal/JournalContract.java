package org.merpati.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;

/** What every form of a journal keeps. */
interface JournalContract {
    /** The tag of tests after which the journal is of no use. */
    String HALTS = "halts";

    /** The journal of the node that is to lead. */
    Journal journal();

    /** Its state machine. */
    MapState state();

    /** Has those voters come that are not there yet. */
    default void everybodyComes() {}

    private Journal leading() {
        Await.until(
                "it leads", Duration.ofSeconds(20), () -> journal().leadership().leading());
        return journal();
    }

    @Test
    default void answersComeFromApplyInOrder() {
        Journal journal = leading();
        String key = "order-" + System.nanoTime();
        assertThat(journal.submit(MapState.put(key, "1"))).asString(UTF_8).isEqualTo("null");
        assertThat(journal.submit(MapState.put(key, "2"))).asString(UTF_8).isEqualTo("1");
        assertThat(state().values()).containsEntry(key, "2");
    }

    @Test
    default void manyCallersAreEachAnsweredWithTheirOwn() {
        Journal journal = leading();
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            answers.add(journal.submitAsync(MapState.put("many-" + i, "v" + i)));
            answers.add(journal.submitAsync(MapState.put("many-" + i, "w")));
        }
        for (int i = 0; i < 2000; i++) {
            assertThat(answers.get(2 * i).join()).asString(UTF_8).isEqualTo("null");
            assertThat(answers.get(2 * i + 1).join()).asString(UTF_8).isEqualTo("v" + i);
        }
    }

    @Test
    default void aLeaderHoldsItsLeaseAndPassesTheBarrier() {
        Journal journal = leading();
        journal.barrier();
        Await.until("the lease is held", Duration.ofSeconds(10), journal::leased);
        journal.fresh();
    }

    @Test
    default void watchersHearThePresentStateFirst() {
        Journal journal = leading();
        List<Leadership> heard = new CopyOnWriteArrayList<>();
        journal.watch(heard::add);
        Await.until("it was told", Duration.ofSeconds(5), () -> !heard.isEmpty());
        assertThat(heard.getFirst()).isEqualTo(journal.leadership());
        assertThat(heard.getFirst().leading()).isTrue();
        assertThat(heard.getFirst().epoch().after(Epoch.NONE)).isTrue();
    }

    @Test
    default void aCommandOfTheGreatestLengthPassesAndALongerOneDoesNot() {
        Journal journal = leading();
        byte[] prefix = MapState.put("big", "");
        byte[] greatest = java.util.Arrays.copyOf(prefix, Journal.COMMAND_LIMIT);
        java.util.Arrays.fill(greatest, prefix.length, greatest.length, (byte) 'x');
        journal.submit(greatest);
        assertThat(state().values().get("big")).hasSize(Journal.COMMAND_LIMIT - prefix.length);
        byte[] longer = new byte[Journal.COMMAND_LIMIT + 1];
        assertThatThrownBy(() -> journal.submit(longer)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    default void statusTellsWhatWasApplied() {
        Journal journal = leading();
        journal.submit(MapState.put("s", "1"));
        JournalStatus status = journal.status();
        assertThat(status.state()).isEqualTo("leader");
        assertThat(status.applied()).isPositive();
        assertThat(status.committed()).isGreaterThanOrEqualTo(status.applied());
        assertThat(status.leadership().leading()).isTrue();
    }

    @Test
    default void whatIsAppliedIsNeverAheadOfWhatIsCommitted() {
        Journal journal = leading();
        Thread writer = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 200; i++) {
                journal.submit(MapState.put("n", Integer.toString(i)));
            }
        });
        while (writer.isAlive()) {
            JournalStatus status = journal.status();
            assertThat(status.committed()).isGreaterThanOrEqualTo(status.applied());
        }
        assertThat(journal.status().applied()).isGreaterThanOrEqualTo(200);
    }

    @Test
    default void aCommandOfALaterLevelIsTakenOnceAllVotersKnowIt() {
        Journal journal = leading();
        everybodyComes();
        Await.until("the group is raised", Duration.ofSeconds(20), () -> {
            try {
                journal.submit(MapState.put2("later", "1"));
                return true;
            } catch (Refused early) {
                assertThat(early.sentence()).startsWith("this can be done once all nodes of group shard-1 ");
                return false;
            }
        });
        assertThat(state().values()).containsEntry("later", "1");
        assertThat(journal.submit(MapState.put2("later", "2"))).asString(UTF_8).isEqualTo("1");
    }

    @Test
    @Tag(HALTS)
    default void whatFailsInApplyHaltsTheCopy() {
        Journal journal = leading();
        journal.submit(MapState.put("before", "1"));
        assertThatThrownBy(() -> journal.submit("canary".getBytes(UTF_8))).isInstanceOf(TryLater.class);
        Await.until(
                "it has failed",
                Duration.ofSeconds(10),
                () -> journal.status().state().startsWith("failed: "));
        assertThat(journal.status().state()).contains("canary died");
        assertThat(journal.leadership().leading()).isFalse();
        assertThat(journal.leased()).isFalse();
        assertThatThrownBy(() -> journal.submit(MapState.put("after", "1"))).isInstanceOf(TryLater.class);
        assertThatThrownBy(journal::barrier).isInstanceOf(TryLater.class);
        assertThat(state().values()).doesNotContainKey("after");
    }

    @Test
    @Tag(HALTS)
    default void aClosedJournalAnswersNobody() {
        Journal journal = leading();
        journal.submit(MapState.put("before", "1"));
        journal.close();
        assertThat(journal.leadership().leading()).isFalse();
        assertThatThrownBy(() -> journal.submit(MapState.put("after", "1"))).isInstanceOf(TryLater.class);
        assertThat(state().closed).isTrue();
    }
}
