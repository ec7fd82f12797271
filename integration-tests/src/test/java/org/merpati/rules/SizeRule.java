package org.merpati.rules;

import com.sun.source.tree.MethodTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;

/** Lines of a method, lines of a file, characters of a line, types of a file. */
final class SizeRule implements Rule {
    static final int METHOD = 60;
    static final int FILE = 500;
    static final int LINE = 120;

    @Override
    public List<Finding> check(Source source) {
        List<Finding> findings = new ArrayList<>();
        String[] lines = source.lines();
        int count = lines[lines.length - 1].isEmpty() ? lines.length - 1 : lines.length;
        if (count > FILE) {
            findings.add(new Finding(source.path(), count, "file-length", "The file has " + count + " lines."));
        }
        for (int i = 0; i < lines.length; i++) {
            int length = lines[i].codePointCount(0, lines[i].length());
            if (length > LINE) {
                findings.add(
                        new Finding(source.path(), i + 1, "line-length", "The line has " + length + " characters."));
            }
        }
        int types = source.unit().getTypeDecls().size();
        if (types > 1) {
            findings.add(new Finding(source.path(), 1, "one-type", "The file has " + types + " top-level types."));
        }
        methods(source, findings);
        return findings;
    }

    private static void methods(Source source, List<Finding> findings) {
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitMethod(MethodTree node, Void none) {
                long count = source.lastLine(node) - source.line(node) + 1;
                if (count > METHOD) {
                    findings.add(source.finding(node, "method-length", node.getName() + " has " + count + " lines."));
                }
                return super.visitMethod(node, none);
            }
        }.scan(source.unit(), null);
    }
}
