package org.merpati.journal.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.merpati.runtime.DurableFile;

/**
 * In which boot of the machine the journal runs, and whether it was closed in order: two lines in the journal's
 * folder. A machine that went down under a running journal may have lost what was written last, a vote too.
 */
public final class BootNote {
    private static final String RUNNING = "running";
    private static final String CLOSED = "closed";

    private final Path root;
    private final Path file;
    private final String bootId;

    public BootNote(Path root, String bootId) {
        this.root = root;
        this.file = root.resolve("boot");
        this.bootId = bootId;
    }

    /**
     * Notes that the journal runs in this boot, and tells whether the machine went down under it before; then
     * everything in the folder has been synced.
     */
    public boolean begin() throws IOException {
        boolean unclean = unclean();
        if (unclean) {
            syncAll();
        }
        write(RUNNING);
        return unclean;
    }

    private boolean unclean() throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        List<String> lines = Files.readAllLines(file);
        boolean closed = lines.size() == 2 && lines.get(1).equals(CLOSED);
        boolean sameBoot =
                lines.size() == 2 && !bootId.isEmpty() && lines.getFirst().equals(bootId);
        return !closed && !sameBoot;
    }

    private void syncAll() throws IOException {
        List<Path> all;
        try (Stream<Path> found = Files.walk(root)) {
            all = found.toList();
        }
        for (Path each : all) {
            if (Files.isDirectory(each)) {
                DurableFile.syncFolder(each);
            } else if (Files.isRegularFile(each)) {
                DurableFile.sync(each);
            }
        }
    }

    /** Notes that the journal was closed in order. */
    public void end() throws IOException {
        write(CLOSED);
    }

    private void write(String state) throws IOException {
        DurableFile.write(file, (bootId + "\n" + state + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
