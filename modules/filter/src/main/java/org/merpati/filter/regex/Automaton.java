package org.merpati.filter.regex;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/** Finds many texts in one pass, without regard to case (Aho and Corasick 1975). */
public final class Automaton {
    private static final int[] NONE = new int[0];

    private final byte[] classes;
    private final int width;
    private final int[] next;
    private final int[][] found;

    private Automaton(byte[] classes, int width, int[] next, int[][] found) {
        this.classes = classes;
        this.width = width;
        this.next = next;
        this.found = found;
    }

    /** The small letter of an octet. */
    static int fold(int octet) {
        boolean large = (octet >= 'A' && octet <= 'Z') || (octet >= 0xc0 && octet <= 0xde && octet != 0xd7);
        return large ? octet + 32 : octet;
    }

    /** Makes one that finds these texts. */
    public static Automaton of(List<Set<String>> texts) {
        byte[] classes = classes(texts);
        int width = 0;
        for (byte one : classes) {
            width = Math.max(width, (one & 0xff) + 1);
        }
        List<int[]> edges = new ArrayList<>(List.of(edges(width)));
        List<List<Integer>> ends = new ArrayList<>(List.of(new ArrayList<>()));
        for (int i = 0; i < texts.size(); i++) {
            for (String text : texts.get(i)) {
                int state = 0;
                for (int at = 0; at < text.length(); at++) {
                    int symbol = classes[text.charAt(at)] & 0xff;
                    int to = edges.get(state)[symbol];
                    if (to < 0) {
                        to = edges.size();
                        edges.get(state)[symbol] = to;
                        edges.add(edges(width));
                        ends.add(new ArrayList<>());
                    }
                    state = to;
                }
                ends.get(state).add(i);
            }
        }
        return complete(classes, width, edges, ends);
    }

    private static byte[] classes(Collection<Set<String>> texts) {
        Map<Integer, Integer> known = new HashMap<>();
        texts.forEach(set -> set.forEach(text ->
                text.chars().forEach(c -> known.computeIfAbsent(c, k -> Math.min(known.size() + 1, 255)))));
        byte[] classes = new byte[OctetSet.SIZE];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = (byte) (int) known.getOrDefault(fold(i), 0);
        }
        return classes;
    }

    private static int[] edges(int width) {
        int[] edges = new int[width];
        Arrays.fill(edges, -1);
        return edges;
    }

    /** Gives each state the way on for every octet. */
    private static Automaton complete(byte[] classes, int width, List<int[]> edges, List<List<Integer>> ends) {
        int[] fallback = new int[edges.size()];
        int[][] found = new int[edges.size()][];
        int[] next = new int[edges.size() * width];
        Deque<Integer> open = new ArrayDeque<>(List.of(0));
        while (!open.isEmpty()) {
            int state = open.removeFirst();
            List<Integer> own = ends.get(state);
            int[] inherited = state == 0 ? NONE : found[fallback[state]];
            found[state] = java.util.stream.IntStream.concat(
                            own.stream().mapToInt(Integer::intValue), Arrays.stream(inherited))
                    .distinct()
                    .toArray();
            for (int symbol = 0; symbol < width; symbol++) {
                int to = edges.get(state)[symbol];
                int without = state == 0 ? 0 : next[fallback[state] * width + symbol];
                if (to >= 0) {
                    fallback[to] = state == 0 ? 0 : without;
                    open.addLast(to);
                }
                next[state * width + symbol] = to >= 0 ? to : without;
            }
        }
        for (int i = 0; i < found.length; i++) {
            found[i] = found[i].length == 0 ? NONE : found[i];
        }
        return new Automaton(classes, width, next, found);
    }

    /** Tells which sets have a text in here; a set may be told more than once. */
    public void search(String text, IntConsumer hit) {
        int state = 0;
        int length = text.length();
        for (int i = 0; i < length; i++) {
            state = next[state * width + (classes[text.charAt(i) & 0xff] & 0xff)];
            int[] sets = found[state];
            if (sets.length > 0) {
                for (int set : sets) {
                    hit.accept(set);
                }
            }
        }
    }
}
