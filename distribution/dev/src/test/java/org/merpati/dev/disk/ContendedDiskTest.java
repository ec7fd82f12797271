package org.merpati.dev.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several threads or processes at the same names: the disk that notes what they do must not be what fails. */
class ContendedDiskTest {
    private static final int FOLDERS = 1_000;
    private static final int RENAMES = 20_000;

    private final RealDisk disk = new RealDisk(FileSystems.getDefault().provider());

    @TempDir
    private Path top = Path.of("");

    private static void together(ExecutorService threads, List<Callable<Void>> parts) throws Exception {
        for (Future<Void> part : threads.invokeAll(parts)) {
            part.get();
        }
    }

    /** As the six nodes of a cluster that start at one instant. */
    @Test
    void allMakeTheFolderAboveTheirOwn() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < FOLDERS; round++) {
                Path above = top.resolve("round-" + round);
                together(threads, Collections.nCopies(4, () -> {
                    disk.makeFolder(above.resolve(Thread.currentThread().getName()));
                    return null;
                }));
            }
        }
    }

    /** As a file that is synced by one thread while another gives it its last name. */
    @Test
    void aFileThatIsRenamedIsLookedAt() throws Exception {
        Path first = Files.createFile(top.resolve("first"));
        Path second = top.resolve("second");
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<Void> renaming = threads.submit(() -> {
                for (int round = 0; round < RENAMES; round++) {
                    Files.move(first, second);
                    Files.move(second, first);
                }
                return null;
            });
            while (!renaming.isDone()) {
                assertThat(disk.isFolder(first)).isFalse();
            }
            renaming.get();
        }
    }
}
