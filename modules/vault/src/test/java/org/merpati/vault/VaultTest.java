package org.merpati.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Sha256;

class VaultTest {
    @TempDir
    Path temp;

    private final Map<String, String> model = new TreeMap<>();
    private final Map<BlobRef, String> blobs = new HashMap<>();

    private Vault filled(Path folder, int entries) throws IOException {
        Vault vault = VaultFixture.open(folder);
        VaultFixture.Script script = VaultFixture.Script.random(new Random(5), entries);
        for (int i = 1; i <= entries; i++) {
            script.apply(i, vault, model, blobs);
        }
        vault.flushAtEntry();
        vault.entryApplied(entries + 1L);
        assertThat(vault.finish()).isEqualTo(entries + 1L);
        return vault;
    }

    @Test
    void aSnapshotSeesItsInstant() throws Exception {
        try (Vault vault = VaultFixture.open(temp)) {
            vault.put(VaultFixture.octets("a"), VaultFixture.octets("1"));
            vault.publish();
            try (Snapshot before = vault.snapshot()) {
                vault.put(VaultFixture.octets("a"), VaultFixture.octets("2"));
                vault.delete(VaultFixture.octets("b"));
                vault.flushAtEntry();
                vault.entryApplied(1);
                vault.finish();
                assertThat(VaultFixture.rows(before)).isEqualTo(Map.of("a", "1"));
            }
            assertThat(vault.get(VaultFixture.octets("a"))).isEqualTo(VaultFixture.octets("2"));
        }
    }

    @Test
    void aSnapshotReadsTablesThatWereMergedMeanwhile() throws Exception {
        try (Vault vault = filled(temp, 60)) {
            Map<String, String> then = new TreeMap<>(model);
            try (Snapshot before = vault.snapshot()) {
                for (int i = 100; i < 120; i++) {
                    vault.put(VaultFixture.octets("k" + i), VaultFixture.octets("new"));
                    vault.flushAtEntry();
                    vault.entryApplied(i);
                }
                vault.finish();
                assertThat(VaultFixture.rows(before)).isEqualTo(then);
            }
            vault.flushAtEntry();
            vault.entryApplied(121);
            vault.finish();
            assertThat(VaultFixture.list(temp))
                    .filteredOn(f -> f.toString().endsWith(".table"))
                    .hasSizeLessThan(10);
        }
    }

    @Test
    void everyFlippedOctetOfATableOrSegmentIsNoticedAndNeverServed() throws Exception {
        Path folder = temp.resolve("good");
        filled(folder, 60).close();
        Random chance = new Random(3);
        List<Path> files = VaultFixture.list(folder).stream()
                .filter(f -> !f.getFileName().toString().equals("manifest"))
                .sorted()
                .toList();
        for (int round = 0; round < 60; round++) {
            Path damaged = temp.resolve("damaged-" + round);
            VaultFixture.copy(folder, damaged);
            Path file = damaged.resolve(
                    files.get(round % files.size()).getFileName().toString());
            byte[] octets = Files.readAllBytes(file);
            octets[chance.nextInt(octets.length)] ^= (byte) (1 << chance.nextInt(8));
            Files.write(file, octets);
            try (Vault vault = VaultFixture.open(damaged)) {
                if (vault.damage().isPresent()) {
                    assertSetAside(vault, file);
                } else {
                    List<Path> told = new ArrayList<>();
                    vault.onDamage(damage -> told.add(damage.file()));
                    assertThat(vault.scrub()).as("flip in " + file).hasSize(1);
                    assertThat(told).containsExactly(file);
                    assertThatThrownBy(() -> vault.scrub(1L << 40)).isInstanceOf(Corrupt.class);
                    assertServesOnlyTheTruth(vault);
                }
            }
        }
    }

