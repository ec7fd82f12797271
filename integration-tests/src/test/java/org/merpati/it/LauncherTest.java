package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.node.Node;

/** {@code bin/merpati} as it lies beside the jars on a machine. */
@Tag("processes")
class LauncherTest {
    @TempDir
    private Path installed = Path.of("");

    /** How the launcher ended and what it said. */
    private record Said(int code, String text) {}

    @BeforeEach
    void install() throws IOException {
        Path bin = Files.createDirectories(installed.resolve("bin"));
        for (String script : List.of("merpati", "jdk.sh")) {
            Files.copy(Kit.ROOT.resolve("distribution/bin").resolve(script), bin.resolve(script));
        }
        try (Stream<Path> built = Files.list(Kit.JARS)) {
            for (Path file : built.filter(f -> !f.endsWith("bin")).toList()) {
                Files.createSymbolicLink(installed.resolve(file.getFileName()), file);
            }
        }
    }

    private Said run(Map<String, String> environment, String... words) throws IOException {
        List<String> line =
                new ArrayList<>(List.of("bash", installed.resolve("bin/merpati").toString()));
        line.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("MERPATI_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.onExit().join().exitValue(), said);
    }

    @Test
    void itFindsAJdkAndTheJars() throws IOException {
        assertThat(run(Map.of("JAVA_HOME", "/nowhere"), "--version"))
                .isEqualTo(new Said(0, "merpati " + Node.VERSION + "\n"));
        Said help = run(Map.of(), "help");
        assertThat(help.code()).as(help.text()).isZero();
        assertThat(help.text()).contains("status", "account", "verify");
    }

    @Test
    void aRoleHasAJarOfItsOwn() throws IOException {
        assertThat(run(Map.of("MERPATI_ROLE", "mta"), "--version"))
                .isEqualTo(new Said(0, "merpati " + Node.VERSION + "\n"));
        Said wrong = run(Map.of("MERPATI_ROLE", "mtaa"), "--version");
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.text()).contains("merpati-mtaa.jar is missing");
    }

    @Test
    void whatCannotBeReadIsSaidInASentence() throws IOException {
        Said said = run(Map.of(), "run", "--conf", "/no/such/file.toml");
        assertThat(said.code()).isNotZero();
        assertThat(said.text())
                .contains("no configuration file /no/such/file.toml")
                .doesNotContain("\tat ");
    }
}
