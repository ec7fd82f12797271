package org.merpati.rules;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/** A sentence on every public type of main code, and on each package, which is null-marked. */
final class DocRule implements Rule {
    private static final Pattern SENTENCE = Pattern.compile("\\s*[^\\s@].*[.!?:](\\s.*)?", Pattern.DOTALL);

    @Override
    public List<Finding> check(Source source) {
        List<Finding> findings = new ArrayList<>();
        if (source.isPackageInfo()) {
            packageInfo(source, findings);
        } else if (source.isMain()) {
            types(source, findings);
        }
        return findings;
    }

    private static void packageInfo(Source source, List<Finding> findings) {
        boolean sentence = source.comments().stream()
                .anyMatch(comment -> comment.text().startsWith("*")
                        && isSentence(comment.text().substring(1)));
        if (!sentence) {
            findings.add(new Finding(source.path(), 1, "package-info", "The package has no sentence."));
        }
        boolean marked = source.unit().getPackageAnnotations().stream()
                .anyMatch(
                        annotation -> annotation.getAnnotationType().toString().endsWith("NullMarked"));
        if (!marked) {
            findings.add(new Finding(source.path(), 1, "package-info", "The package is not @NullMarked."));
        }
    }

    private static void types(Source source, List<Finding> findings) {
        new TreePathScanner<Void, Void>() {
            @Override
            public Void visitClass(ClassTree node, Void none) {
                if (isPublic(getCurrentPath()) && !isSentence(source.trees().getDocComment(getCurrentPath()))) {
                    findings.add(source.finding(
                            node, "javadoc", node.getSimpleName() + " has no sentence that says what it is."));
                }
                return super.visitClass(node, none);
            }
        }.scan(source.unit(), null);
    }

    /** Public by its word, or as a member of an interface; and so must be what it lies in. */
    private static boolean isPublic(TreePath path) {
        if (!(path.getLeaf() instanceof ClassTree type)) {
            return true;
        }
        TreePath outside = path.getParentPath();
        Set<Modifier> modifiers = type.getModifiers().getFlags();
        boolean inInterface = outside.getLeaf().getKind() == Tree.Kind.INTERFACE;
        boolean placed = outside.getLeaf() instanceof ClassTree || outside.getLeaf() instanceof CompilationUnitTree;
        return placed && (modifiers.contains(Modifier.PUBLIC) || inInterface) && isPublic(outside);
    }

    private static boolean isSentence(@Nullable String comment) {
        return comment != null && SENTENCE.matcher(comment).matches();
    }
}