    /** The damaged file is not under its name any more, the vault is empty, and all others are where they were. */
    private void assertSetAside(Vault vault, Path file) throws IOException {
        assertThat(vault.damage().orElseThrow().file()).isEqualTo(file);
        assertThat(file).doesNotExist();
        assertThat(file.resolveSibling("damaged-" + file.getFileName())).exists();
        assertThat(vault.checkpointed()).isZero();
        try (Snapshot snapshot = vault.snapshot()) {
            assertThat(VaultFixture.rows(snapshot)).isEmpty();
        }
        long files = VaultFixture.list(vault.folder()).size();
        assertThat(files).isEqualTo(VaultFixture.list(temp.resolve("good")).size());
    }

    private void assertServesOnlyTheTruth(Vault vault) throws IOException {
        try (Snapshot snapshot = vault.snapshot()) {
            assertThat(VaultFixture.rows(snapshot)).isEqualTo(model);
        } catch (Corrupt refused) {
            assertThat(refused).hasMessageContaining("offset");
        }
        for (Map.Entry<BlobRef, String> blob : blobs.entrySet()) {
            try {
                assertThat(vault.read(blob.getKey())).isEqualTo(VaultFixture.octets(blob.getValue()));
            } catch (Corrupt refused) {
                assertThat(refused).hasMessageContaining("offset");
            }
        }
    }

    @Test
    void aFlippedOctetOrACutOfTheManifestIsNoticed() throws Exception {
        Path folder = temp.resolve("good");
        filled(folder, 30).close();
        Path manifest = folder.resolve("manifest");
        byte[] good = Files.readAllBytes(manifest);
        for (int i = 0; i <= good.length; i++) {
            Path damaged = temp.resolve("damaged-" + i);
            VaultFixture.copy(folder, damaged);
            byte[] bad = i < good.length ? good.clone() : Arrays.copyOf(good, good.length / 2);
            if (i < good.length) {
                bad[i] ^= 4;
            }
            Files.write(damaged.resolve("manifest"), bad);
            try (Vault vault = VaultFixture.open(damaged)) {
                assertSetAside(vault, damaged.resolve("manifest"));
            }
        }
    }

    @Test
    void aMissingOrShortenedFileIsNoticed() throws Exception {
        Path folder = temp.resolve("good");
        filled(folder, 60).close();
        for (Path file : VaultFixture.list(folder)) {
            String name = file.getFileName().toString();
            if (name.equals("manifest")) {
                continue;
            }
            Path damaged = temp.resolve("short-" + name);
            VaultFixture.copy(folder, damaged);
            Disk.cut(damaged.resolve(name), Files.size(file) - 1);
            try (Vault vault = VaultFixture.open(damaged)) {
                assertSetAside(vault, damaged.resolve(name));
            }
            Path without = temp.resolve("without-" + name);
            VaultFixture.copy(folder, without);
            Files.delete(without.resolve(name));
            try (Vault vault = VaultFixture.open(without)) {
                assertThat(vault.damage().orElseThrow()).hasMessageContaining("missing");
                assertThat(vault.checkpointed()).isZero();
            }
        }
    }

    /** Whatever file is damaged, another copy's checkpoint brings the whole state back, by that file alone. */
    @Test
    void anInstallationMendsADamagedVaultAndTakesOnlyWhatIsNotSound() throws Exception {
        Path folder = temp.resolve("good");
        try (Vault source = filled(folder, 60);
                Pin pin = source.pin()) {
            for (FileEntry victim : pin.files()) {
                Path damaged = temp.resolve("damaged-" + victim.name());
                VaultFixture.copy(folder, damaged);
                byte[] octets = Files.readAllBytes(damaged.resolve(victim.name()));
                octets[(int) victim.length() - 1] ^= 1;
                Files.write(damaged.resolve(victim.name()), octets);
                List<String> taken = new ArrayList<>();
                try (Vault vault = VaultFixture.open(damaged)) {
                    try (Install install = vault.install(pin.index(), pin.files())) {
                        for (FileEntry file : pin.files()) {
                            if (!install.has(file)) {
                                taken.add(file.name());
                                install.put(file, pin.open(file.name()));
                            }
                        }
                        install.commit();
                    }
                    assertThat(taken).containsOnly("manifest", victim.name());
                    assertThat(vault.damage()).isEmpty();
                    assertThat(vault.scrub()).isEmpty();
                    assertThat(vault.checkpointed()).isEqualTo(pin.index());
                    assertServesOnlyTheTruth(vault);
                    try (Snapshot snapshot = vault.snapshot()) {
                        assertThat(VaultFixture.rows(snapshot)).isEqualTo(model);
                    }
                }
            }
        }
    }

