package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.journal.disk.LogScan;
import org.merpati.journal.disk.SegmentFile;
import org.merpati.kernel.TryLater;

/** A log of several files, written by Ratis and hurt afterwards. */
@Tag("slow")
class LogScanTest {
    private static final int WRITES = 60;

    @TempDir
    Path folder;

    private RatisCluster cluster;

    @BeforeEach
    void write() {
        cluster = new RatisCluster(folder, 1, RatisCluster.quick().withLog(Long.MAX_VALUE, 32 * 1024, 4));
        cluster.start("a");
        cluster.awaitLeader();
        for (int i = 0; i < WRITES; i++) {
            cluster.journal("a").submit(MapState.put("k" + i, "x".repeat(2000) + i));
        }
        cluster.stop("a");
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private List<SegmentFile> segments() throws IOException {
        try (Stream<Path> files = Files.list(cluster.log("a"))) {
            return files.map(SegmentFile::of)
                    .flatMap(Optional::stream)
                    .sorted(Comparator.comparingLong(SegmentFile::start))
                    .toList();
        }
    }

    private Path open() throws IOException {
        return segments().getLast().path();
    }

    private Path closed() throws IOException {
        return segments().getFirst().path();
    }

    /** Where the records of a file begin, by their index; at the end, where the last one ends. */
    private static NavigableMap<Long, Integer> records(Path file) throws IOException {
        NavigableMap<Long, Integer> begins = new TreeMap<>();
        SegmentFile.Content content = SegmentFile.of(file)
                .orElseThrow()
                .read((entry, at) -> begins.put(entry.getIndex(), Math.toIntExact(at)));
        assertThat(content.rest()).isEqualTo(SegmentFile.Rest.NONE);
        begins.put(content.last() + 1, content.octets());
        return begins;
    }

    private Map<Path, byte[]> logFiles() throws IOException {
        Map<Path, byte[]> all = new TreeMap<>();
        for (SegmentFile file : segments()) {
            all.put(file.path(), Files.readAllBytes(file.path()));
        }
        return all;
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] octets = Files.readAllBytes(file);
        octets[at] ^= 0x10;
        Files.write(file, octets);
    }

    private void opensWithAll(int writes) throws IOException {
        cluster.start("a");
        cluster.awaitLeader();
        assertThat(cluster.state("a").values()).hasSize(writes).containsKey("k" + (writes - 1));
        cluster.journal("a").submit(MapState.put("after", "1"));
        cluster.stop("a");
        cluster.start("a");
        cluster.awaitLeader();
        assertThat(cluster.state("a").values()).hasSize(writes + 1);
    }

    private void isRefused(String... why) throws IOException {
        Map<Path, byte[]> before = logFiles();
        Journal damaged = cluster.start("a");
        Journal other = cluster.node("a").open(cluster.topology.directory(), new MapState(folder.resolve("d")));
        assertThat(damaged.status().state())
                .startsWith("failed: the log of group shard-1")
                .contains(cluster.log("a").toString())
                .contains("have the node begin anew with an empty one")
                .contains(why);
        assertThatThrownBy(() -> damaged.submit(MapState.put("k", "1"))).isInstanceOf(TryLater.class);
        Await.until(
                "the other group leads",
                RatisCluster.PATIENCE,
                () -> other.leadership().leading());
        other.submit(MapState.put("other", "goes on"));
        assertThat(damaged.status().state()).startsWith("failed: ");
        cluster.stop("a");
        Map<Path, byte[]> after = logFiles();
        assertThat(after.keySet()).isEqualTo(before.keySet());
        before.forEach((file, octets) -> assertThat(after.get(file)).isEqualTo(octets));
    }

    @Test
    void aTornRecordIsCutAndTheFileIsCopiedAside() throws IOException {
        Path open = open();
        NavigableMap<Long, Integer> records = records(open);
        byte[] whole = Files.readAllBytes(open);
        int begin = records.firstEntry().getValue();
        int length = records.higherEntry(records.firstKey()).getValue() - begin;
        byte[] torn = Arrays.copyOf(whole, whole.length + length / 2);
        System.arraycopy(whole, begin, torn, whole.length, length / 2);
        Files.write(open, torn);
        opensWithAll(WRITES);
        try (Stream<Path> copies = Files.list(cluster.data("a").resolve("journal/aside"))) {
            assertThat(copies.toList())
                    .singleElement()
                    .satisfies(c -> assertThat(Files.readAllBytes(c)).isEqualTo(torn));
        }
    }

    @Test
    void theLastRecordMayBeTornAnywhere() throws IOException {
        Path open = open();
        byte[] whole = Files.readAllBytes(open);
        NavigableMap<Long, Integer> records = records(open);
        int begin = records.lowerEntry(records.lastKey()).getValue();
        long last = records.lastKey() - 2;
        SegmentFile file = SegmentFile.of(open).orElseThrow();
        for (int end = begin; end < whole.length; end++) {
            Files.write(open, Arrays.copyOf(whole, end));
            SegmentFile.Content cut = file.read((entry, at) -> {});
            assertThat(cut.last()).isEqualTo(last);
            assertThat(cut.octets()).isEqualTo(begin);
            assertThat(cut.rest()).isEqualTo(end == begin ? SegmentFile.Rest.NONE : SegmentFile.Rest.TORN);
            byte[] zeroed = whole.clone();
            Arrays.fill(zeroed, Math.min(end, whole.length - 4), whole.length, (byte) 0);
            Files.write(open, zeroed);
            assertThat(file.read((entry, at) -> {}).rest()).isEqualTo(SegmentFile.Rest.TORN);
        }
    }

