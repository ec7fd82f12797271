package org.merpati.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The modules use each other as layers.txt allows, and each library stays where it belongs. */
@Tag("fast")
class LayersTest {
    private static final JavaClasses CLASSES = classes();
    private static final Layers LAYERS =
            Layers.parse(Project.read(Project.root().resolve("layers.txt")));

    @Test
    void rowsAreATopologicalOrder() {
        assertThat(LAYERS.disorder()).isEmpty();
        assertThat(Layers.parse("kernel\nwire kernel runtime\nruntime kernel").disorder())
                .singleElement()
                .asString()
                .contains("wire uses runtime");
    }

    @Test
    void modulesUseOnlyWhatTheirRowNames() {
        assertThat(LAYERS.violations(CLASSES)).isEmpty();
    }

    @Test
    void aMissingWordInARowIsNoticed() {
        Map<String, Set<String>> rows = new HashMap<>(LAYERS.rows());
        rows.put("store", new TreeSet<>(Set.of("kernel", "runtime", "cluster", "journal", "mime")));
        assertThat(new Layers(rows).violations(CLASSES)).isNotEmpty().allMatch(line -> line.contains("vault"));
    }

    @Test
    void everyModuleHasARowOrRunsThings() {
        Set<String> modules = CLASSES.stream()
                .map(type -> Layers.module(type.getName()))
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> empty = new TreeSet<>(LAYERS.rows().keySet());
        empty.removeIf(module -> CLASSES.stream()
                .anyMatch(type -> Layers.module(type.getName()).equals(module)
                        && !type.getSimpleName().equals("package-info")));
        empty.forEach(module -> System.out.println("The module " + module + " of layers.txt has no code yet."));
        modules.removeAll(LAYERS.rows().keySet());
        assertThat(modules).as("modules without a row in layers.txt").isSubsetOf("node", "dev");
    }

    @Test
    void rolesAreUsedByNoModuleAndProtocolsDoNotKnowTheCluster() {
        LAYERS.rows()
                .forEach((module, used) -> assertThat(used)
                        .as("what " + module + " uses")
                        .doesNotContain("mta", "mailbox", "proxy", "console"));
        assertThat(List.of("smtp", "imap"))
                .allSatisfy(protocol ->
                        assertThat(LAYERS.rows().get(protocol)).isNotNull().doesNotContain("cluster"));
    }

    @Test
    void librariesStayInTheirModules() {
        assertThat(Layers.strays(CLASSES, Layers.LIBRARIES)).isEmpty();
    }

    @Test
    void aStrayLibraryIsNoticed() {
        assertThat(Layers.strays(CLASSES, Map.of("org.apache.mina.", Set.of("smtp"))))
                .isNotEmpty();
        assertThat(Layers.LIBRARIES.keySet())
                .allSatisfy(prefix -> assertThat(prefix).endsWith("."));
    }

    /** Our classes; those of libraries are known by name alone. */
    private static JavaClasses classes() {
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        return new ClassFileImporter()
                .withImportOption(location -> !location.contains("test-classes") && !location.contains("-tests.jar"))
                .importPackages("org.merpati");
    }
}
