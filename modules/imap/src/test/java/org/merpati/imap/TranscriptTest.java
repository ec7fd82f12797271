package org.merpati.imap;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every {@code *.session} beside this class, each against a new service. */
class TranscriptTest {
    @TestFactory
    Stream<DynamicTest> sessions() throws Exception {
        URI folder = Objects.requireNonNull(TranscriptTest.class.getResource("login.session"))
                .toURI();
        try (Stream<Path> files = Files.list(Path.of(folder).getParent())) {
            List<Path> sessions = files.filter(f -> f.toString().endsWith(".session"))
                    .sorted()
                    .toList();
            return sessions.stream().map(f -> DynamicTest.dynamicTest(name(f), () -> play(f)));
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static void play(Path file) throws Exception {
        try (ImapFixture fixture = new ImapFixture()) {
            new Transcript(name(file), Files.readAllLines(file), fixture::connect).play();
        }
    }
}
