package org.merpati.dev.disk;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/**
 * The JVM's default file system with faults, installed by {@code -Djava.nio.file.spi.DefaultFileSystemProvider=} and
 * this class' name. Properties: {@code merpati.disk.folder} and {@code merpati.disk.side} for a power cut of what is
 * below the folder ({@link PowerCut}); while the file that {@code merpati.disk.unsynced} names exists, every sync is an
 * empty promise.
 *
 * <p>Not caught: {@code java.io} streams and {@code RandomAccessFile} (Ratis opens nothing but its lock through them),
 * attributes, and symbolic links, which are no durable names here. Synchronous and memory-mapped writing are refused.
 */
public final class DiskProvider extends Delegating {
    private final RealDisk disk;
    private final DiskFaults faults = new DiskFaults();
    private final FileSystem files;
    private final Optional<UndoLog> undo;
    private final Optional<Path> unsynced;

    /** For the JVM, which hands in its own provider. */
    public DiskProvider(FileSystemProvider builtin) throws IOException {
        super(builtin);
        this.disk = new RealDisk(builtin);
        this.files = Diversion.of(builtin, this).getFileSystem(URI.create("file:///"));
        this.unsynced =
                Optional.ofNullable(System.getProperty("merpati.disk.unsynced")).map(name -> files.getPath(name));
        String folder = System.getProperty("merpati.disk.folder");
        String side = System.getProperty("merpati.disk.side");
        this.undo = folder == null || side == null
                ? Optional.empty()
                : Optional.of(new UndoLog(
                        disk, files.getPath(folder), files.getPath(side).toAbsolutePath()));
        DiskFaults.install(faults);
    }

    DiskFaults faults() {
        return faults;
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return files;
    }

    private Optional<Names> names(Path path) {
        return undo.filter(log -> log.covers(path)).map(UndoLog::names);
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        boolean append = options.contains(StandardOpenOption.APPEND);
        if (!append && !options.contains(StandardOpenOption.WRITE)) {
            FileChannel real = disk.provider().newFileChannel(path, options, attributes);
            return channel(path, real, false, false);
        }
        if (faults.frozen(path)) {
            return frozen(path, options, append, attributes);
        }
        if (undo.isEmpty() || !undo.get().covers(path)) {
            return channel(path, disk.provider().newFileChannel(path, options, attributes), append, false);
        }
        if (options.contains(StandardOpenOption.SYNC) || options.contains(StandardOpenOption.DSYNC)) {
            throw new UnsupportedOperationException("synchronous writing of " + path);
        }
        return recorded(undo.get(), path, options, append, attributes);
    }

    private FileChannel recorded(
            UndoLog log, Path path, Set<? extends OpenOption> options, boolean append, FileAttribute<?>... attributes)
            throws IOException {
        Set<OpenOption> kept = new HashSet<>(options);
        boolean cut = kept.remove(StandardOpenOption.TRUNCATE_EXISTING);
        FileChannel channel;
        synchronized (log.names()) {
            boolean makes = kept.contains(StandardOpenOption.CREATE) || kept.contains(StandardOpenOption.CREATE_NEW);
            if (makes && !disk.exists(path)) {
                FileChannel[] made = new FileChannel[1];
                log.names().create(path, () -> made[0] = disk.provider().newFileChannel(path, kept, attributes));
                return channel(path, made[0], append, true);
            }
            channel = channel(path, disk.provider().newFileChannel(path, kept, attributes), append, true);
        }
        return cut ? channel.truncate(0) : channel;
    }

    private DiskChannel channel(Path path, FileChannel real, boolean append, boolean recorded) throws IOException {
        Content content = recorded && undo.isPresent() ? undo.get().open(path) : null;
        long inode = undo.isPresent() && undo.get().covers(path) ? disk.inode(path) : 0;
        return new DiskChannel(real, new DiskChannel.Opened(path, inode, faults.instant(), append, content), this);
    }

