package org.merpati.filter.regex;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.merpati.filter.regex.Tree.Place;

/**
 * An expression as a graph of states (Thompson 1968) that accepts at least what it matches: look-around is passed over,
 * a reference to a group accepts what the group does.
 */
final class Graph {
    /** The kinds of states. */
    private static final int OCTET = 0;

    private static final int FORK = 1;
    private static final int AT = 2;
    private static final int MATCH = 3;
    private static final int LIMIT = 100_000;

    /** How closely a graph follows the expression. */
    enum Detail {
        /** As closely as a graph can. */
        FINE(Integer.MAX_VALUE),
        /** What may be repeated often may be so without end. */
        LOOSE(8),
        /** What is repeated may be so without end. */
        COARSE(1);

        /** How far is counted. */
        private final int counted;

        Detail(int counted) {
            this.counted = counted;
        }
    }

    private static final int FIELDS = 4;
    private static final int NOWHERE = -1;
    private static final OctetSet WORDS =
            OctetSet.range('a', 'z').with('A', 'Z').with('0', '9').with('_', '_');

    private int[] states = new int[64 * FIELDS];
    private int size;
    private final List<OctetSet> sets = new ArrayList<>();
    private final Map<OctetSet, Integer> known = new HashMap<>();
    private final Map<Integer, Tree> groups = new HashMap<>();
    private final Detail detail;
    private boolean exact = true;
    private boolean places;
    private int start;

    private Graph(Detail detail) {
        this.detail = detail;
    }

    /** The graph, unless it would be too large. */
    static Optional<Graph> of(Tree tree, Detail detail) {
        if (size(tree, detail) > LIMIT) {
            return Optional.empty();
        }
        Graph graph = new Graph(detail);
        int match = graph.state(MATCH, 0, NOWHERE, NOWHERE);
        graph.start = graph.tree(tree, match);
        return Optional.of(graph);
    }

    /** Whether it accepts no more than the expression matches. */
    boolean exact() {
        return exact;
    }

    /** Whether what stands before or behind an octet matters. */
    boolean places() {
        return places;
    }

    int start() {
        return start;
    }

    int size() {
        return size;
    }

    List<OctetSet> sets() {
        return sets;
    }

    boolean match(int state) {
        return states[state * FIELDS] == MATCH;
    }

    boolean octet(int state) {
        return states[state * FIELDS] == OCTET;
    }

    boolean fork(int state) {
        return states[state * FIELDS] == FORK;
    }

    /** The set of an octet's state, or the place of a place's. */
    int argument(int state) {
        return states[state * FIELDS + 1];
    }

    int next(int state) {
        return states[state * FIELDS + 2];
    }

    int other(int state) {
        return states[state * FIELDS + 3];
    }

    private int state(int kind, int argument, int next, int other) {
        int at = size * FIELDS;
        if (at == states.length) {
            states = Arrays.copyOf(states, at * 2);
        }
        states[at] = kind;
        states[at + 1] = argument;
        states[at + 2] = next;
        states[at + 3] = other;
        return size++;
    }

    private int set(OctetSet set) {
        return known.computeIfAbsent(set, s -> {
            sets.add(s);
            return sets.size() - 1;
        });
    }

    /** Adds a tree before a state and gives where it begins. */
    private int tree(Tree tree, int next) {
        return switch (tree) {
            case Tree.Octet octet -> state(OCTET, set(octet.set()), next, NOWHERE);
            case Tree.Sequence sequence -> {
                int at = next;
                for (Tree part : sequence.parts().reversed()) {
                    at = tree(part, at);
                }
                yield at;
            }
            case Tree.Choice choice -> {
                int at = NOWHERE;
                for (Tree part : choice.parts().reversed()) {
                    int begin = tree(part, next);
                    at = at == NOWHERE ? begin : state(FORK, 0, begin, at);
                }
                yield at;
            }
            case Tree.Repeat repeat -> repeat(repeat, next);
            case Tree.Group group -> {
                groups.put(group.number(), group.part());
                yield tree(group.part(), next);
            }
            case Tree.Common common -> tree(common.part(), next);
            case Tree.Atomic atomic -> {
                exact = false;
                yield tree(atomic.part(), next);
            }
            case Tree.Look look -> {
                exact = false;
                yield next;
            }
            case Tree.Back back -> {
                exact = false;
                yield anything(next);
            }
            case Tree.Insert insert -> {
                exact = false;
                yield anything(next);
            }
            case Tree.At at -> {
                places = true;
                exact &= at.place() != Place.END_FINAL;
                yield state(AT, at.place().ordinal(), next, NOWHERE);
            }
        };
    }

