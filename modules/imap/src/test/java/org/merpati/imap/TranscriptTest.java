package org.merpati.imap;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every {@code *.session} beside this class, each against a new service, with its store in memory and on a disk. */
class TranscriptTest {
    @TempDir
    Path temp;

    private static List<Path> sessions() throws Exception {
        URI folder = Objects.requireNonNull(TranscriptTest.class.getResource("login.session"))
                .toURI();
        try (Stream<Path> files = Files.list(Path.of(folder).getParent())) {
            return files.filter(f -> f.toString().endsWith(".session")).sorted().toList();
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    @TestFactory
    Stream<DynamicTest> inMemory() throws Exception {
        return sessions().stream()
                .map(f -> DynamicTest.dynamicTest(name(f), () -> {
                    try (ImapFixture fixture = new ImapFixture()) {
                        new Transcript(name(f), Files.readAllLines(f), fixture::connect).play();
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> onADisk() throws Exception {
        return sessions().stream()
                .map(f -> DynamicTest.dynamicTest(name(f), () -> {
                    try (DiskStore disk = new DiskStore(temp.resolve(name(f)), ImapFixture.STOPPED);
                            ImapFixture fixture = new ImapFixture(disk.store())) {
                        new Transcript(name(f), Files.readAllLines(f), fixture::connect).play();
                    }
                }));
    }

    @Test
    void aServerMayDieSomewhereInMostOfThem() throws Exception {
        int dying = 0;
        for (Path session : sessions()) {
            dying += Transcript.places(Files.readAllLines(session)).isEmpty() ? 0 : 1;
        }
        assertThat(dying).isGreaterThan(sessions().size() * 2 / 3);
    }
}