    /** A channel on a frozen file, or on a scratch file where the name would have been created. */
    private FileChannel frozen(
            Path path, Set<? extends OpenOption> options, boolean append, FileAttribute<?>... attributes)
            throws IOException {
        boolean makes = options.contains(StandardOpenOption.CREATE) || options.contains(StandardOpenOption.CREATE_NEW);
        if (makes && !disk.exists(path)) {
            Path scratch = files.getPath(
                    System.getProperty("java.io.tmpdir", "/tmp"), "merpati-frozen-" + java.util.UUID.randomUUID());
            Set<OpenOption> given = new HashSet<>(options);
            given.add(StandardOpenOption.DELETE_ON_CLOSE);
            return disk.provider().newFileChannel(scratch, given, attributes);
        }
        Set<OpenOption> given = new HashSet<>(options);
        given.remove(StandardOpenOption.TRUNCATE_EXISTING);
        given.remove(StandardOpenOption.CREATE);
        given.remove(StandardOpenOption.DELETE_ON_CLOSE);
        return channel(path, disk.provider().newFileChannel(path, given, attributes), append, false);
    }

    void force(DiskChannel.Opened opened, FileChannel real, boolean metadata) throws IOException {
        if (faults.failsForce(opened.path())) {
            undo.ifPresent(log -> log.lose(opened.inode()));
            throw new IOException("Input/output error");
        }
        if (unsynced.filter(disk::exists).isPresent()) {
            return;
        }
        if (opened.inode() != 0 && undo.isPresent()) {
            undo.get().force(opened.path(), real, opened.inode(), metadata);
        } else {
            real.force(metadata);
        }
    }

    void close(Content content) throws IOException {
        if (undo.isPresent()) {
            undo.get().close(content);
        }
    }

    @Override
    public AsynchronousFileChannel newAsynchronousFileChannel(
            Path path, Set<? extends OpenOption> options, ExecutorService executor, FileAttribute<?>... attributes)
            throws IOException {
        if (options.contains(StandardOpenOption.WRITE)
                && undo.filter(log -> log.covers(path)).isPresent()) {
            throw new UnsupportedOperationException("no fault catches asynchronous writes of " + path);
        }
        return disk.provider().newAsynchronousFileChannel(path, options, executor, attributes);
    }

    /** Makes a name appear, with its record where one is kept. */
    private void create(Path path, Names.Change change) throws IOException {
        if (disk.exists(path)) {
            throw new FileAlreadyExistsException(path.toString());
        }
        Optional<Names> names = names(path);
        if (faults.frozen(path)) {
            return;
        }
        if (names.isPresent()) {
            names.get().create(path, change);
        } else {
            change.make();
        }
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
        create(folder, () -> disk.provider().createDirectory(folder, attributes));
    }

    @Override
    public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes) throws IOException {
        create(link, () -> disk.provider().createSymbolicLink(link, target, attributes));
    }

    @Override
    public void createLink(Path link, Path existing) throws IOException {
        create(link, () -> disk.provider().createLink(link, existing));
    }

    @Override
    public void delete(Path path) throws IOException {
        if (!deleteIfExists(path)) {
            throw new NoSuchFileException(path.toString());
        }
    }

    @Override
    public boolean deleteIfExists(Path path) throws IOException {
        if (!disk.exists(path)) {
            return false;
        }
        Optional<Names> names = names(path);
        if (faults.frozen(path)) {
            return true;
        }
        if (names.isEmpty()) {
            return disk.provider().deleteIfExists(path);
        }
        try {
            names.get().delete(path, () -> disk.provider().delete(path));
            return true;
        } catch (NoSuchFileException otherWasFaster) {
            return false;
        }
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        if (faults.frozen(source) || faults.frozen(target)) {
            return;
        }
        Optional<Names> names = names(target).or(() -> names(source));
        if (names.isPresent()) {
            names.get().rename(source, target, () -> disk.provider().move(source, target, options));
        } else {
            disk.provider().move(source, target, options);
        }
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        if (names(target).isEmpty() && !faults.frozen(target)) {
            disk.provider().copy(source, target, options);
            return;
        }
        if (Arrays.asList(options).contains(StandardCopyOption.REPLACE_EXISTING)) {
            deleteIfExists(target);
        }
        if (disk.attributes(source).isDirectory()) {
            createDirectory(target);
            return;
        }
        Set<OpenOption> fresh = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel from = newFileChannel(source, Set.of(StandardOpenOption.READ));
                FileChannel to = newFileChannel(target, fresh)) {
            to.transferFrom(from, 0, from.size());
        }
    }
}
