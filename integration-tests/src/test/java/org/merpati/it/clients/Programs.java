package org.merpati.it.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of this machine, as clients; a test of one that is missing is skipped, and says so. */
final class Programs {
    private static final long LIMIT_SECONDS = 60;

    private Programs() {}

    /** Whether a program is here. */
    static boolean here(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
    }

    private static Path start(Path folder, int[] result, String... command) throws IOException, InterruptedException {
        assumeTrue(here(command[0]), command[0] + " is missing");
        Path out = folder.resolve("out.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile());
        builder.environment().putAll(Map.of("HOME", folder.toString(), "TERM", "xterm"));
        Process process = builder.start();
        boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended)
                .as("%s ends; it said: %s", command[0], Files.readString(out, StandardCharsets.ISO_8859_1))
                .isTrue();
        result[0] = process.exitValue();
        return out;
    }

    /** What a program prints, with a folder as its home and working directory; it must succeed. */
    static String run(Path folder, String... command) throws IOException, InterruptedException {
        int[] result = {0};
        String said = Files.readString(start(folder, result, command), StandardCharsets.ISO_8859_1);
        assertThat(result[0]).as("%s said: %s", command[0], said).isZero();
        return said;
    }

    /** The same, of a command whose beginning others share. */
    static String run(Path folder, List<String> common, String... more) throws IOException, InterruptedException {
        return run(folder, Stream.concat(common.stream(), Stream.of(more)).toArray(String[]::new));
    }

    /** What a program ends with. */
    static int result(Path folder, String... command) throws IOException, InterruptedException {
        int[] result = {0};
        start(folder, result, command);
        return result[0];
    }
}
