package org.merpati.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each runnable jar loads, compared with the checked list distribution/ROLE/jars.txt. */
@Tag("processes")
class JarsTest {
    private static final Path BUILT = Project.root().resolve("distribution/target/merpati");
    private static final String REFRESH = "If that is meant, write the list anew with:"
            + " mvn -q package -DskipTests -pl '!integration-tests' && mvn -q package -pl integration-tests -am"
            + " -Dtest=JarsTest -Dsurefire.failIfNoSpecifiedTests=false -Djars.update=true";

    @ParameterizedTest
    @ValueSource(strings = {"directory", "mta", "mailbox", "proxy", "console", "all"})
    void jarLoadsWhatItsListNames(String role) throws IOException {
        Path jar = jar(role);
        assumeTrue(Files.exists(jar), jar + " is not built: mvn package builds it");
        Set<String> loaded = classPath(jar);
        Path list = Project.root().resolve("distribution/" + role + "/jars.txt");
        if (Boolean.getBoolean("jars.update")) {
            Files.writeString(list, String.join("\n", loaded) + "\n");
        }
        Set<String> listed = Files.exists(list) ? new TreeSet<>(Files.readAllLines(list)) : Set.of();
        List<String> differences = differences(listed, loaded);
        assertThat(differences)
                .withFailMessage(() -> jar.getFileName() + " and " + Project.name(list) + " differ:\n"
                        + String.join("\n", differences) + "\n" + REFRESH)
                .isEmpty();
        assertThat(loaded)
                .as("libraries that lie beside " + jar.getFileName())
                .allMatch(name -> Files.exists(BUILT.resolve("lib").resolve(name)));
    }

    @Test
    void differencesAreSigned() {
        assertThat(differences(Set.of("a.jar", "b.jar"), Set.of("b.jar", "c.jar")))
                .containsExactly("+ c.jar", "- a.jar");
    }

    @Test
    void everyLibraryHasOneVersion() throws IOException {
        Path jar = jar("all");
        assumeTrue(Files.exists(jar), jar + " is not built: mvn package builds it");
        assertThat(classPath(jar).stream().map(name -> name.replaceFirst("-\\d.*", "")))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"directory", "mta", "mailbox", "proxy", "console", "all"})
    void jarStarts(String role) throws IOException, InterruptedException {
        Path jar = jar(role);
        assumeTrue(Files.exists(jar), jar + " is not built: mvn package builds it");
        Path output = Files.createTempFile("merpati-help", ".txt");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process = new ProcessBuilder(
                        java.toString(), "-XX:TieredStopAtLevel=1", "-jar", jar.toString(), "--help")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            String text = Files.readString(output, StandardCharsets.UTF_8);
            assertThat(process.exitValue()).as(text).isZero();
            assertThat(text).contains("Usage:");
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }

    private static Path jar(String role) {
        return BUILT.resolve(role.equals("all") ? "merpati.jar" : "merpati-" + role + ".jar");
    }

    private static Set<String> classPath(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            String names = Objects.requireNonNull(
                    file.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH),
                    "the jar's manifest names no Class-Path");
            TreeSet<String> sorted = new TreeSet<>();
            Arrays.stream(names.split(" "))
                    .map(name -> name.replaceFirst("^lib/", ""))
                    .forEach(sorted::add);
            return sorted;
        }
    }

    private static List<String> differences(Set<String> listed, Set<String> loaded) {
        Set<String> lines = new TreeSet<>();
        loaded.stream().filter(name -> !listed.contains(name)).forEach(name -> lines.add("+ " + name));
        listed.stream().filter(name -> !loaded.contains(name)).forEach(name -> lines.add("- " + name));
        return List.copyOf(lines);
    }
}
