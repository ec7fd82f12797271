package org.merpati.dev.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.merpati.dev.disk.NameRecord.Kind;

/**
 * The changes of names that are not synced yet. A folder's names become durable in the order of their changes: syncing
 * the folder makes all of them so; syncing a file makes its own name so, the names of the folders above it, and the
 * earlier changes in its folder.
 *
 * <p>POSIX promises less, a file's name would need its folder's sync; but Ratis syncs no folder at all, and ext4, XFS
 * and Btrfs, whose journals keep the order of names, do what is modelled here.
 */
final class Names {
    private static final String RECORD = "name-";
    private static final String LINK = "link-";

    /** A change that is made while its record stands. */
    interface Change {
        void make() throws IOException;
    }

    /** A record in memory; the inode of a created file is known once it is there. */
    private record Pending(NameRecord record, long inode, Path folder, Optional<Path> other) {
        boolean touches(Path place) {
            return folder.equals(place) || other.filter(place::equals).isPresent();
        }

        boolean names(long file) {
            return inode == file && (record.kind() == Kind.CREATE || record.kind() == Kind.RENAME);
        }
    }

    /** Told of a file that no power cut can bring back. */
    interface Gone {
        void gone(long inode) throws IOException;
    }

    private final RealDisk disk;
    private final Path side;
    private final Gone gone;
    private final NavigableMap<Long, Pending> pending = new TreeMap<>();
    private long next = 1;

    Names(RealDisk disk, Path side, Gone gone) throws IOException {
        this.disk = disk;
        this.side = side;
        this.gone = gone;
        for (Map.Entry<Long, NameRecord> left : read(disk, side).entrySet()) {
            NameRecord record = left.getValue();
            long inode = record.kind() == Kind.CREATE ? disk.inode(path(record.path())) : record.inode();
            pending.put(left.getKey(), pending(record, inode));
            next = left.getKey() + 1;
        }
    }

    /** The finished records of a side folder, by number. */
    static NavigableMap<Long, NameRecord> read(RealDisk disk, Path side) throws IOException {
        NavigableMap<Long, NameRecord> records = new TreeMap<>();
        for (Path file : disk.list(side)) {
            String name = String.valueOf(file.getFileName());
            if (name.startsWith(RECORD)) {
                long number = Long.parseLong(name.substring(RECORD.length()));
                NameRecord.of(disk.read(file)).ifPresent(record -> records.put(number, record));
            }
        }
        return records;
    }

    static Path record(Path side, long number) {
        return side.resolve(RECORD + number);
    }

    static Path link(Path side, long number) {
        return side.resolve(LINK + number);
    }

    private Path path(String text) {
        return side.resolve(text);
    }

    private Pending pending(NameRecord record, long inode) {
        Optional<Path> other = record.from().isEmpty() ? Optional.empty() : Optional.of(parent(path(record.from())));
        return new Pending(record, inode, parent(path(record.path())), other);
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    /** Notes that a name appears, and makes it appear. */
    synchronized void create(Path path, Change change) throws IOException {
        NameRecord record = new NameRecord(Kind.CREATE, path.toString(), "", 0, false);
        long number = begin(record, Optional.empty());
        finish(number, change);
        pending.put(number, pending(record, disk.inode(path)));
    }

    /** Notes that a name goes, and makes it go. A file whose name was never durable leaves nothing to undo. */
    synchronized void delete(Path path, Change change) throws IOException {
        long inode = disk.inode(path);
        if (inode == 0 || disk.attributes(path).isSymbolicLink()) {
            change.make();
            return;
        }
        Optional<Long> young = youngName(path, inode);
        if (young.isPresent()) {
            change.make();
            drop(young.get());
            gone.gone(inode);
            return;
        }
        boolean folder = disk.attributes(path).isDirectory();
        NameRecord record =
                new NameRecord(folder ? Kind.DELETE_FOLDER : Kind.DELETE, path.toString(), "", inode, !folder);
        finish(begin(record, folder ? Optional.empty() : Optional.of(path)), change);
    }

    /** The record of a name's creation, if nothing else is pending for that name or its file. */
    private Optional<Long> youngName(Path path, long inode) {
        List<Long> about = new ArrayList<>();
        boolean created = false;
        for (Map.Entry<Long, Pending> entry : pending.entrySet()) {
            NameRecord record = entry.getValue().record();
            if (entry.getValue().inode() == inode
                    || record.path().equals(path.toString())
                    || record.from().equals(path.toString())) {
                about.add(entry.getKey());
                created = record.kind() == Kind.CREATE && record.path().equals(path.toString());
            }
        }
        return about.size() == 1 && created ? Optional.of(about.getFirst()) : Optional.empty();
    }

    /** Notes that a file is given another name, and renames it. */
    synchronized void rename(Path from, Path to, Change change) throws IOException {
        long inode = disk.inode(from);
        long replaced = disk.inode(to);
        if (inode == 0 || inode == replaced) {
            change.make();
            return;
        }
        boolean kept = replaced != 0 && !disk.attributes(to).isDirectory();
        NameRecord record = new NameRecord(Kind.RENAME, to.toString(), from.toString(), inode, kept);
        finish(begin(record, kept ? Optional.of(to) : Optional.empty()), change);
    }

    private long begin(NameRecord record, Optional<Path> kept) throws IOException {
        long number = next++;
        if (kept.isPresent()) {
            disk.provider().createLink(link(side, number), kept.get());
        }
        disk.write(record(side, number), record.octets());
        pending.put(number, pending(record, record.inode()));
        return number;
    }

    private void finish(long number, Change change) throws IOException {
        try {
            change.make();
        } catch (IOException | RuntimeException notMade) {
            drop(number);
            throw notMade;
        }
    }

    private void drop(long number) throws IOException {
        pending.remove(number);
        disk.provider().deleteIfExists(record(side, number));
        long kept = disk.inode(link(side, number));
        if (kept != 0) {
            boolean last = disk.links(link(side, number)) <= 2;
            disk.provider().delete(link(side, number));
            if (last) {
                gone.gone(kept);
            }
        }
    }

    /** A file or folder was synced: its own name is durable. */
    synchronized void durable(long inode) throws IOException {
        for (Map.Entry<Long, Pending> entry :
                List.copyOf(pending.descendingMap().entrySet())) {
            if (pending.containsKey(entry.getKey()) && entry.getValue().names(inode)) {
                durable(entry.getKey(), entry.getValue().folder());
            }
        }
    }

    /** A folder was synced: all its names are durable, and its own. */
    synchronized void durableFolder(Path folder) throws IOException {
        durable(Long.MAX_VALUE, folder);
    }

    private void durable(long upTo, Path folder) throws IOException {
        for (Map.Entry<Long, Pending> entry :
                List.copyOf(pending.headMap(upTo, true).entrySet())) {
            if (entry.getValue().touches(folder)) {
                drop(entry.getKey());
            }
        }
        long own = disk.inode(folder);
        if (own != 0 && pending.values().stream().anyMatch(p -> p.names(own))) {
            durable(own);
        }
    }
}
