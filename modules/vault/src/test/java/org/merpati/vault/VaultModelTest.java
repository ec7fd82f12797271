package org.merpati.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A vault against a map, through crashes; a second copy that never crashed has the same files. */
class VaultModelTest {
    @TempDir
    Path temp;

    @Test
    void crashesLoseNothingThatTheLogStillHasAndCopiesStayEqual() throws Exception {
        long first = Long.getLong("seed", System.nanoTime() & 0xffffff);
        for (long seed = first; seed < first + 12; seed++) {
            System.out.println("seed " + seed);
            run(seed);
        }
    }

    private void run(long seed) throws Exception {
        Random chance = new Random(seed);
        VaultFixture.Script script = VaultFixture.Script.random(chance, 400);
        Map<String, String> steadyModel = new TreeMap<>();
        Map<BlobRef, String> steadyBlobs = new HashMap<>();
        Path folder = temp.resolve("crashing-" + seed + "-0");
        try (Vault steady = VaultFixture.open(temp.resolve("steady-" + seed))) {
            for (int i = 1; i <= script.size(); i++) {
                script.apply(i, steady, steadyModel, steadyBlobs);
            }
            Vault vault = VaultFixture.open(folder);
            Map<String, String> model = new TreeMap<>();
            int crashes = 0;
            for (int i = 1; i <= script.size(); i++) {
                script.apply(i, vault, model, new HashMap<>());
                if (chance.nextInt(40) == 0) {
                    Path next = temp.resolve("crashing-" + seed + "-" + ++crashes);
                    vault.finish();
                    VaultFixture.crash(folder, next, chance);
                    vault.close();
                    folder = next;
                    vault = VaultFixture.open(folder);
                    for (int replayed = (int) vault.checkpointed() + 1; replayed <= i; replayed++) {
                        script.apply(replayed, vault, model, new HashMap<>());
                    }
                }
                if (chance.nextInt(20) == 0) {
                    try (Snapshot snapshot = vault.snapshot()) {
                        assertThat(VaultFixture.rows(snapshot)).isEqualTo(model);
                    }
                }
            }
            assertSame(steady, vault, steadyModel, steadyBlobs);
            vault.close();
        }
    }

    private static void assertSame(Vault steady, Vault vault, Map<String, String> model, Map<BlobRef, String> blobs)
            throws Exception {
        steady.finish();
        vault.finish();
        assertThat(VaultFixture.files(vault)).isEqualTo(VaultFixture.files(steady));
        assertThat(vault.scrub()).isEmpty();
        try (Snapshot snapshot = vault.snapshot()) {
            assertThat(VaultFixture.rows(snapshot)).isEqualTo(model);
            for (Map.Entry<String, String> row : model.entrySet()) {
                assertThat(snapshot.get(VaultFixture.octets(row.getKey())))
                        .isEqualTo(VaultFixture.octets(row.getValue()));
            }
            assertThat(snapshot.get(VaultFixture.octets("absent"))).isNull();
        }
        for (Map.Entry<BlobRef, String> blob : blobs.entrySet()) {
            assertThat(new String(vault.read(blob.getKey()), StandardCharsets.UTF_8))
                    .isEqualTo(blob.getValue());
        }
    }
}