    @Test
    void anotherGroupsFolderIsRefusedInASentence() throws Exception {
        filled(temp, 10).close();
        VaultIdentity other = new VaultIdentity(new Id(7, 9), GroupName.shard(2));
        assertThatThrownBy(() -> Vault.open(temp, other, VaultFixture.SMALL))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("belongs to group shard-1")
                .hasMessageContaining("shard-2");
    }

    @Test
    void aCheckpointIsInstalledFileByFileAndGoesOn() throws Exception {
        try (Vault source = filled(temp.resolve("source"), 120);
                Vault target = VaultFixture.open(temp.resolve("target"))) {
            target.put(VaultFixture.octets("old"), VaultFixture.octets("state"));
            target.append(VaultFixture.octets("old blob"));
            target.entryApplied(3);
            int fetched = install(source, target);
            assertThat(fetched).isGreaterThan(3);
            try (Snapshot snapshot = target.snapshot()) {
                assertThat(VaultFixture.rows(snapshot)).isEqualTo(model);
            }
            for (Vault vault : List.of(source, target)) {
                vault.put(VaultFixture.octets("k1"), VaultFixture.octets("after"));
                vault.append(VaultFixture.octets("one more"));
                vault.flushAtEntry();
                vault.entryApplied(122);
                vault.finish();
            }
            assertThat(VaultFixture.files(target)).isEqualTo(VaultFixture.files(source));
            assertThat(target.scrub()).isEmpty();
            assertThat(install(source, target)).as("all is there already").isZero();
        }
        try (Vault again = VaultFixture.open(temp.resolve("target"))) {
            assertThat(again.checkpointed()).isEqualTo(122);
        }
    }

    @Test
    void whoReadsWhileACheckpointIsInstalledReadsOnAndItsFilesGoThen() throws Exception {
        try (Vault source = filled(temp.resolve("source"), 120)) {
            model.clear();
            try (Vault target = filled(temp.resolve("target"), 60)) {
                try (Snapshot before = target.snapshot();
                        Pin pin = target.pin()) {
                    assertThat(install(source, target)).isGreaterThan(3);
                    assertThat(VaultFixture.rows(before)).isEqualTo(model);
                    for (FileEntry file : pin.files()) {
                        try (InputStream octets = pin.open(file.name())) {
                            assertThat(octets.readAllBytes()).hasSize((int) file.length());
                        }
                    }
                }
                assertThat(VaultFixture.files(target)).isEqualTo(VaultFixture.files(source));
                assertThat(VaultFixture.list(target.folder())).hasSameSizeAs(VaultFixture.files(target));
            }
        }
    }

