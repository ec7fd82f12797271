package org.merpati.filter.bayes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

/**
 * Counts in a folder of this machine, a file for each scope, for where there is no cluster. What was learned is in
 * memory until {@link #save}, which replaces each file whole.
 */
public final class FileCounts implements TokenCounts {
    private static final byte[] MAGIC = "MPBAYES1".getBytes(StandardCharsets.US_ASCII);

    private final Path folder;
    private final Map<Scope, TokenTable> tables = new HashMap<>();
    private final Set<Scope> changed = new HashSet<>();

    /** The counts in a folder, which is made when there is something to save. */
    public FileCounts(Path folder) {
        this.folder = folder;
    }

    /** @throws Malformed if the scope's file is damaged */
    @Override
    public synchronized Counts counts(Scope scope, long[] tokens) {
        return table(scope).counts(tokens);
    }

    /**
     * Adds a lesson; see {@link TokenTable#learn}.
     *
     * @throws Malformed if the scope's file is damaged
     */
    public synchronized boolean learn(Scope scope, Lesson lesson) {
        boolean learned = table(scope).learn(lesson);
        if (learned) {
            changed.add(scope);
        }
        return learned;
    }

    /**
     * Writes what changed, durably.
     *
     * @throws IOException if it cannot be written; the files are as they were
     */
    public synchronized void save() throws IOException {
        Files.createDirectories(folder);
        for (Scope scope : Set.copyOf(changed)) {
            BinaryWriter to = new BinaryWriter(1 << 20);
            to.raw(MAGIC, 0, MAGIC.length);
            table(scope).write(to);
            byte[] octets = to.i64(checksum(to.toByteArray(), to.size())).toByteArray();
            Path file = file(scope);
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            try (FileChannel channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer left = ByteBuffer.wrap(octets);
                while (left.hasRemaining()) {
                    channel.write(left);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            changed.remove(scope);
        }
    }

    private TokenTable table(Scope scope) {
        return tables.computeIfAbsent(scope, this::read);
    }

    private TokenTable read(Scope scope) {
        Path file = file(scope);
        if (!Files.exists(file)) {
            return new TokenTable();
        }
        try {
            byte[] octets = Files.readAllBytes(file);
            int end = octets.length - Long.BYTES;
            boolean ours = end >= MAGIC.length
                    && Arrays.equals(octets, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                    && checksum(octets, end) == new BinaryReader(octets, end, Long.BYTES).i64();
            if (!ours) {
                throw new Malformed(file + " holds no counts, or damaged ones: remove it and train anew");
            }
            return TokenTable.read(
                    new BinaryReader(octets, MAGIC.length, end - MAGIC.length), TokenTable.DEFAULT_LIMIT);
        } catch (IOException cannot) {
            throw new UncheckedIOException(cannot);
        }
    }

    private static long checksum(byte[] octets, int length) {
        CRC32C sum = new CRC32C();
        sum.update(octets, 0, length);
        return sum.getValue();
    }

    private Path file(Scope scope) {
        return folder.resolve(scope.account().map(a -> "bayes-" + a).orElse("bayes") + ".counts");
    }
}