    @Test
    void aZeroFilledTailIsCut() throws IOException {
        Path open = open();
        byte[] whole = Files.readAllBytes(open);
        Files.write(open, Arrays.copyOf(whole, whole.length + 5000));
        opensWithAll(WRITES);
        try (Stream<Path> copies = Files.list(cluster.data("a").resolve("journal/aside"))) {
            assertThat(copies.toList())
                    .singleElement()
                    .satisfies(c -> assertThat(c).hasSize(whole.length + 5000));
        }
    }

    /** What a power cut leaves of a truncation: the file's new name, and the octets that were cut off. */
    @Test
    void entriesThatWereTakenBackAreCutOff() throws IOException {
        SegmentFile closed = segments().getFirst();
        NavigableMap<Long, Integer> records = records(closed.path());
        long end = closed.end().orElseThrow() - 1;
        int cut = Optional.ofNullable(records.get(end + 1)).orElseThrow();
        byte[] whole = Files.readAllBytes(closed.path());
        for (SegmentFile later : segments()) {
            if (!later.equals(closed)) {
                Files.delete(later.path());
            }
        }
        Path renamed = Files.move(closed.path(), closed.path().resolveSibling("log_0-" + end));
        Path aside = folder.resolve("aside");
        LogScan scan = new LogScan("shard-1", cluster.log("a"), aside, new LogScan.Known(0, end, 0));
        assertThat(scan.damage()).isEmpty();
        assertThat(renamed).hasBinaryContent(Arrays.copyOf(whole, cut));
        assertThat(records(renamed).lastKey()).isEqualTo(end + 1);
        try (Stream<Path> copies = Files.list(aside)) {
            assertThat(copies.toList())
                    .singleElement()
                    .satisfies(c -> assertThat(c).hasBinaryContent(whole));
        }
    }

    @Test
    void aFlippedOctetInAClosedFileIsADamagedVoter() throws IOException {
        flip(closed(), Math.toIntExact(Files.size(closed()) / 2));
        isRefused(closed().getFileName().toString(), "behind it is whole");
    }

    @Test
    void aFlippedOctetBeforeTheTailIsADamagedVoter() throws IOException {
        NavigableMap<Long, Integer> records = records(open());
        flip(open(), records.firstEntry().getValue() + 100);
        isRefused(open().getFileName().toString(), "behind it is whole");
    }

    @Test
    void aFlippedLengthIsNotTakenForATornRecord() throws IOException {
        Path open = open();
        byte[] whole = Files.readAllBytes(open);
        NavigableMap<Long, Integer> records = records(open);
        SegmentFile file = SegmentFile.of(open).orElseThrow();
        for (int begin : records.headMap(records.lastKey()).values()) {
            for (int bit = 0; bit < 15; bit++) {
                byte[] flipped = whole.clone();
                flipped[begin + bit / 8] ^= (byte) (1 << bit % 8);
                Files.write(open, flipped);
                assertThat(file.read((entry, at) -> {}).rest())
                        .as("record at %s, bit %s", begin, bit)
                        .isEqualTo(SegmentFile.Rest.DAMAGED);
            }
        }
        Files.write(open, whole);
    }

    @Test
    void aTailBelowTheCheckpointIsADamagedVoter() throws IOException {
        Path open = open();
        NavigableMap<Long, Integer> records = records(open);
        MapState state = new MapState(cluster.data("a").resolve("state"));
        for (long index = 1; index < records.lastKey(); index++) {
            state.apply(index, 1, MapState.put("k", "v"));
            state.entryApplied(index);
        }
        state.checkpoint();
        byte[] whole = Files.readAllBytes(open);
        Files.write(open, Arrays.copyOf(whole, whole.length - 5));
        isRefused("ends at entry " + (records.lastKey() - 2), "entry " + (records.lastKey() - 1) + " was committed");
    }

    @Test
    void aMissingFileIsADamagedVoter() throws IOException {
        Path middle = segments().get(1).path();
        Files.delete(middle);
        isRefused("entries ", "are missing");
    }

    @Test
    void aMissingFirstFileIsADamagedVoter() throws IOException {
        Files.delete(closed());
        isRefused("its first entry is ", "the checkpoint ends at 0");
    }

    @Test
    void aPurgeThatWasNotFinishedIsFinished() throws IOException {
        List<SegmentFile> files = segments();
        long checkpoint = files.get(2).start();
        MapState state = new MapState(cluster.data("a").resolve("state"));
        for (long index = 1; index <= checkpoint; index++) {
            state.apply(index, 1, MapState.put("k" + (index - 1), "v"));
            state.entryApplied(index);
        }
        state.checkpoint();
        Files.delete(files.get(1).path());
        cluster.start("a");
        cluster.awaitLeader();
        assertThat(cluster.state("a").values()).containsKey("k" + (WRITES - 1));
        assertThat(files.getFirst().path()).doesNotExist();
    }
}
