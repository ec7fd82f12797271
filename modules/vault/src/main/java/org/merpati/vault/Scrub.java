package org.merpati.vault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Compares a file of a checkpoint with what the checkpoint says of it. */
final class Scrub {
    private Scrub() {}

    /**
     * Reads a file.
     *
     * @throws Corrupt if the file is missing or is not what its manifest names
     */
    static void check(Path folder, VaultIdentity identity, FileEntry entry, Disk.Pace pace) throws IOException {
        Path file = folder.resolve(entry.name());
        try {
            if (entry.name().equals(Manifest.NAME)) {
                // It may be a newer one than the entry's by now, which is as good.
                Manifest.decode(Files.readAllBytes(file), identity, file);
            } else if (!Disk.hex(Disk.digest(file, entry.length(), pace)).equals(entry.sha256())) {
                throw new Corrupt(file, 0, "its first " + entry.length() + " octets do not have the manifest's digest");
            }
        } catch (NoSuchFileException missing) {
            throw new Corrupt(file, 0, "it is missing");
        }
    }
}
