package org.merpati.journal.disk;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the journal asks of the machine that it runs on. */
public interface Machine {
    /** How much of a disk is free, in octets. */
    record Space(long free, long total) {
        private static final long MOST_KEPT_FREE = 4L << 30;

        /** What is to stay free, so that no write ever meets a full disk: 5 %, of a large disk 4 GiB. */
        long keptFree() {
            return Math.min(total / 20, MOST_KEPT_FREE);
        }

        /** Whether less is free than is to stay free. */
        boolean scarce() {
            return free < keptFree();
        }
    }

    /** A text that changes with every boot of the machine; empty if the machine does not tell. */
    String bootId();

    /**
     * The disk that a folder lies on.
     *
     * @throws IOException if the machine does not tell
     */
    Space space(Path folder) throws IOException;

    /** The machine that this process runs on. */
    static Machine local() {
        return new Machine() {
            private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

            @Override
            public String bootId() {
                try {
                    return Files.readString(BOOT_ID).strip();
                } catch (IOException e) {
                    return "";
                }
            }

            @Override
            public Space space(Path folder) throws IOException {
                FileStore disk = Files.getFileStore(folder);
                return new Space(disk.getUsableSpace(), disk.getTotalSpace());
            }
        };
    }
}
