package org.merpati.mta;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A body while it arrives: in memory while it is short, then in a file that goes when this is closed. */
final class ArrivingBody extends OutputStream implements MailBody {
    private static final int IN_MEMORY = 512 * 1024;

    private final Path folder;
    private ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private @Nullable Path file;
    private @Nullable OutputStream out;
    private int size;

    ArrivingBody(Path folder) {
        this.folder = folder;
    }

    /** Makes the folder if it is not there, and drops what a process before left in it. */
    static void clear(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> left = Files.list(folder)) {
            for (Path path : left.toList()) {
                Files.delete(path);
            }
        }
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int at, int length) throws IOException {
        if (out == null && size + length > IN_MEMORY) {
            file = Files.createTempFile(folder, "smtp", ".eml");
            out = Files.newOutputStream(file);
            memory.writeTo(out);
            memory = new ByteArrayOutputStream(0);
        }
        (out == null ? memory : out).write(octets, at, length);
        size += length;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public InputStream open() throws IOException {
        Path aside = file;
        if (aside == null || out == null) {
            return new java.io.ByteArrayInputStream(memory.toByteArray());
        }
        out.flush();
        return Files.newInputStream(aside);
    }

    @Override
    public void close() {
        try {
            if (out != null) {
                out.close();
            }
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException left) {
            // The folder is emptied at the next start.
        }
    }
}
