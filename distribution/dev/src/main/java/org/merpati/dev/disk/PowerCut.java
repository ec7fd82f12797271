package org.merpati.dev.disk;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Map;
import org.merpati.dev.disk.NameRecord.Kind;

/** Leaves of a dead process' files what it had synced, by playing the records of its side folder backwards. */
public final class PowerCut {
    /**
     * What was taken back.
     *
     * @param contents files whose content was not synced
     * @param names changes of names that were not synced
     */
    public record Undone(int contents, int names) {}

    private final RealDisk disk;
    private final Path side;

    private PowerCut(Path side) {
        this.disk = new RealDisk(FileSystems.getDefault().provider());
        this.side = side.toAbsolutePath();
    }

    /**
     * Cuts the power of what the side folder belongs to; its process must be dead.
     *
     * @throws IOException if a file cannot be given back; what is left is then of no use
     */
    public static Undone cut(Path side) throws IOException {
        PowerCut cut = new PowerCut(side);
        if (!cut.disk.exists(side)) {
            return new Undone(0, 0);
        }
        int contents = cut.contents();
        int names = cut.names();
        cut.disk.deleteAll(side);
        return new Undone(contents, names);
    }

    private int contents() throws IOException {
        int restored = 0;
        for (Path file : disk.list(side)) {
            if (Content.isRecord(String.valueOf(file.getFileName())) && Content.restore(disk, file)) {
                restored++;
            }
        }
        return restored;
    }

    private int names() throws IOException {
        Map<Long, NameRecord> records = Names.read(disk, side).descendingMap();
        for (Map.Entry<Long, NameRecord> entry : records.entrySet()) {
            undo(entry.getKey(), entry.getValue());
        }
        return records.size();
    }

    private void undo(long number, NameRecord record) throws IOException {
        Path path = side.resolve(record.path());
        if (record.kind() == Kind.CREATE) {
            disk.deleteAll(path);
            return;
        }
        if (record.kind() == Kind.DELETE_FOLDER && !disk.exists(path)) {
            disk.makeFolder(path);
        }
        if (record.kind() == Kind.RENAME) {
            Path from = side.resolve(record.from());
            if (disk.inode(path) == record.inode() && !disk.exists(from)) {
                disk.provider().move(path, from);
            }
        }
        if (record.kept() && !disk.exists(path)) {
            disk.provider().createLink(path, Names.link(side, number));
        }
    }
}
