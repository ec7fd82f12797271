package org.merpati.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The project's own tree, from its root down. */
final class Project {
    private Project() {}

    /** The folder that holds layers.txt, looked for from the working folder upwards. */
    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("layers.txt"))) {
            Path parent = folder.getParent();
            if (parent == null) {
                throw new IllegalStateException("No layers.txt above "
                        + Path.of("").toAbsolutePath() + ": run the tests from a folder of the project.");
            }
            folder = parent;
        }
        return folder;
    }

    /** Every Java source below modules, distribution and integration-tests. */
    static List<Path> sources() {
        return Stream.of("modules", "distribution", "integration-tests")
                .flatMap(top -> files(root().resolve(top)))
                .filter(path -> path.toString().endsWith(".java"))
                .filter(path -> root().relativize(path).toString().contains("src/"))
                .filter(path -> !root().relativize(path).toString().contains("target/"))
                .sorted()
                .toList();
    }

    /** A path as the rules print it: relative to the root, with slashes. */
    static String name(Path path) {
        return root().relativize(path).toString().replace('\\', '/');
    }

    static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> files(Path top) {
        try (Stream<Path> all = Files.walk(top)) {
            return all.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
