package org.merpati.rules;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** A source file as javac's parser sees it; nothing is resolved or compiled. */
record Source(String path, String text, CompilationUnitTree unit, DocTrees trees) {
    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    private static final JavaFileManager FILES = COMPILER.getStandardFileManager(null, null, null);

    /** A comment without its marks; the line is that of its beginning. */
    record Comment(long line, String text) {}

    /** Parses a text; one that is no Java gives a unit with what could be read. */
    static Source parse(String path, String text) {
        return parse(Map.of(path, text)).get(0);
    }

    /** Parses texts by path, in the order of the map, with one start of the compiler. */
    static List<Source> parse(Map<String, String> texts) {
        Map<URI, Map.Entry<String, String>> entries = new HashMap<>();
        List<JavaFileObject> files = new ArrayList<>();
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            JavaFileObject file = file(entry.getKey(), entry.getValue());
            entries.put(file.toUri(), entry);
            files.add(file);
        }
        JavacTask task = (JavacTask) COMPILER.getTask(
                null, FILES, problem -> {}, List.of("-proc:none", "-XDallowStringFolding=false"), null, files);
        List<Source> sources = new ArrayList<>();
        try {
            for (CompilationUnitTree unit : task.parse()) {
                Map.Entry<String, String> entry =
                        Objects.requireNonNull(entries.get(unit.getSourceFile().toUri()));
                sources.add(new Source(entry.getKey(), entry.getValue(), unit, DocTrees.instance(task)));
            }
            return sources;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JavaFileObject file(String path, String text) {
        return new SimpleJavaFileObject(URI.create("source:///" + path), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }

    boolean isMain() {
        return path.contains("src/main/");
    }

    boolean isPackageInfo() {
        return path.endsWith("package-info.java");
    }

    String[] lines() {
        return text.split("\n", -1);
    }

    /** The line on which a node of the tree begins. */
    long line(Tree node) {
        return unit.getLineMap().getLineNumber(positions().getStartPosition(unit, node));
    }

    /** The line on which a node of the tree ends. */
    long lastLine(Tree node) {
        return unit.getLineMap().getLineNumber(positions().getEndPosition(unit, node) - 1);
    }

    Finding finding(Tree node, String rule, String sentence) {
        return new Finding(path, line(node), rule, sentence);
    }

    /** Every comment, in the order of the text. */
    List<Comment> comments() {
        List<Comment> comments = new ArrayList<>();
        String code = withoutLiterals();
        int at = 0;
        while (true) {
            int slashes = code.indexOf("//", at);
            int block = code.indexOf("/*", at);
            if (slashes < 0 && block < 0) {
                return comments;
            }
            boolean isBlock = slashes < 0 || (block >= 0 && block < slashes);
            int start = isBlock ? block : slashes;
            int end = code.indexOf(isBlock ? "*/" : "\n", start + 2);
            end = end < 0 ? code.length() : end;
            comments.add(new Comment(unit.getLineMap().getLineNumber(start), code.substring(start + 2, end)));
            at = Math.min(code.length(), end + 1);
        }
    }

    /** The text with a blank for each character of a string or character literal. */
    private String withoutLiterals() {
        StringBuilder code = new StringBuilder(text);
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitLiteral(LiteralTree node, Void none) {
                if (node.getKind() == Tree.Kind.STRING_LITERAL || node.getKind() == Tree.Kind.CHAR_LITERAL) {
                    long end = positions().getEndPosition(unit, node);
                    for (int i = (int) positions().getStartPosition(unit, node); i < end; i++) {
                        code.setCharAt(i, code.charAt(i) == '\n' ? '\n' : ' ');
                    }
                }
                return null;
            }
        }.scan(unit, null);
        return code.toString();
    }

    private SourcePositions positions() {
        return trees.getSourcePositions();
    }
}
