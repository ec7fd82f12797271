package org.merpati.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatusWatchTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private final ShiftedClock clock = new ShiftedClock();
    private final AtomicInteger asked = new AtomicInteger();
    private final StatusWatch watch = new StatusWatch(
            () -> {
                asked.incrementAndGet();
                return Statuses.well();
            },
            clock);

    @AfterEach
    void close() {
        watch.close();
    }

    @Test
    void nobodyIsAskedUntilSomebodyWatchesAndAfter() throws Exception {
        assertThat(watch.asks()).isFalse();
        try (StatusWatch.Watcher watcher = watch.join()) {
            assertThat(watcher.next(SOON)).isPresent();
            assertThat(watch.asks()).isTrue();
        }
        Await.until("the asker is gone", Duration.ofMillis(500), () -> !watch.asks());
    }

    @Test
    void whoComesLaterSeesNothingOld() throws Exception {
        long first;
        try (StatusWatch.Watcher watcher = watch.join()) {
            first = watcher.next(SOON).orElseThrow().number();
        }
        Await.until("the asker is gone", SOON, () -> !watch.asks());
        try (StatusWatch.Watcher watcher = watch.join()) {
            assertThat(watcher.next(SOON).orElseThrow().number()).isGreaterThan(first);
        }
    }

    @Test
    void oneViewServesASecond() {
        long number = watch.now().number();
        assertThat(watch.now().number()).isEqualTo(number);
        clock.pass(Duration.ofSeconds(1));
        assertThat(watch.now().number()).isEqualTo(number + 1);
        assertThat(asked).hasValue(2);
    }

    @Test
    void theWatchersHaveALimit() {
        List<StatusWatch.Watcher> watchers = new ArrayList<>();
        for (int i = 0; i < StatusWatch.LIMIT; i++) {
            watchers.add(watch.join());
        }
        assertThatThrownBy(watch::join)
                .isInstanceOfSatisfying(
                        Denied.class, d -> assertThat(d.status()).isEqualTo(503));
        watchers.getFirst().close();
        watchers.set(0, watch.join());
        watchers.forEach(StatusWatch.Watcher::close);
        assertThat(watch.watchers()).isZero();
    }

    @Test
    void closingEndsEveryWait() throws Exception {
        try (StatusWatch.Watcher watcher = watch.join()) {
            watcher.next(SOON);
            watch.close();
            assertThat(watcher.next(SOON)).isEmpty();
        }
        Await.until("the asker is gone", SOON, () -> !watch.asks());
    }
}
