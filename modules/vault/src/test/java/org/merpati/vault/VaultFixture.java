package org.merpati.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;

/** Small vaults, and what a crash leaves of them. */
final class VaultFixture {
    static final VaultIdentity IDENTITY = new VaultIdentity(new Id(7, 9), GroupName.shard(1));
    static final VaultLimits SMALL = new VaultLimits(4 << 10, 16 << 10, 8 << 10, 256, 3, 16);

    private VaultFixture() {}

    static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Vault open(Path folder) throws IOException {
        return Vault.open(folder, IDENTITY, SMALL);
    }

    static SortedMap<String, String> rows(Snapshot snapshot) throws IOException {
        SortedMap<String, String> rows = new TreeMap<>();
        snapshot.scan(new byte[0], new byte[] {(byte) 0xff}, (key, value) -> {
            rows.put(new String(key, StandardCharsets.UTF_8), new String(value, StandardCharsets.UTF_8));
            return true;
        });
        List<String> back = new ArrayList<>();
        snapshot.scanBack(new byte[0], new byte[] {(byte) 0xff}, (key, value) -> {
            back.add(new String(key, StandardCharsets.UTF_8));
            return true;
        });
        assertThat(back)
                .as("the same, backwards")
                .isEqualTo(List.copyOf(rows.reversed().keySet()));
        return rows;
    }

    static List<Path> list(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }

    /** A copy of the folder in which what no manifest names was lost, in part or in whole. */
    static void crash(Path from, Path to, Random chance) throws IOException {
        copy(from, to);
        Map<String, Long> named = new HashMap<>();
        Path manifest = to.resolve("manifest");
        if (Files.exists(manifest)) {
            Manifest.decode(Files.readAllBytes(manifest), IDENTITY, manifest)
                    .files()
                    .forEach(file -> named.put(file.name(), file.length()));
        }
        try (var files = Files.list(to)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                long kept = name.equals("manifest") ? Files.size(file) : named.getOrDefault(name, 0L);
                long tail = Files.size(file) - kept;
                if (tail > 0) {
                    Disk.cut(file, kept + chance.nextLong(tail + 1));
                }
            }
        }
    }

    static List<FileEntry> files(Vault vault) {
        try (Pin pin = vault.pin()) {
            return pin.files();
        }
    }

    /** What one entry of the log did, to be done again after a crash. */
    static final class Script {
        private final List<List<String[]>> entries = new ArrayList<>();

        static Script random(Random chance, int count) {
            Script script = new Script();
            for (int i = 0; i < count; i++) {
                List<String[]> entry = new ArrayList<>();
                for (int j = chance.nextInt(5); j >= 0; j--) {
                    String key = "k" + chance.nextInt(300);
                    String value = chance.nextInt(4) == 0 ? "" : "v" + "x".repeat(chance.nextInt(60)) + i;
                    String blob = chance.nextInt(3) == 0 ? "b".repeat(chance.nextInt(900)) + i : "";
                    entry.add(new String[] {key, value, blob});
                }
                if (chance.nextInt(60) == 0) {
                    entry.add(new String[] {"flush", "", ""});
                }
                script.entries.add(entry);
            }
            return script;
        }

        int size() {
            return entries.size();
        }

        /** Applies the entry of an index, from 1. */
        void apply(int index, Vault vault, Map<String, String> model, Map<BlobRef, String> blobs) {
            try {
                for (String[] step : entries.get(index - 1)) {
                    if (step[0].equals("flush")) {
                        vault.flushAtEntry();
                    } else if (step[1].isEmpty()) {
                        vault.delete(octets(step[0]));
                        model.remove(step[0]);
                    } else {
                        vault.put(octets(step[0]), octets(step[1]));
                        model.put(step[0], step[1]);
                    }
                    if (!step[2].isEmpty()) {
                        blobs.put(vault.append(octets(step[2])), step[2]);
                    }
                }
                vault.entryApplied(index);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }
}
