package org.merpati.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.TreeScanner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages that walk through the code name only types, members and files that exist. */
@Tag("fast")
class WalksTest {
    private static final Pattern TICKED = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern TYPE = Pattern.compile("([A-Z]\\w*)(?:\\.java|#(\\w+)(?:\\(.*\\))?)?");
    private static final Pattern FILE = Pattern.compile("(modules|distribution|integration-tests|docs|conf)/[\\w./-]+");
    private static final Map<String, Set<String>> MEMBERS = members();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ARCHITECTURE.md",
                "docs/mailbox-log.md",
                "docs/walks/message.md",
                "docs/walks/login.md",
                "docs/walks/failover.md"
            })
    void pageNamesWhatExists(String page) {
        Path path = Project.root().resolve(page);
        assertThat(path).exists();
        String text = Project.read(path);
        assertThat(unknown(text))
                .as("names in " + page + " that nothing in the tree has")
                .isEmpty();
        assertThat(TICKED.matcher(text).results().count()).isGreaterThan(10);
    }

    @Test
    void aNameThatDoesNotExistIsNoticed() {
        assertThat(unknown("`Vault` `Vault#flush` `Vault.java` `docs/rfc.tsv` `./dev up` `250`"))
                .isEmpty();
        assertThat(unknown("`NoSuchThing` `NoSuchThing.java` `Vault#noSuchThing` `docs/none.md`"))
                .containsExactly("NoSuchThing", "NoSuchThing.java", "Vault#noSuchThing", "docs/none.md");
    }

    private static List<String> unknown(String text) {
        List<String> unknown = new ArrayList<>();
        Matcher ticked = TICKED.matcher(text);
        while (ticked.find()) {
            String name = ticked.group(1);
            Matcher type = TYPE.matcher(name);
            if (FILE.matcher(name).matches()) {
                if (!Files.exists(Project.root().resolve(name))) {
                    unknown.add(name);
                }
            } else if (type.matches() && !name.equals(name.toUpperCase(java.util.Locale.ROOT))) {
                Set<String> members = MEMBERS.get(type.group(1));
                if (members == null || (type.group(2) != null && !members.contains(type.group(2)))) {
                    unknown.add(name);
                }
            }
        }
        return unknown;
    }

    /** The methods, fields and member types of each type of the tree, by its simple name. */
    private static Map<String, Set<String>> members() {
        Map<String, String> texts = new LinkedHashMap<>();
        Project.sources().forEach(path -> texts.put(Project.name(path), Project.read(path)));
        Map<String, Set<String>> members = new HashMap<>();
        for (Source source : Source.parse(texts)) {
            new TreeScanner<Void, String>() {
                @Override
                public Void visitClass(ClassTree node, String outside) {
                    String name = node.getSimpleName().toString();
                    members.computeIfAbsent(outside, key -> new TreeSet<>()).add(name);
                    members.computeIfAbsent(name, key -> new TreeSet<>());
                    return super.visitClass(node, name);
                }

                @Override
                public Void visitMethod(MethodTree node, String outside) {
                    members.computeIfAbsent(outside, key -> new TreeSet<>())
                            .add(node.getName().toString());
                    return super.visitMethod(node, outside);
                }

                @Override
                public Void visitVariable(VariableTree node, String outside) {
                    members.computeIfAbsent(outside, key -> new TreeSet<>())
                            .add(node.getName().toString());
                    return super.visitVariable(node, outside);
                }
            }.scan(source.unit(), "");
        }
        return members;
    }
}