    @Test
    void ofASegmentThatHasGrownOnlyTheRestIsAskedFor() throws Exception {
        Path folder = temp.resolve("source");
        filled(folder, 60).close();
        Path sound = temp.resolve("sound");
        Path damaged = temp.resolve("damaged");
        VaultFixture.copy(folder, sound);
        VaultFixture.copy(folder, damaged);
        try (Vault source = VaultFixture.open(folder)) {
            source.append(VaultFixture.octets("a little more"));
            source.put(VaultFixture.octets("k"), VaultFixture.octets("v"));
            source.flushAtEntry();
            source.entryApplied(62);
            source.finish();
            try (Pin pin = source.pin();
                    Vault target = VaultFixture.open(sound);
                    Vault spoilt = VaultFixture.open(damaged)) {
                FileEntry segment = pin.files().getLast();
                long begun = Files.size(sound.resolve(segment.name()));
                assertThat(begun).isPositive().isLessThan(segment.length());
                try (Install install = target.install(pin.index(), pin.files())) {
                    assertThat(grow(install, pin, segment, begun)).isTrue();
                    assertThat(grow(install, pin, pin.files().getFirst(), -1)).isFalse();
                    put(install, pin);
                    install.commit();
                }
                assertThat(target.scrub()).isEmpty();
                assertThat(VaultFixture.files(target)).isEqualTo(VaultFixture.files(source));
                byte[] octets = Files.readAllBytes(damaged.resolve(segment.name()));
                octets[octets.length / 2] ^= 1;
                Files.write(damaged.resolve(segment.name()), octets);
                try (Install install = spoilt.install(pin.index(), pin.files())) {
                    assertThat(grow(install, pin, segment, begun)).isFalse();
                    assertThatThrownBy(install::commit).hasMessageContaining("was not put");
                    put(install, pin);
                    install.commit();
                }
                assertThat(spoilt.scrub()).isEmpty();
            }
        }
    }

    @Test
    void whatTheManifestNamesIsReadAgainOnlyWhereDamageWasFound() throws Exception {
        Path folder = temp.resolve("source");
        filled(folder, 60).close();
        Path alike = temp.resolve("alike");
        VaultFixture.copy(folder, alike);
        Path damaged = temp.resolve("damaged");
        VaultFixture.copy(folder, damaged);
        Disk.cut(damaged.resolve("manifest"), 20);
        try (Vault source = VaultFixture.open(folder);
                Pin pin = source.pin();
                Vault target = VaultFixture.open(alike);
                Vault spoilt = VaultFixture.open(damaged)) {
            FileEntry segment = pin.files().getLast();
            FileEntry other = new FileEntry(segment.name(), segment.length(), "0".repeat(64));
            try (Install install = target.install(pin.index(), List.of(segment, other))) {
                assertThat(install.names(segment)).isTrue();
                assertThat(install.names(other)).isFalse();
            }
            try (Install install = spoilt.install(pin.index(), pin.files())) {
                assertThat(pin.files()).noneMatch(install::names);
                assertThat(install.has(segment)).isTrue();
            }
        }
    }

    /** Grows a file, of which only what is behind the first octets may be asked for. */
    private static boolean grow(Install install, Pin pin, FileEntry file, long begun) throws IOException {
        return install.grow(file, octets -> {
            assertThat(octets).isEqualTo(begun);
            InputStream content = pin.open(file.name());
            content.skipNBytes(octets);
            return content;
        });
    }

    private static void put(Install install, Pin pin) throws IOException {
        for (FileEntry file : pin.files()) {
            if (!install.has(file)) {
                install.put(file, pin.open(file.name()));
            }
        }
    }

    private static int install(Vault source, Vault target) throws IOException {
        int fetched = 0;
        try (Pin pin = source.pin();
                Install install = target.install(pin.index(), pin.files())) {
            for (FileEntry file : pin.files()) {
                if (file.name().equals("manifest")) {
                    install.put(file, pin.open(file.name()));
                } else if (!install.has(file)) {
                    install.put(file, pin.open(file.name()));
                    fetched++;
                }
            }
            install.commit();
        }
        return fetched;
    }

    @Test
    void anInstallationTakesNoWrongFile() throws Exception {
        try (Vault source = filled(temp.resolve("source"), 60);
                Vault target = VaultFixture.open(temp.resolve("target"));
                Pin pin = source.pin();
                Install install = target.install(pin.index(), pin.files())) {
            FileEntry file = pin.files().get(1);
            assertThatThrownBy(() -> install.put(file, new ByteArrayInputStream(new byte[(int) file.length()])))
                    .hasMessageContaining("digest");
            assertThatThrownBy(install::commit).hasMessageContaining("was not put");
            assertThatThrownBy(() -> target.install(9, List.of(new FileEntry("../evil", 1, "0".repeat(64)))))
                    .hasMessageContaining("no name of a vault's file");
            assertThat(target.checkpointed()).isZero();
        }
    }

