package org.merpati.filter.regex;

import java.util.List;
import java.util.Map;
import org.merpati.filter.regex.Tree.Greed;

/** Writes an expression as {@link java.util.regex.Pattern} reads it, without a flag. */
final class JavaWriter {
    private final Map<String, String> inserts;
    private final StringBuilder text = new StringBuilder();

    private JavaWriter(Map<String, String> inserts) {
        this.inserts = inserts;
    }

    /**
     * The expression.
     *
     * @param inserts what is put in for each tag, as an expression of Java's
     */
    static String write(Tree tree, Map<String, String> inserts) {
        JavaWriter writer = new JavaWriter(inserts);
        writer.tree(tree);
        return writer.text.toString();
    }

    private void tree(Tree tree) {
        switch (tree) {
            case Tree.Octet octet -> text.append(octet.set().java());
            case Tree.Sequence sequence -> sequence.parts().forEach(this::tree);
            case Tree.Choice choice -> choice(choice.parts());
            case Tree.Repeat repeat -> repeat(repeat);
            case Tree.Group group -> wrapped("(", group.part());
            case Tree.Back back ->
                text.append(back.anyCase() ? "(?iu:\\" : "(?:\\")
                        .append(back.number())
                        .append(')');
            case Tree.Look look -> wrapped(opening(look), look.part());
            case Tree.Atomic atomic -> wrapped("(?>", atomic.part());
            case Tree.Common common -> tree(common.part());
            case Tree.At at -> text.append(place(at.place()));
            case Tree.Insert insert ->
                text.append("(?:")
                        .append(inserts.getOrDefault(insert.tag(), "(?!)"))
                        .append(')');
        }
    }

    private static String opening(Tree.Look look) {
        return (look.ahead() ? "(?" : "(?<") + (look.negative() ? "!" : "=");
    }

    private static String place(Tree.Place place) {
        return switch (place) {
            case BEGIN -> "\\A";
            case BEGIN_LINE -> "(?:\\A|(?<=\\n)(?!\\z))";
            case END -> "\\z";
            case END_FINAL -> "(?=\\n?\\z)";
            case END_LINE -> "(?=\\n|\\z)";
            case WORD -> "\\b";
            case NOT_WORD -> "\\B";
        };
    }

    private void wrapped(String opening, Tree part) {
        text.append(opening);
        tree(part);
        text.append(')');
    }

    private void choice(List<Tree> parts) {
        text.append("(?:");
        for (int i = 0; i < parts.size(); i++) {
            text.append(i == 0 ? "" : "|");
            tree(parts.get(i));
        }
        text.append(')');
    }

    private void repeat(Tree.Repeat repeat) {
        if (repeat.part() instanceof Tree.Octet) {
            tree(repeat.part());
        } else {
            wrapped("(?:", repeat.part());
        }
        text.append('{').append(repeat.least());
        if (repeat.most() != repeat.least()) {
            text.append(',').append(repeat.most() < 0 ? "" : repeat.most());
        }
        text.append('}').append(repeat.greed() == Greed.LAZY ? "?" : repeat.greed() == Greed.POSSESSIVE ? "+" : "");
    }
}
