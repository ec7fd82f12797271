package org.merpati.dev.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a power cut leaves of the files of a process that died. */
class PowerCutTest {
    private static final int HALTED = 9;

    @TempDir
    private Path top = Path.of("");

    private Path folder = Path.of("");
    private Path side = Path.of("");

    @BeforeEach
    void files() throws IOException {
        folder = Files.createDirectory(top.resolve("data"));
        side = top.resolve("side");
        Files.writeString(folder.resolve("old"), "old");
        Files.writeString(folder.resolve("other"), "other");
        Files.createDirectory(folder.resolve("empty"));
    }

    private PowerCut.Undone live(String life, String... more) throws IOException {
        run(life, more);
        return PowerCut.cut(side);
    }

    private void run(String life, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--add-opens=java.base/sun.nio.fs=ALL-UNNAMED",
                "-Djava.nio.file.spi.DefaultFileSystemProvider=" + DiskProvider.class.getName(),
                "-Dmerpati.disk.folder=" + folder,
                "-Dmerpati.disk.side=" + side));
        List.of(more).stream().filter(m -> m.startsWith("-D")).forEach(command::add);
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                DyingWriter.class.getName(),
                life,
                folder.toString()));
        List.of(more).stream().filter(m -> !m.startsWith("-D")).forEach(command::add);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.onExit().join().exitValue()).as(said).isEqualTo(HALTED);
    }

    /** All that is there: names below the folder and what the files hold. */
    private Map<String, String> found() throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.filter(p -> !p.equals(folder)).toList()) {
                found.put(
                        folder.relativize(path).toString(),
                        Files.isDirectory(path)
                                ? ""
                                : Files.readString(path, java.nio.charset.StandardCharsets.ISO_8859_1));
            }
        }
        return found;
    }

    @Test
    void whatWasAppendedAfterTheSyncIsGone() throws IOException {
        live("append");
        assertThat(found()).isEqualTo(Map.of("old", "old-synced", "other", "other", "empty", ""));
    }

    @Test
    void overwrittenOctetsAreBack() throws IOException {
        live("overwrite");
        assertThat(found()).isEqualTo(Map.of("old", "oXd", "other", "other", "empty", ""));
    }

    @Test
    void whatWasCutOffIsBack() throws IOException {
        PowerCut.Undone undone = live("truncate");
        assertThat(found()).isEqualTo(Map.of("old", "old", "other", "other", "empty", ""));
        assertThat(undone).isEqualTo(new PowerCut.Undone(2, 0));
    }

    @Test
    void aReplacedFileIsBackUntilItsFolderIsSynced() throws IOException {
        live("replace");
        assertThat(found()).isEqualTo(Map.of("old", "old", "old.new", "new", "other", "other", "empty", ""));
        live("replaceSynced");
        assertThat(found()).isEqualTo(Map.of("old", "new", "other", "other", "empty", ""));
    }

    @Test
    void deletedNamesAreBackAndNewOnesAreGone() throws IOException {
        live("deleteAndCreate");
        assertThat(found()).isEqualTo(Map.of("old", "old", "other", "other", "empty", ""));
    }

    @Test
    void aSyncedFileKeepsItsNameAndTheFoldersAboveIt() throws IOException {
        live("createSynced");
        assertThat(found())
                .isEqualTo(Map.of("old", "old", "other", "other", "empty", "", "a", "", "a/b", "", "a/b/c", "synced"));
    }

    @Test
    void namesBecomeDurableInTheirOrder() throws IOException {
        live("order");
        assertThat(found()).isEqualTo(Map.of("renamed", "old", "next", "synced", "other", "other", "empty", ""));
    }

    @Test
    void copiesAreChangesToo() throws IOException {
        live("copies");
        assertThat(found()).isEqualTo(Map.of("old", "old", "other", "other", "empty", ""));
    }

    @Test
    void filesThatCameAndWentLeaveNoRecords() throws IOException {
        run("temporary");
        try (Stream<Path> records = Files.list(side)) {
            assertThat(records).isEmpty();
        }
    }

    @Test
    void aSecondProcessGoesOnWithTheRecordsOfTheFirst() throws IOException {
        run("firstHalf");
        run("firstHalf");
        live("truncate");
        assertThat(found()).isEqualTo(Map.of("old", "old", "other", "other", "empty", ""));
    }

    @Test
    void whatOurOwnCodeReplacesIsDurable() throws IOException {
        live("durable");
        live("secret");
        assertThat(found())
                .isEqualTo(Map.of(
                        "old", "new", "other", "other", "empty", "", "identity", "", "identity/node.key", "key"));
    }

    @Test
    void theLogOfRatisIsCaught() throws IOException {
        PowerCut.Undone undone = live("engine");
        assertThat(undone).isEqualTo(new PowerCut.Undone(1, 0));
        assertThat(Files.size(folder.resolve("log_inprogress_0")))
                .isEqualTo(Long.parseLong(Files.readString(top.resolve("expected-length"))));
    }

    @Test
    void aFrozenFolderTakesNothing() throws IOException {
        live("frozen");
        assertThat(found()).isEqualTo(Map.of("old", "old", "other", "other", "empty", "", "after", "thawed"));
    }

    @Test
    void aFullDiskRefusesUntilItIsLifted() throws IOException {
        live("full");
        assertThat(found()).isEqualTo(Map.of("old", "old-room", "other", "other", "empty", ""));
    }

    @Test
    void whatAFailedSyncLeftUnwrittenIsLostForGood() throws IOException {
        live("failing");
        assertThat(found()).isEqualTo(Map.of("old", "old-synced", "other", "other", "empty", ""));
    }

    @Test
    void withoutSyncsNothingIsDurable() throws IOException {
        Path unsynced = Files.createFile(top.resolve("unsynced"));
        live("append", "-Dmerpati.disk.unsynced=" + unsynced);
        assertThat(found()).isEqualTo(Map.of("old", "old", "other", "other", "empty", ""));
        live("createSynced", "-Dmerpati.disk.unsynced=" + unsynced);
        assertThat(found()).isEqualTo(Map.of("old", "old", "other", "other", "empty", ""));
    }

    @Test
    void whateverWasWrittenTheLastSyncIsWhatIsLeft() throws IOException {
        long seed = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            live("random", Long.toString(seed + i));
            for (int f = 0; f < 4; f++) {
                assertThat(Files.readAllBytes(folder.resolve("f" + f)))
                        .as("seed %d, file %d", seed + i, f)
                        .isEqualTo(Files.readAllBytes(top.resolve("expected-" + f)));
            }
        }
    }
}
