package org.merpati.journal.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.merpati.runtime.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through a group's log before Ratis opens it (replication.md §3, Damage). It mends what a crash explains: the
 * end of a write that was never finished and the end of a file that a leader took back, after copying the file aside,
 * and a purge that was not finished; and it drops a log that ends before the checkpoint that was installed over it.
 * Everything else is a damaged voter, whose files it leaves as they are.
 */
public final class LogScan {
    private static final Logger LOG = LoggerFactory.getLogger(LogScan.class);
    private static final int COPIES = 8;

    /**
     * What the replica knows, from its own files, that its log must hold.
     *
     * @param checkpoint the index of the last entry in its last checkpoint; 0 if there is none
     * @param reached the highest index that it has noted as committed
     * @param skipped up to where it may lack entries, because a checkpoint took their place
     */
    public record Known(long checkpoint, long reached, long skipped) {
        private long needed() {
            long highest = Math.max(checkpoint, reached);
            return highest <= skipped ? -1 : highest;
        }
    }

    private final Path current;
    private final Path aside;
    private final String group;
    private final Known known;

    /**
     * @param current the folder of the log's files
     * @param aside where files are copied to before they are cut
     */
    public LogScan(String group, Path current, Path aside, Known known) {
        this.group = group;
        this.current = current;
        this.aside = aside;
        this.known = known;
    }

    /** What is wrong with the log in words for people; empty if Ratis may open it. */
    public Optional<String> damage() {
        try {
            String why = scan();
            return why.isEmpty() ? Optional.empty() : Optional.of(sentence(why));
        } catch (IOException e) {
            return Optional.of(sentence("it cannot be read: " + e));
        }
    }

    /**
     * The index of the first entry in the log, 0 if it has none; empty if it cannot be told, or entries between its
     * files are missing.
     */
    public OptionalLong first() {
        try {
            List<SegmentFile> files = files();
            for (int i = 1; i < files.size(); i++) {
                if (files.get(i).start() != files.get(i - 1).end().orElse(-2) + 1) {
                    return OptionalLong.empty();
                }
            }
            return OptionalLong.of(files.isEmpty() ? 0 : files.getFirst().start());
        } catch (IOException unreadable) {
            return OptionalLong.empty();
        }
    }

    /**
     * The index of the last entry, or of the checkpoint where the log has no entry behind that; for a log without
     * damage.
     */
    public long last() throws IOException {
        List<SegmentFile> files = files();
        return files.isEmpty()
                ? known.checkpoint()
                : Math.max(
                        known.checkpoint(),
                        files.getLast().read((entry, at) -> {}).last());
    }

    /** Whether the copy's checkpoint ends before the log begins: its files are lost or damaged, and not the log. */
    public boolean copyLacksEntries() {
        return first().orElse(0) > behindCheckpoint();
    }

    private long behindCheckpoint() {
        return known.checkpoint() == 0 ? 0 : known.checkpoint() + 1;
    }

    private String sentence(String why) {
        return "the log of group " + group + " in " + current + " is damaged: " + why
                + ". It was left as it is. This voter must not vote with it: keep a copy of the data folder, and"
                + " have the node begin anew with an empty one ('merpati node token')";
    }

    private String scan() throws IOException {
        List<SegmentFile> all = files();
        List<SegmentFile> files = afterPurge(all);
        long next = files.isEmpty() ? 0 : files.getFirst().start();
        if (next > behindCheckpoint()) {
            return "its first entry is " + next + ", but the checkpoint ends at " + known.checkpoint();
        }
        for (SegmentFile file : files) {
            boolean last = file.equals(files.getLast());
            if (file.start() != next) {
                return gap(next, file);
            }
            SegmentFile.Content content = file.read((entry, at) -> {});
            String why = wrong(file, content, last);
            if (!why.isEmpty()) {
                return file.path().getFileName() + ": " + why;
            }
            if (last && content.last() < known.needed()) {
                return file.path().getFileName() + " ends at entry " + content.last() + ", but entry " + known.needed()
                        + " was committed here";
            }
            if (content.rest() != SegmentFile.Rest.NONE) {
                cut(file, content);
            }
            next = content.last() + 1;
        }
        drop(all.subList(0, next <= known.checkpoint() ? all.size() : all.size() - files.size()));
        return files.isEmpty() && known.needed() > 0
                ? "its files are missing, but entry " + known.needed() + " was committed here"
                : "";
    }

    /**
     * Files whose entries are all in the checkpoint: what a purge has left over, or the whole log if it ends before an
     * installed checkpoint does. Ratis purges only closed files itself, and would find a gap behind the open one.
     */
    private void drop(List<SegmentFile> files) throws IOException {
        for (SegmentFile file : files.reversed()) {
            LOG.info("group {}: {} is in the checkpoint and is dropped", group, file.path());
            Files.delete(file.path());
        }
        if (!files.isEmpty()) {
            DurableFile.syncFolder(current);
        }
    }

    private static String gap(long next, SegmentFile file) {
        return "entries " + next + " to " + (file.start() - 1) + " before "
                + file.path().getFileName() + " are missing";
    }

    private static String wrong(SegmentFile file, SegmentFile.Content content, boolean last) {
        if (content.rest() == SegmentFile.Rest.DAMAGED) {
            return content.why();
        }
        if (file.open()) {
            return last ? "" : "it is being written, but is not the last";
        }
        if (content.rest() == SegmentFile.Rest.TORN
                || content.last() != file.end().orElse(-1)) {
            return "it is closed, but its last whole record is of entry " + content.last();
        }
        return "";
    }

    private List<SegmentFile> files() throws IOException {
        if (!Files.isDirectory(current)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(current)) {
            return all.map(SegmentFile::of)
                    .flatMap(Optional::stream)
                    .sorted(Comparator.comparingLong(SegmentFile::start))
                    .toList();
        }
    }

    /**
     * The files but those that a purge has left over. Ratis deletes from the newest to the oldest, so a crash leaves a
     * gap; if the checkpoint holds everything up to its end, what is before the gap is dropped too.
     */
    private List<SegmentFile> afterPurge(List<SegmentFile> files) {
        int first = 0;
        for (int i = 1; i < files.size(); i++) {
            long before = files.get(i - 1).end().orElse(Long.MAX_VALUE);
            if (before < files.get(i).start() - 1 && files.get(i).start() - 1 <= known.checkpoint()) {
                first = i;
            }
        }
        return files.subList(first, files.size());
    }

    private void cut(SegmentFile file, SegmentFile.Content content) throws IOException {
        Files.createDirectories(aside);
        Path copy = aside.resolve(group + "-" + file.path().getFileName() + "-cut-at-" + content.octets());
        Files.copy(file.path(), copy, StandardCopyOption.REPLACE_EXISTING);
        DurableFile.sync(copy);
        DurableFile.syncFolder(aside);
        forgetOldCopies();
        LOG.warn(
                "group {}: {} ends in {}, behind entry {}; it is cut there, a copy is {}",
                group,
                file.path(),
                content.rest() == SegmentFile.Rest.TORN ? "a write that was never finished" : "entries taken back",
                content.last(),
                copy);
        try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.WRITE)) {
            channel.truncate(content.octets());
            channel.force(true);
        }
    }

    private void forgetOldCopies() throws IOException {
        List<Path> copies = new ArrayList<>();
        try (Stream<Path> all = Files.list(aside)) {
            all.forEach(copies::add);
        }
        copies.sort(Comparator.comparingLong(p -> p.toFile().lastModified()));
        for (Path old : copies.subList(0, Math.max(0, copies.size() - COPIES))) {
            Files.delete(old);
        }
    }
}
