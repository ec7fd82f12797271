package org.merpati.filter.regex;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Malformed;

/**
 * An expression of Perl's over octets as characters. A search first asks a machine that looks at each octet once; only
 * where that cannot say for sure does {@link Pattern} look, and no longer than {@link Steps} allows. For use by many
 * threads.
 */
public final class Regex {
    private static final Graph.Detail[] DETAILS = Graph.Detail.values();

    private final String source;
    private final Tree tree;
    private final Map<String, Integer> names = new LinkedHashMap<>();
    private final List<String> inserts = new ArrayList<>();
    private volatile @Nullable Pattern pattern;
    private volatile @Nullable Filled filled;
    private volatile @Nullable Level level;

    /** The machine in use, and how closely it follows the expression. */
    private record Level(@Nullable Machine machine, Graph.Detail detail) {}

    /** What the tags stood for the last time. */
    private record Filled(Map<String, String> put, Pattern pattern) {}

    private Regex(String source, Tree tree) {
        this.source = source;
        this.tree = tree;
        gather(tree);
    }

    /**
     * Reads an expression.
     *
     * @param modifiers the letters behind it, such as {@code is}
     * @throws Malformed if it is wrong or not translated, with the reason
     */
    public static Regex of(String expression, String modifiers) {
        return of(expression, modifiers, new Fragments());
    }

    /**
     * Reads an expression that has parts in common with others.
     *
     * @param known the parts of those that were read before
     * @throws Malformed if it is wrong or not translated, with the reason
     */
    public static Regex of(String expression, String modifiers, Fragments known) {
        return new Regex(expression, PerlReader.read(expression, modifiers, known));
    }

    private void gather(Tree part) {
        switch (part) {
            case Tree.Sequence sequence -> sequence.parts().forEach(this::gather);
            case Tree.Choice choice -> choice.parts().forEach(this::gather);
            case Tree.Repeat repeat -> gather(repeat.part());
            case Tree.Common common -> {}
            case Tree.Atomic atomic -> gather(atomic.part());
            case Tree.Look look -> gather(look.part());
            case Tree.Group group -> {
                group.name().ifPresent(name -> names.putIfAbsent(name, group.number()));
                gather(group.part());
            }
            case Tree.Insert insert -> inserts.add(insert.tag());
            case Tree.Octet octet -> {}
            case Tree.Back back -> {}
            case Tree.At at -> {}
        }
    }

    /** The names of its groups. */
    public Set<String> names() {
        return names.keySet();
    }

    /** The tags that are put into it before a search. */
    public List<String> inserts() {
        return inserts;
    }

    /** Texts in small letters of which one is in every match, if each has some length; octets as characters. */
    public Optional<Set<String>> literals(int length) {
        return Literals.of(tree, length);
    }

    /** Short texts in a row of which one is in every match, if looking for them spares searches. */
    public Optional<Windows> windows() {
        return Optional.of(Windows.of(tree)).filter(Windows::useful);
    }

    /**
     * Makes what a search needs, which is else made when it is first needed.
     *
     * @throws Malformed if Java cannot take the translation
     */
    public Regex compiled() {
        pattern();
        return this;
    }

    private Pattern pattern() {
        Pattern known = pattern;
        if (known == null) {
            known = compile(Map.of());
            pattern = known;
        }
        return known;
    }

    private Pattern compile(Map<String, String> put) {
        try {
            return Pattern.compile(JavaWriter.write(Possessive.of(tree), put));
        } catch (PatternSyntaxException cannot) {
            throw new Malformed("Java cannot take the expression: " + cannot.getDescription());
        }
    }

    /** What a machine says of a text; one that takes too much work is replaced by a coarser one for good. */
    private Machine.Answer ask(String text) {
        while (true) {
            Level now = level;
            if (now == null) {
                now = next(null);
            }
            Machine quick = now.machine;
            if (quick == null) {
                return Machine.Answer.TOO_MUCH_WORK;
            }
            Machine.Answer answer = quick.accepts(text);
            if (answer != Machine.Answer.TOO_MUCH_WORK) {
                return answer == Machine.Answer.YES && !quick.exact() ? Machine.Answer.TOO_MUCH_WORK : answer;
            }
            next(now);
        }
    }

    /** Goes on from a level to the next, unless somebody has: machines of less and less detail, then none. */
    private synchronized Level next(@Nullable Level from) {
        Level now = level;
        if (now == null || now.equals(from)) {
            int detail = from == null ? 0 : from.detail.ordinal() + 1;
            Optional<Graph> graph = Optional.empty();
            while (graph.isEmpty() && detail < DETAILS.length) {
                graph = Graph.of(tree, DETAILS[detail++]);
            }
            now = new Level(graph.map(Machine::new).orElse(null), DETAILS[Math.max(0, detail - 1)]);
            level = now;
        }
        return now;
    }

    /** Whether it matches somewhere. A search that is ended for taking too long found nothing. */
    public boolean find(String text, Steps steps) {
        return switch (ask(text)) {
            case NO -> false;
            case YES -> true;
            case TOO_MUCH_WORK -> count(pattern(), text, 1, steps) > 0;
        };
    }

    /** How often it matches, one match behind the other, but no more than a number of times. */
    public int count(String text, int most, Steps steps) {
        if (most == 1) {
            return find(text, steps) ? 1 : 0;
        }
        return ask(text) == Machine.Answer.NO ? 0 : count(pattern(), text, most, steps);
    }

    private static int count(Pattern pattern, String text, int most, Steps steps) {
        int found = 0;
        try {
            Matcher matcher = matcher(pattern, text, steps);
            while (found < most && matcher.find()) {
                found++;
            }
        } catch (Steps.Exceeded tooLong) {
            return found;
        } catch (StackOverflowError tooDeep) {
            steps.exceed();
        }
        return found;
    }

    private static Matcher matcher(Pattern pattern, String text, Steps steps) {
        steps.begin();
        return pattern.matcher(new Steps.Text(text, steps));
    }

    /**
     * How often it matches with tags put in; never if one of its tags has no text.
     *
     * @param tags for each tag the texts that it stands for
     */
    public int count(String text, int most, Steps steps, Map<String, ? extends Set<String>> tags) {
        if (inserts.isEmpty()) {
            return count(text, most, steps);
        }
        Map<String, String> put = new LinkedHashMap<>();
        for (String tag : inserts) {
            Set<String> texts = tags.get(tag);
            if (texts == null || texts.isEmpty()) {
                return 0;
            }
            put.put(tag, String.join("|", texts.stream().map(Pattern::quote).toList()));
        }
        Filled known = filled;
        if (known == null || !known.put.equals(put)) {
            known = new Filled(put, compile(put));
            filled = known;
        }
        return count(known.pattern, text, most, steps);
    }

    /** What its named groups matched, for each match. */
    public void capture(String text, Steps steps, Map<String, Set<String>> into) {
        try {
            Matcher matcher = matcher(pattern(), text, steps);
            while (matcher.find()) {
                names.forEach((name, number) -> {
                    String value = matcher.group(number);
                    if (value != null && !value.isEmpty()) {
                        into.computeIfAbsent(name, n -> new java.util.LinkedHashSet<>())
                                .add(value);
                    }
                });
            }
        } catch (Steps.Exceeded | StackOverflowError tooLong) {
            steps.exceed();
        }
    }

    @Override
    public String toString() {
        return source;
    }
}
