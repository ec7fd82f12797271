package org.merpati.journal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.runtime.DurableFile;

/**
 * A state machine for tests: a map of text. {@code put k v} answers the old value, {@code canary} throws. A checkpoint
 * is one file, named by its index.
 */
final class MapState implements StateMachine {
    private final Path folder;
    private final TreeMap<String, String> values = new TreeMap<>();
    private final AtomicInteger pins = new AtomicInteger();
    final AtomicInteger installs = new AtomicInteger();
    /** Whether a checkpoint that comes is made of its first octets, which its index tells, and of the rest. */
    volatile boolean grows;

    final AtomicInteger grown = new AtomicInteger();

    private long applied;
    private long lastMillis;
    private volatile long checkpointed;
    volatile boolean closed;
    /** Called when Ratis asks for the checkpoint, as it does while it opens the log. */
    volatile Runnable asked = () -> {};
    /** Told that a file is damaged, as a read would tell. */
    volatile Consumer<String> damaged = why -> {};

    MapState(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
            Path manifest = folder.resolve("manifest");
            if (Files.exists(manifest)) {
                load(Files.readString(manifest));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether what comes first in a group that goes on with one copy is to be asked for. */
    volatile boolean renews;

    @Override
    public Optional<byte[]> renewal(int generation) {
        boolean due = renews && !value("generation").equals(Integer.toString(generation));
        return due ? Optional.of(put("generation", Integer.toString(generation))) : Optional.empty();
    }

    static byte[] put(String key, String value) {
        return ("put " + key + " " + value).getBytes(StandardCharsets.UTF_8);
    }

    private synchronized void load(String name) throws IOException {
        BinaryReader in = new BinaryReader(Files.readAllBytes(folder.resolve(name)));
        values.clear();
        applied = in.i64();
        lastMillis = in.i64();
        for (int left = in.count(); left > 0; left--) {
            String key = in.text();
            values.put(key, in.text());
        }
        checkpointed = applied;
    }

    synchronized Map<String, String> values() {
        return new TreeMap<>(values);
    }

    synchronized String value(String key) {
        return String.valueOf(values.get(key));
    }

    synchronized long lastMillis() {
        return lastMillis;
    }

    /** Like {@link #put}, in a form that only the second feature level has. */
    static byte[] put2(String key, String value) {
        return ("put2 " + key + " " + value).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public int levelOf(byte[] command) {
        return new String(command, StandardCharsets.UTF_8).startsWith("put2 ") ? 2 : 1;
    }

    @Override
    public long checkpointed() {
        asked.run();
        return checkpointed;
    }

    @Override
    public synchronized byte[] apply(long index, long millis, byte[] command) {
        String[] words = new String(command, StandardCharsets.UTF_8).split(" ", 3);
        if (words[0].equals("canary")) {
            throw new IllegalStateException("the canary died");
        }
        if (millis < lastMillis) {
            throw new IllegalStateException("time went back");
        }
        if (index <= checkpointed) {
            throw new IllegalStateException("entry " + index + " is in the checkpoint at " + checkpointed);
        }
        lastMillis = millis;
        String old = values.put(words[1], words[2]);
        return String.valueOf(old).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public synchronized void entryApplied(long index) {
        applied = index;
    }

    @Override
    public synchronized long checkpoint() throws IOException {
        if (applied == checkpointed) {
            return checkpointed;
        }
        BinaryWriter out = new BinaryWriter().i64(applied).i64(lastMillis).varint(values.size());
        values.forEach((key, value) -> out.text(key).text(value));
        String name = "checkpoint-" + applied;
        DurableFile.write(folder.resolve(name), out.toByteArray());
        DurableFile.write(folder.resolve("manifest"), name.getBytes(StandardCharsets.UTF_8));
        checkpointed = applied;
        return checkpointed;
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    int pins() {
        return pins.get();
    }

    @Override
    public synchronized Pinned pin() {
        long index = checkpointed;
        String name = "checkpoint-" + index;
        pins.incrementAndGet();
        try {
            byte[] content = index == 0 ? new byte[0] : Files.readAllBytes(folder.resolve(name));
            return new Pinned() {
                @Override
                public long index() {
                    return index;
                }

                @Override
                public List<CheckpointFile> files() {
                    return index == 0 ? List.of() : List.of(new CheckpointFile(name, content.length, digest(content)));
                }

                @Override
                public InputStream open(String file) {
                    return new ByteArrayInputStream(content);
                }

                @Override
                public void close() {
                    pins.decrementAndGet();
                }
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Installation install(long index, List<CheckpointFile> files) {
        return new Installation() {
            @Override
            public boolean has(CheckpointFile file) {
                try {
                    Path here = folder.resolve(file.name());
                    return Files.exists(here)
                            && digest(Files.readAllBytes(here)).equals(file.sha256());
                } catch (IOException unreadable) {
                    return false;
                }
            }

            @Override
            public void put(CheckpointFile file, InputStream content) throws IOException {
                byte[] bytes = content.readAllBytes();
                if (!digest(bytes).equals(file.sha256())) {
                    throw new IOException("the digest of " + file.name() + " differs");
                }
                DurableFile.write(folder.resolve(file.name()), bytes);
            }

            @Override
            public boolean grow(CheckpointFile file, Tail tail) throws IOException {
                if (!grows) {
                    return false;
                }
                byte[] first = new BinaryWriter().i64(index).toByteArray();
                try (InputStream behind = tail.behind(first.length)) {
                    put(file, new SequenceInputStream(new ByteArrayInputStream(first), behind));
                }
                grown.incrementAndGet();
                return true;
            }

            @Override
            public void commit() throws IOException {
                String name = files.getFirst().name();
                DurableFile.write(folder.resolve("manifest"), name.getBytes(StandardCharsets.UTF_8));
                // Counted before it can be seen: who sees the new values also finds the count.
                installs.incrementAndGet();
                load(name);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void onDamage(Consumer<String> listener) {
        damaged = listener;
    }

    @Override
    public void close() {
        closed = true;
    }
}
