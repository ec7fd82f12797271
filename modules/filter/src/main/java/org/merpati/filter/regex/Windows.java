package org.merpati.filter.regex;

import java.util.ArrayList;
import java.util.List;

/** Short rows of sets of octets of which one is in every match of an expression. */
public final class Windows {
    /** The sets in a row. */
    static final int LENGTH = 8;

    private static final int MOST = 256;
    /** What looking for a window costs, whether it is there or not. */
    private static final double PRICE = 1e-6;
    /** A window that is more frequent than this is not worth looking for. */
    private static final double FREQUENT = 2e-3;

    private static final double[] SHARES = shares();

    private final List<Prefix> rows;
    private final double share;

    private Windows(List<Prefix> rows, double share) {
        this.rows = List.copyOf(rows);
        this.share = share;
    }

    /** How often octets are met in mail, roughly. */
    private static double[] shares() {
        double[] shares = new double[OctetSet.SIZE];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = i >= 128 ? 0.0005 : i < ' ' ? 0.0002 : 0.004;
        }
        String common = " etaoinsrhldcumfpgwybv.,k\nxjqz";
        for (int i = 0; i < common.length(); i++) {
            shares[common.charAt(i)] = i == 0 ? 0.16 : 0.1 / (1 + i * 0.45);
        }
        return shares;
    }

    static Windows of(Tree tree) {
        return new Finder().cover(tree, Prefix.ANYTHING);
    }

    /** Whether a search for them spares searches for the expression. */
    boolean useful() {
        return share < FREQUENT;
    }

    /** The rows. */
    List<Prefix> rows() {
        return rows;
    }

    /** Finds the rows with the least chance of being in a text that does not match. */
    private static final class Finder {
        private Windows cover(Tree tree, Prefix follow) {
            Prefix whole = Prefix.of(tree).then(follow);
            Windows best = new Windows(List.of(whole), whole.share(SHARES) + PRICE);
            return switch (tree) {
                case Tree.Sequence sequence -> sequence(sequence.parts(), follow, best);
                case Tree.Choice choice -> better(best, choice(choice.parts(), follow));
                case Tree.Group group -> better(best, cover(group.part(), follow));
                case Tree.Atomic atomic -> better(best, cover(atomic.part(), follow));
                case Tree.Repeat repeat -> repeat.least() == 0 ? best : better(best, repeat(repeat, follow));
                case Tree.Common common ->
                    common.prefix().open() && !common.prefix().mayBeLong()
                            ? best
                            : better(best, cover(common.part(), follow));
                case Tree.Octet octet -> best;
                case Tree.At at -> best;
                case Tree.Look look -> best;
                case Tree.Back back -> best;
                case Tree.Insert insert -> best;
            };
        }

        private static Windows better(Windows one, Windows other) {
            return other.share < one.share ? other : one;
        }

        private Windows sequence(List<Tree> parts, Prefix follow, Windows whole) {
            Windows best = whole;
            Prefix rest = follow;
            for (Tree part : parts.reversed()) {
                best = better(best, cover(part, rest));
                rest = Prefix.of(part).then(rest);
            }
            return best;
        }

        private Windows choice(List<Tree> parts, Prefix follow) {
            List<Prefix> rows = new ArrayList<>();
            double share = 0;
            for (Tree part : parts) {
                Windows one = cover(part, follow);
                rows.addAll(one.rows);
                share += one.share;
            }
            return new Windows(rows.size() > MOST ? List.of() : rows, rows.size() > MOST ? 1 : share);
        }

        private Windows repeat(Tree.Repeat repeat, Prefix follow) {
            int most = repeat.most() < 0 ? repeat.most() : repeat.most() - 1;
            Prefix rest = Prefix.of(repeat.part()).times(repeat.least() - 1, most);
            return cover(repeat.part(), rest.then(follow));
        }
    }
}
