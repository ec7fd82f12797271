package org.merpati.journal.vaulted;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.merpati.journal.StateMachine;
import org.merpati.journal.StateMachine.CheckpointFile;
import org.merpati.journal.StateMachine.Installation;
import org.merpati.journal.StateMachine.Pinned;
import org.merpati.journal.StateMachine.Tail;
import org.merpati.vault.FileEntry;
import org.merpati.vault.Install;
import org.merpati.vault.Pin;
import org.merpati.vault.Vault;

/** The files of a vault's manifests as the checkpoints that {@link StateMachine} hands out and takes. */
public final class VaultCheckpoints {
    private VaultCheckpoints() {}

    /** Pins the last finished checkpoint of a vault. */
    public static Pinned pin(Vault vault) {
        return new Held(vault.pin());
    }

    /**
     * Begins to install a checkpoint into a vault.
     *
     * @param committed called when the vault's state has been replaced
     */
    public static Installation install(Vault vault, long index, List<CheckpointFile> files, Runnable committed)
            throws IOException {
        return new Installing(
                vault.install(index, files.stream().map(VaultCheckpoints::entry).toList()), committed);
    }

    private static FileEntry entry(CheckpointFile file) {
        return new FileEntry(file.name(), file.length(), file.sha256());
    }

    private record Held(Pin pin) implements Pinned {
        @Override
        public long index() {
            return pin.index();
        }

        @Override
        public List<CheckpointFile> files() {
            return pin.files().stream()
                    .map(file -> new CheckpointFile(file.name(), file.length(), file.sha256()))
                    .toList();
        }

        @Override
        public InputStream open(String name) throws IOException {
            return pin.open(name);
        }

        @Override
        public void close() {
            pin.close();
        }
    }

    private record Installing(Install install, Runnable committed) implements Installation {
        @Override
        public boolean has(CheckpointFile file) {
            try {
                return install.has(entry(file));
            } catch (IOException unreadable) {
                return false;
            }
        }

        @Override
        public boolean names(CheckpointFile file) {
            return install.names(entry(file));
        }

        @Override
        public void put(CheckpointFile file, InputStream content) throws IOException {
            install.put(entry(file), content);
        }

        @Override
        public boolean grow(CheckpointFile file, Tail tail) throws IOException {
            return install.grow(entry(file), tail::behind);
        }

        @Override
        public void commit() throws IOException {
            install.commit();
            committed.run();
        }

        @Override
        public void close() {
            try {
                install.close();
            } catch (IOException left) {
                throw new UncheckedIOException("files of an installation could not be dropped", left);
            }
        }
    }
}
