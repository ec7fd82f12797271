package org.merpati.filter.regex;

import java.util.ArrayList;
import java.util.List;
import org.merpati.filter.regex.Tree.Greed;

/**
 * Makes repetitions possessive that cannot end earlier and still let the rest match, since what comes next is none of
 * what is repeated. The same is matched, with less work where it is not.
 */
final class Possessive {
    /**
     * What may come next.
     *
     * @param octets the first octets of it
     * @param sure whether one of those has to come
     */
    private record Next(OctetSet octets, boolean sure) {
        static final Next ANYTHING = new Next(OctetSet.none().not(), false);

        Next or(Next other) {
            return new Next(octets.or(other.octets), sure && other.sure);
        }
    }

    private Possessive() {}

    /** An expression that matches the same. */
    static Tree of(Tree tree) {
        return tree(tree, Next.ANYTHING);
    }

    private static Tree tree(Tree tree, Next next) {
        return switch (tree) {
            case Tree.Sequence sequence -> {
                List<Tree> parts = new ArrayList<>(sequence.parts());
                Next behind = next;
                for (int i = parts.size() - 1; i >= 0; i--) {
                    Tree part = parts.get(i);
                    parts.set(i, tree(part, behind));
                    behind = first(part, behind);
                }
                yield new Tree.Sequence(parts);
            }
            case Tree.Choice choice ->
                new Tree.Choice(
                        choice.parts().stream().map(part -> tree(part, next)).toList());
            case Tree.Group group -> new Tree.Group(tree(group.part(), next), group.number(), group.name());
            case Tree.Repeat repeat -> repeat(repeat, next);
            case Tree.Common common -> tree(common.part(), next);
            case Tree.Atomic atomic -> tree;
            case Tree.Look look -> tree;
            case Tree.Octet octet -> tree;
            case Tree.At at -> tree;
            case Tree.Back back -> tree;
            case Tree.Insert insert -> tree;
        };
    }

    private static Tree repeat(Tree.Repeat repeat, Next next) {
        if (repeat.part() instanceof Tree.Octet octet) {
            boolean free = repeat.greed() == Greed.GREEDY
                    && repeat.most() != repeat.least()
                    && next.sure
                    && !next.octets.meets(octet.set());
            return free ? new Tree.Repeat(octet, repeat.least(), repeat.most(), Greed.POSSESSIVE) : repeat;
        }
        Next again = first(repeat.part(), next).or(next);
        return new Tree.Repeat(tree(repeat.part(), again), repeat.least(), repeat.most(), repeat.greed());
    }

    /** How a tree may begin, with what comes behind it if it may be empty. */
    private static Next first(Tree tree, Next behind) {
        return switch (tree) {
            case Tree.Octet octet -> new Next(octet.set(), true);
            case Tree.Sequence sequence -> {
                Next all = behind;
                for (Tree part : sequence.parts().reversed()) {
                    all = first(part, all);
                }
                yield all;
            }
            case Tree.Choice choice -> {
                Next all = first(choice.parts().getFirst(), behind);
                for (Tree part : choice.parts()) {
                    all = all.or(first(part, behind));
                }
                yield all;
            }
            case Tree.Group group -> first(group.part(), behind);
            case Tree.Common common -> first(common.part(), behind);
            case Tree.Atomic atomic -> first(atomic.part(), behind);
            case Tree.Repeat repeat -> {
                Next one = first(repeat.part(), behind);
                yield repeat.least() > 0 ? one : one.or(behind);
            }
            case Tree.Look look -> Next.ANYTHING;
            case Tree.At at -> Next.ANYTHING;
            case Tree.Back back -> Next.ANYTHING;
            case Tree.Insert insert -> Next.ANYTHING;
        };
    }
}
