package org.merpati.dev.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.MetadataProto;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLogOutputStream;
import org.merpati.cluster.Pem;
import org.merpati.runtime.DurableFile;

/** A process that changes files on the faulty disk and dies at once; each method is a life. */
final class DyingWriter {
    private DyingWriter() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "append" -> append(folder);
            case "overwrite" -> overwrite(folder);
            case "truncate" -> truncate(folder);
            case "replace" -> replace(folder);
            case "replaceSynced" -> {
                replace(folder);
                sync(folder);
            }
            case "deleteAndCreate" -> deleteAndCreate(folder);
            case "createSynced" -> createSynced(folder);
            case "order" -> order(folder);
            case "copies" -> copies(folder);
            case "temporary" -> temporary(folder);
            case "firstHalf" -> Files.writeString(folder.resolve("old"), "-1", StandardOpenOption.APPEND);
            case "secret" -> Pem.writeSecret(folder.resolve("identity/node.key"), "key");
            case "durable" -> DurableFile.write(folder.resolve("old"), new byte[] {'n', 'e', 'w'});
            case "engine" -> engine(folder);
            case "frozen" -> frozen(folder);
            case "full" -> full(folder);
            case "failing" -> failing(folder);
            case "random" -> random(folder, Long.parseLong(arguments[2]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        Runtime.getRuntime().halt(9);
    }

    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void append(Path folder) throws IOException {
        try (FileChannel file = FileChannel.open(folder.resolve("old"), StandardOpenOption.APPEND)) {
            file.write(octets("-synced"));
            file.force(false);
            file.write(octets("-lost"));
        }
    }

    private static void overwrite(Path folder) throws IOException {
        try (FileChannel file = open(folder.resolve("old"))) {
            file.write(octets("X"), 1);
            file.force(false);
            file.write(octets("YY"), 1);
            file.write(octets("ZZZZZZZZ"), 0);
        }
    }

    private static void truncate(Path folder) throws IOException {
        try (FileChannel file = open(folder.resolve("old"))) {
            file.truncate(1);
            file.write(octets("longer than before"), 1);
        }
        Files.writeString(folder.resolve("other"), "cut at opening");
    }

    private static void replace(Path folder) throws IOException {
        Path aside = folder.resolve("old.new");
        Files.writeString(aside, "new");
        sync(aside);
        Files.move(aside, folder.resolve("old"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void deleteAndCreate(Path folder) throws IOException {
        Files.delete(folder.resolve("old"));
        Files.writeString(folder.resolve("old"), "another");
        Files.createDirectories(folder.resolve("a/b"));
        Files.writeString(folder.resolve("a/b/c"), "new");
        Files.delete(folder.resolve("empty"));
    }

    private static void createSynced(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("a/b"));
        Files.writeString(folder.resolve("a/b/c"), "synced");
        sync(folder.resolve("a/b/c"));
        Files.writeString(folder.resolve("a/b/d"), "lost");
    }

    private static void order(Path folder) throws IOException {
        Files.move(folder.resolve("old"), folder.resolve("renamed"));
        Files.writeString(folder.resolve("next"), "synced");
        sync(folder.resolve("next"));
        Files.move(folder.resolve("next"), folder.resolve("last"));
    }

    private static void copies(Path folder) throws IOException {
        Files.copy(folder.resolve("old"), folder.resolve("copy"));
        Files.copy(folder.resolve("old"), folder.resolve("other"), StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel from = FileChannel.open(folder.resolve("other"));
                FileChannel to = open(folder.resolve("old"))) {
            to.transferFrom(from, 2, from.size());
        }
    }

    private static void temporary(Path folder) throws IOException {
        for (int i = 0; i < 100; i++) {
            Path file = Files.createTempFile(folder, "body", ".eml");
            Files.writeString(file, "body");
            Files.delete(file);
        }
    }

    /** Writes with the log writer of Ratis: an entry that it synced, and more that it did not. */
    private static void engine(Path folder) throws IOException {
        java.io.File log = folder.resolve("log_inprogress_0").toFile();
        SegmentedRaftLogOutputStream out =
                new SegmentedRaftLogOutputStream(log, false, 1 << 20, 0, ByteBuffer.allocateDirect(1 << 10));
        out.write(entry(1));
        out.flush();
        Files.writeString(folder.resolveSibling("expected-length"), Long.toString(log.length()));
        for (int index = 2; index < 100; index++) {
            out.write(entry(index));
        }
        expect(log.length() > 1 << 10, "entries reached the file");
    }

    private static LogEntryProto entry(long index) {
        return LogEntryProto.newBuilder()
                .setTerm(1)
                .setIndex(index)
                .setMetadataEntry(MetadataProto.newBuilder().setCommitIndex(index))
                .build();
    }

    private static void expect(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("not so: " + what);
        }
    }

    private static DiskFaults faults() {
        return DiskFaults.installed().orElseThrow();
    }

    private static void frozen(Path folder) throws IOException {
        FileChannel before = open(folder.resolve("old"));
        faults().freeze(folder);
        before.write(octets("never"));
        try {
            before.force(true);
            expect(false, "a frozen disk promises nothing");
        } catch (IOException expected) {
            expect(expected.toString().contains("the disk is frozen"), expected.toString());
        }
        expect(before.position() == 5 && before.size() == 5, "a frozen channel pretends");
        Files.writeString(folder.resolve("other"), "never");
        Files.writeString(folder.resolve("new"), "never");
        Files.createDirectory(folder.resolve("newFolder"));
        Files.move(folder.resolve("other"), folder.resolve("moved"));
        Files.delete(folder.resolve("empty"));
        Files.copy(folder.resolve("old"), folder.resolve("copy"));
        faults().thaw(folder);
        before.write(octets("never"));
        before.truncate(0);
        Files.writeString(folder.resolve("after"), "thawed");
        sync(folder.resolve("after"));
    }

    private static void full(Path folder) throws IOException {
        faults().fill(folder);
        try {
            Files.writeString(folder.resolve("old"), "no room", StandardOpenOption.APPEND);
            expect(false, "a full disk refuses");
        } catch (IOException expected) {
            expect("No space left on device".equals(expected.getMessage()), expected.toString());
        }
        Files.writeString(folder.resolveSibling("elsewhere"), "room");
        faults().lift(folder);
        Files.writeString(folder.resolve("old"), "-room", StandardOpenOption.APPEND);
        sync(folder.resolve("old"));
    }

    /** The second sync fails; what was written before it is lost, though a third succeeds. */
    private static void failing(Path folder) throws IOException {
        faults().failForce(folder, 2);
        try (FileChannel file = FileChannel.open(folder.resolve("old"), StandardOpenOption.APPEND)) {
            file.write(octets("-synced"));
            file.force(true);
            file.write(octets("-lost"));
            try {
                file.force(true);
                expect(false, "the second sync fails");
            } catch (IOException expected) {
                expect("Input/output error".equals(expected.getMessage()), expected.toString());
            }
            file.force(true);
        }
    }

    /** Writes anywhere, cuts, syncs; beside each file lies what it held when it was last synced, written at the end. */
    private static void random(Path folder, long seed) throws IOException {
        Random chance = new Random(seed);
        FileChannel[] files = new FileChannel[4];
        byte[][] synced = new byte[files.length][];
        for (int i = 0; i < files.length; i++) {
            Path file = folder.resolve("f" + i);
            files[i] = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
            files[i].force(true);
            synced[i] = new byte[0];
        }
        for (int step = 0; step < 2_000; step++) {
            int i = chance.nextInt(files.length);
            switch (chance.nextInt(10)) {
                case 0 -> {
                    files[i].force(chance.nextBoolean());
                    synced[i] = Files.readAllBytes(folder.resolve("f" + i));
                }
                case 1 -> files[i].truncate(chance.nextInt(3_000));
                case 2 -> files[i].position(chance.nextInt(3_000));
                default -> {
                    byte[] octets = new byte[chance.nextInt(300)];
                    chance.nextBytes(octets);
                    if (chance.nextBoolean()) {
                        files[i].write(ByteBuffer.wrap(octets));
                    } else {
                        files[i].write(ByteBuffer.wrap(octets), chance.nextInt(3_000));
                    }
                }
            }
        }
        for (int i = 0; i < files.length; i++) {
            Path expected = folder.resolveSibling("expected-" + i);
            Files.write(expected, synced[i]);
        }
    }
}
