package org.merpati.dev.disk;

import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessMode;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The half of a provider that only looks: all of it is the JDK's own. */
abstract class Delegating extends FileSystemProvider {
    private final FileSystemProvider builtin;

    Delegating(FileSystemProvider builtin) {
        this.builtin = builtin;
    }

    @Override
    public String getScheme() {
        return builtin.getScheme();
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) throws IOException {
        return builtin.newFileSystem(uri, environment);
    }

    @Override
    public Path getPath(URI uri) {
        return builtin.getPath(uri);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        return builtin.newDirectoryStream(folder, filter);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
        return builtin.isSameFile(one, other);
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return builtin.isHidden(path);
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return builtin.getFileStore(path);
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        builtin.checkAccess(path, modes);
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
            Path path, Class<V> type, LinkOption... options) {
        return builtin.getFileAttributeView(path, type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        return builtin.readAttributes(path, type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        return builtin.readAttributes(path, attributes, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
        builtin.setAttribute(path, attribute, value, options);
    }
}
