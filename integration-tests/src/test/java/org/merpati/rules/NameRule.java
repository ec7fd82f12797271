package org.merpati.rules;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Names that say nothing: of types by their ending, of methods by the prefix get. */
final class NameRule implements Rule {
    private static final Pattern TYPE = Pattern.compile(".+(Utils?|Helper|Manager|Impl|Base)|Abstract.*");
    private static final Pattern METHOD = Pattern.compile("get[A-Z].*");

    @Override
    public List<Finding> check(Source source) {
        List<Finding> findings = new ArrayList<>();
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitClass(ClassTree node, Void none) {
                if (TYPE.matcher(node.getSimpleName()).matches()) {
                    findings.add(source.finding(
                            node, "type-name", node.getSimpleName() + " does not say what the type is made of."));
                }
                return super.visitClass(node, none);
            }

            @Override
            public Void visitMethod(MethodTree node, Void none) {
                if (METHOD.matcher(node.getName()).matches() && !overrides(node)) {
                    findings.add(source.finding(node, "get-prefix", node.getName() + " needs no prefix."));
                }
                return super.visitMethod(node, none);
            }
        }.scan(source.unit(), null);
        return findings;
    }

    private static boolean overrides(MethodTree node) {
        return node.getModifiers().getAnnotations().stream()
                .map(AnnotationTree::getAnnotationType)
                .anyMatch(type -> type.toString().endsWith("Override"));
    }
}
