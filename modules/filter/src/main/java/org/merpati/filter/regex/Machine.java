package org.merpati.filter.regex;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.merpati.filter.regex.Tree.Place;

/**
 * Runs a {@link Graph} over a text in one pass; the sets of states that it is in are worked out when they are first
 * met and kept. For use by many threads.
 */
final class Machine {
    private static final int STATES = 2_000;
    private static final int REBUILDS = 8;
    private static final Place[] PLACES = Place.values();

    /** What the octet before was. */
    private static final int BEGIN = 0;

    private static final int OTHER = 1;
    private static final int WORD = 2;
    private static final int LINE = 3;

    private final Graph graph;
    private final byte[] classes = new byte[OctetSet.SIZE];
    private final int[] sample;
    private final int end;
    private final boolean anchored;
    /** The state behind a match. */
    private final State found = new State(new Key(BEGIN, new int[0]), 0);

    private volatile Known known;

    Machine(Graph graph) {
        this.graph = graph;
        int[] kinds = graph.classes();
        int width = Arrays.stream(kinds).max().orElse(0) + 1;
        this.sample = new int[width];
        for (int octet = 0; octet < kinds.length; octet++) {
            classes[octet] = (byte) kinds[octet];
            sample[kinds[octet]] = octet;
        }
        this.end = width;
        this.anchored = anchored(graph);
        this.known = new Known();
    }

    private static boolean anchored(Graph graph) {
        int start = graph.start();
        return !graph.octet(start)
                && !graph.fork(start)
                && !graph.match(start)
                && PLACES[graph.argument(start)] == Place.BEGIN;
    }

    /** Whether it accepts no more than the expression matches. */
    boolean exact() {
        return graph.exact();
    }

    /** What a run came to. */
    enum Answer {
        NO,
        YES,
        TOO_MUCH_WORK
    }

    /** Whether a text has a part that the graph accepts. */
    Answer accepts(String text) {
        Known now = known;
        State state = now.first;
        int rebuilds = 0;
        int length = text.length();
        for (int i = 0; i <= length; i++) {
            int symbol = i == length ? end : classes[text.charAt(i) & 0xff] & 0xff;
            State next = state.next[symbol];
            if (next == null) {
                next = now.step(state, symbol);
                if (next == null) {
                    if (++rebuilds > REBUILDS) {
                        return Answer.TOO_MUCH_WORK;
                    }
                    now = new Known();
                    known = now;
                    next = now.step(now.put(state.key), symbol);
                }
            }
            if (next == null || next == found) {
                return next == null ? Answer.TOO_MUCH_WORK : Answer.YES;
            }
            state = next;
            if (anchored && state.dead()) {
                return Answer.NO;
            }
        }
        return Answer.NO;
    }

    /** A set of states of the graph, and what the octet before was. */
    private record Key(int before, int[] states) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && before == key.before && Arrays.equals(states, key.states);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(states) * 31 + before;
        }
    }

    /** A set that was met, and the ways from it, as far as they were gone. */
    private static final class State {
        private final Key key;
        private final @Nullable State[] next;

        State(Key key, int symbols) {
            this.key = key;
            this.next = new State[symbols];
        }

        /** Whether nothing can be found from here, if that has to begin where the text does. */
        boolean dead() {
            return key.before != BEGIN && key.states.length == 0;
        }
    }

    /** The sets that were met. */
    private final class Known {
        private final Map<Key, State> states = new HashMap<>();
        private final Stepper stepper = new Stepper();
        private final State first = new State(new Key(BEGIN, new int[0]), end + 1);

        Known() {
            states.put(first.key, first);
        }

        /** The state of a set, unless there are too many. */
        synchronized @Nullable State state(Key key) {
            State known = states.get(key);
            if (known == null && states.size() < STATES) {
                known = new State(key, end + 1);
                states.put(key, known);
            }
            return known;
        }

        /** The state of a set that one of its first is. */
        synchronized State put(Key key) {
            return states.computeIfAbsent(key, k -> new State(k, end + 1));
        }

        /** Where a symbol leads, unless there are too many states. */
        synchronized @Nullable State step(State from, int symbol) {
            Key key = stepper.step(from.key, symbol);
            State next = key == null ? found : state(key);
            from.next[symbol] = next;
            return next;
        }
    }

    /** Steps from sets of states over octets; keeps its room for the next step. */
    private final class Stepper {
        private final int[] seen = new int[graph.size()];
        private final int[] open = new int[graph.size()];
        private int[] reached = new int[16];
        private int generation;
        private int before;
        private int symbol;
        private int size;
        private int count;
        private boolean matched;

        /** The set that comes next, or nothing if something was found. */
        @Nullable
        Key step(Key from, int over) {
            generation++;
            before = from.before;
            symbol = over;
            size = 0;
            matched = false;
            for (int state : from.states) {
                visit(state);
            }
            visit(graph.start());
            if (matched) {
                return null;
            }
            int[] states = Arrays.copyOf(reached, size);
            Arrays.sort(states);
            int n = 0;
            for (int i = 0; i < size; i++) {
                if (i == 0 || states[i] != states[i - 1]) {
                    states[n++] = states[i];
                }
            }
            return new Key(after(), Arrays.copyOf(states, n));
        }

        private void visit(int from) {
            push(from);
            while (count > 0 && !matched) {
                int state = open[--count];
                if (graph.match(state)) {
                    matched = true;
                } else if (graph.octet(state)) {
                    if (symbol != end && graph.sets().get(graph.argument(state)).has(sample[symbol])) {
                        reach(graph.next(state));
                    }
                } else if (graph.fork(state)) {
                    push(graph.next(state));
                    push(graph.other(state));
                } else if (holds(PLACES[graph.argument(state)])) {
                    push(graph.next(state));
                }
            }
            count = 0;
        }

        private void push(int state) {
            if (seen[state] != generation) {
                seen[state] = generation;
                open[count++] = state;
            }
        }

        private void reach(int state) {
            if (size == reached.length) {
                reached = Arrays.copyOf(reached, size * 2);
            }
            reached[size++] = state;
        }

        private boolean holds(Place place) {
            boolean last = symbol == end;
            boolean word = !last && Graph.word(sample[symbol]);
            boolean line = !last && sample[symbol] == '\n';
            return switch (place) {
                case BEGIN -> before == BEGIN;
                case BEGIN_LINE -> before == BEGIN || (before == LINE && !last);
                case END -> last;
                case END_FINAL, END_LINE -> last || line;
                case WORD -> word != (before == WORD);
                case NOT_WORD -> word == (before == WORD);
            };
        }

        private int after() {
            if (!graph.places() || symbol == end) {
                return OTHER;
            }
            int octet = sample[symbol];
            return Graph.word(octet) ? WORD : octet == '\n' ? LINE : OTHER;
        }
    }
}