    private int anything(int next) {
        int loop = state(FORK, 0, next, NOWHERE);
        int octet = state(OCTET, set(OctetSet.none().not()), loop, NOWHERE);
        states[loop * FIELDS + 3] = octet;
        return loop;
    }

    private static int least(Tree.Repeat repeat, Detail detail) {
        return Math.min(detail.counted, repeat.least());
    }

    private static boolean many(Tree.Repeat repeat, Detail detail) {
        boolean ranged = detail != Detail.FINE && repeat.most() > Math.max(1, repeat.least());
        return repeat.most() < 0 || ranged || repeat.most() > detail.counted;
    }

    /** How many states a tree needs, about. */
    private static long size(Tree tree, Detail detail) {
        return switch (tree) {
            case Tree.Sequence sequence -> size(sequence.parts(), detail);
            case Tree.Choice choice ->
                size(choice.parts(), detail) + choice.parts().size();
            case Tree.Group group -> size(group.part(), detail);
            case Tree.Common common -> size(common.part(), detail);
            case Tree.Atomic atomic -> size(atomic.part(), detail);
            case Tree.Repeat repeat -> {
                int times = least(repeat, detail) + (many(repeat, detail) ? 1 : repeat.most() - repeat.least());
                yield Math.min(LIMIT * 2L, (size(repeat.part(), detail) + 1) * times);
            }
            case Tree.Octet octet -> 1;
            case Tree.Look look -> 0;
            case Tree.At at -> 1;
            case Tree.Back back -> 2;
            case Tree.Insert insert -> 2;
        };
    }

    private static long size(List<Tree> parts, Detail detail) {
        long sum = 0;
        for (Tree part : parts) {
            sum += size(part, detail);
        }
        return sum;
    }

    private int repeat(Tree.Repeat repeat, int next) {
        exact &= repeat.greed() != Tree.Greed.POSSESSIVE;
        int at = next;
        int least = least(repeat, detail);
        boolean many = many(repeat, detail);
        exact &= least == repeat.least() && many == repeat.most() < 0;
        if (many) {
            int loop = state(FORK, 0, NOWHERE, next);
            int begin = tree(repeat.part(), loop);
            states[loop * FIELDS + 2] = begin;
            at = loop;
        } else {
            for (int i = least; i < repeat.most(); i++) {
                at = state(FORK, 0, tree(repeat.part(), at), next);
            }
        }
        for (int i = 0; i < least; i++) {
            at = tree(repeat.part(), at);
        }
        return at;
    }

    /** Puts octets that no state tells apart into classes; gives the class of each. */
    int[] classes() {
        int[] classes = new int[OctetSet.SIZE];
        int count = 1;
        for (OctetSet set : sets) {
            count = split(classes, count, set);
        }
        if (places) {
            for (OctetSet set : List.of(WORDS, OctetSet.of('\n'))) {
                count = split(classes, count, set);
            }
        }
        return classes;
    }

    /** Parts each class into what is in a set and what is not; gives how many there are. */
    private static int split(int[] classes, int count, OctetSet set) {
        int[] inside = new int[count];
        int[] outside = new int[count];
        int made = 0;
        for (int octet = 0; octet < classes.length; octet++) {
            int[] side = set.has(octet) ? inside : outside;
            int old = classes[octet];
            if (side[old] == 0) {
                side[old] = ++made;
            }
            classes[octet] = side[old] - 1;
        }
        return made;
    }

    static boolean word(int octet) {
        return (octet >= 'a' && octet <= 'z')
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= '0' && octet <= '9')
                || octet == '_';
    }
}