    @Test
    void aPinHoldsFilesThatWereMergedAway() throws Exception {
        try (Vault vault = filled(temp, 60)) {
            List<FileEntry> files;
            try (Pin pin = vault.pin()) {
                files = pin.files();
                for (int i = 100; i < 120; i++) {
                    vault.put(VaultFixture.octets("k" + i), VaultFixture.octets("new".repeat(300)));
                    vault.append(VaultFixture.octets("blob " + i));
                    vault.flushAtEntry();
                    vault.entryApplied(i);
                }
                vault.finish();
                for (FileEntry file : files) {
                    byte[] octets = pin.open(file.name()).readAllBytes();
                    assertThat(Sha256.hex(octets)).isEqualTo(file.sha256());
                }
            }
            assertThat(files).anyMatch(file -> !Files.exists(temp.resolve(file.name())));
        }
    }

    @Test
    void aFailedCheckpointStopsTheWriter() throws Exception {
        try (Vault vault = filled(temp, 10)) {
            Files.createDirectories(temp.resolve("manifest.new").resolve("in the way"));
            vault.put(VaultFixture.octets("a"), VaultFixture.octets("b"));
            vault.flushAtEntry();
            vault.entryApplied(50);
            assertThatThrownBy(vault::finish).isInstanceOf(IOException.class).hasMessageContaining("failed");
            assertThatThrownBy(() -> vault.entryApplied(51)).isInstanceOf(IOException.class);
        }
    }

    /** However far the checkpoints are behind the writer, the files are those of a copy on which they never are. */
    @Test
    void copiesWhoseCheckpointsAreLateHaveEqualFiles() throws Exception {
        long seed = System.nanoTime();
        int entries = 150;
        VaultFixture.Script script = VaultFixture.Script.random(new Random(seed), entries);
        try (Vault late = VaultFixture.open(temp.resolve("late"));
                Vault prompt = VaultFixture.open(temp.resolve("prompt"))) {
            for (Vault vault : List.of(late, prompt)) {
                model.clear();
                blobs.clear();
                for (int i = 1; i <= entries; i++) {
                    script.apply(i, vault, model, blobs);
                    vault.flushAtEntry();
                    if (vault == prompt) {
                        vault.finish();
                    }
                }
                assertThat(rows(vault)).as("seed %d", seed).isEqualTo(model);
                vault.entryApplied(entries + 1L);
                vault.finish();
                assertThat(rows(vault)).as("seed %d", seed).isEqualTo(model);
            }
            assertThat(VaultFixture.files(late)).as("seed %d", seed).isEqualTo(VaultFixture.files(prompt));
        }
    }

    private static Map<String, String> rows(Vault vault) throws IOException {
        try (Snapshot snapshot = vault.snapshot()) {
            return VaultFixture.rows(snapshot);
        }
    }

    /** The folder under test resources was written by format 1 and must be readable for ever. */
    @Test
    void theGoldenFolderOfFormatOneOpens() throws Exception {
        Path golden = Path.of("src/test/resources/golden/vault-1");
        if (Boolean.getBoolean("golden.write") && !Files.exists(golden)) {
            filled(golden, 120).close();
        } else {
            filled(temp.resolve("same"), 120).close();
        }
        Path copy = temp.resolve("copy");
        VaultFixture.copy(golden, copy);
        try (Vault vault = VaultFixture.open(copy);
                Snapshot snapshot = vault.snapshot()) {
            assertThat(VaultFixture.rows(snapshot)).isEqualTo(model);
            assertThat(vault.scrub()).isEmpty();
            for (Map.Entry<BlobRef, String> blob : blobs.entrySet()) {
                assertThat(vault.read(blob.getKey())).isEqualTo(VaultFixture.octets(blob.getValue()));
            }
        }
    }
}
