package org.merpati.filter.regex;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Texts of which one must be there for an expression to match, in small letters.
 *
 * @param exact all texts that it can match, if they are few
 * @param needed some texts of which one is in every match, if there are such
 */
record Literals(Optional<Set<String>> exact, Optional<Set<String>> needed) {
    private static final int COUNT = 64;
    private static final int LENGTH = 24;
    private static final int SET = 12;
    private static final Literals ANYTHING = new Literals(Optional.empty(), Optional.empty());
    private static final Literals EMPTY = new Literals(Optional.of(Set.of("")), Optional.empty());

    /** The texts of which one must be there, if they are long enough to be worth looking for. */
    static Optional<Set<String>> of(Tree tree, int length) {
        return read(tree).best().filter(texts -> shortest(texts) >= length);
    }

    private Optional<Set<String>> best() {
        if (exact.isEmpty()) {
            return needed;
        }
        return needed.isEmpty() || better(exact.get(), needed.get()) ? exact : needed;
    }

    private static boolean better(Set<String> one, Set<String> other) {
        int difference = Math.min(6, shortest(one)) - Math.min(6, shortest(other));
        return difference > 0 || (difference == 0 && one.size() < other.size());
    }

    private static int shortest(Set<String> texts) {
        return texts.stream().mapToInt(String::length).min().orElse(0);
    }

    static Literals read(Tree tree) {
        return switch (tree) {
            case Tree.Octet octet -> octet(octet.set());
            case Tree.Sequence sequence -> sequence(sequence.parts());
            case Tree.Choice choice -> choice(choice.parts());
            case Tree.Repeat repeat -> repeat(repeat);
            case Tree.Group group -> read(group.part());
            case Tree.Atomic atomic -> read(atomic.part());
            case Tree.Common common -> common.literals();
            case Tree.Look look -> EMPTY;
            case Tree.At at -> EMPTY;
            case Tree.Back back -> ANYTHING;
            case Tree.Insert insert -> ANYTHING;
        };
    }

    private static Literals octet(OctetSet set) {
        Set<String> texts = new LinkedHashSet<>();
        for (int i = 0; i < OctetSet.SIZE; i++) {
            if (set.has(i)) {
                texts.add(String.valueOf((char) Automaton.fold(i)));
                if (texts.size() > SET) {
                    return ANYTHING;
                }
            }
        }
        return new Literals(Optional.of(texts), Optional.empty());
    }

    private static Literals sequence(List<Tree> parts) {
        Optional<Set<String>> needed = Optional.empty();
        Set<String> run = Set.of("");
        boolean whole = true;
        for (Tree part : parts) {
            Literals one = read(part);
            Optional<Set<String>> joined = one.exact.isPresent() ? product(run, one.exact.get()) : Optional.empty();
            if (joined.isPresent()) {
                run = joined.get();
                continue;
            }
            whole = false;
            needed = pick(needed, Optional.of(run));
            needed = pick(needed, one.best());
            run = one.exact.orElse(Set.of(""));
        }
        return whole
                ? new Literals(Optional.of(run), Optional.empty())
                : new Literals(Optional.empty(), pick(needed, Optional.of(run)));
    }

    private static Optional<Set<String>> pick(Optional<Set<String>> one, Optional<Set<String>> other) {
        Optional<Set<String>> useful = other.filter(texts -> shortest(texts) > 0);
        if (one.isEmpty() || useful.isEmpty()) {
            return one.isEmpty() ? useful : one;
        }
        return better(useful.get(), one.get()) ? useful : one;
    }

    private static Optional<Set<String>> product(Set<String> one, Set<String> other) {
        if ((long) one.size() * other.size() > COUNT) {
            return Optional.empty();
        }
        Set<String> texts = new LinkedHashSet<>();
        for (String first : one) {
            for (String second : other) {
                if (first.length() + second.length() > LENGTH) {
                    return Optional.empty();
                }
                texts.add(first + second);
            }
        }
        return Optional.of(texts);
    }

    private static Literals choice(List<Tree> parts) {
        Set<String> exact = new LinkedHashSet<>();
        Set<String> needed = new LinkedHashSet<>();
        boolean whole = true;
        boolean each = true;
        for (Tree part : parts) {
            Literals one = read(part);
            one.exact.ifPresent(exact::addAll);
            whole &= one.exact.isPresent();
            Optional<Set<String>> best = one.best();
            best.ifPresent(needed::addAll);
            each &= best.isPresent();
        }
        return new Literals(
                whole && exact.size() <= COUNT ? Optional.of(exact) : Optional.empty(),
                each && needed.size() <= COUNT * 4 ? Optional.of(needed) : Optional.empty());
    }

    private static Literals repeat(Tree.Repeat repeat) {
        Literals one = read(repeat.part());
        if (repeat.least() == 1 && repeat.most() == 1) {
            return one;
        }
        if (repeat.least() > 0) {
            return new Literals(Optional.empty(), one.best());
        }
        if (repeat.most() == 1 && one.exact.isPresent() && one.exact.get().size() < COUNT) {
            Set<String> texts = new LinkedHashSet<>(one.exact.get());
            texts.add("");
            return new Literals(Optional.of(texts), Optional.empty());
        }
        return ANYTHING;
    }
}
