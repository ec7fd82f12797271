package org.merpati.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FlusherTest {
    private final Flusher flusher = new Flusher(Path.of("shard-1"));
    private final CountDownLatch merged = new CountDownLatch(1);
    private final List<String> taken = new CopyOnWriteArrayList<>();

    private void awaitMerge() throws IOException {
        try {
            if (!merged.await(30, TimeUnit.SECONDS)) {
                throw new IOException("it lasts for ever");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void oneThatTakesLongKeepsTheWriterOnlyWhenThereAreTooMany() throws Exception {
        flusher.begin(() -> {
            awaitMerge();
            taken.add("large");
        });
        flusher.begin(() -> taken.add("small"));
        flusher.settle(() -> false);
        assertThat(taken).as("nobody waited").isEmpty();
        Thread ends = Thread.ofVirtual().start(merged::countDown);
        flusher.settle(() -> taken.isEmpty());
        assertThat(taken).startsWith("large");
        flusher.finish();
        assertThat(taken).containsExactly("large", "small");
        ends.join();
        flusher.close();
    }

    @Test
    void behindOneThatFailedThereIsNone() throws Exception {
        flusher.begin(() -> {
            awaitMerge();
            throw new IOException("no space");
        });
        flusher.begin(() -> taken.add("next"));
        merged.countDown();
        assertThatThrownBy(flusher::finish).isInstanceOf(IOException.class).hasMessageContaining("failed");
        assertThatThrownBy(() -> flusher.settle(() -> false))
                .hasMessageContaining("shard-1 failed: java.io.IOException: no space");
        assertThatThrownBy(() -> flusher.settle(() -> false)).as("for good").isInstanceOf(IOException.class);
        assertThat(taken).isEmpty();
        flusher.forget();
        flusher.begin(() -> taken.add("after an installation"));
        flusher.finish();
        assertThat(taken).containsExactly("after an installation");
        flusher.close();
    }
}
