package org.merpati.dev;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** How well a filter told spam from ham. */
final class FilterFigures {
    private static final int RESAMPLES = 1_000;

    /**
     * A verdict on a message that is known for what it is.
     *
     * @param spam what it is
     * @param caught whether the filter says that it is spam
     */
    record Judged(boolean spam, double score, boolean caught) {}

    private final List<Judged> judged;

    FilterFigures(List<Judged> judged) {
        this.judged = List.copyOf(judged);
    }

    long count(boolean spam, boolean caught) {
        return judged.stream()
                .filter(one -> one.spam == spam && one.caught == caught)
                .count();
    }

    private long all(boolean spam) {
        return count(spam, true) + count(spam, false);
    }

    /** Percent of the spam that is caught. */
    double recall() {
        return 100.0 * count(true, true) / Math.max(1, all(true));
    }

    /** Percent of the ham that is taken for spam. */
    double falsePositives() {
        return 100.0 * count(false, true) / Math.max(1, all(false));
    }

    /** Percent of what is caught that is spam. */
    double precision() {
        return 100.0 * count(true, true) / Math.max(1, count(true, true) + count(false, true));
    }

    /** Percent of the spam that is caught if the threshold is set so that a share of the ham is, at most. */
    double recallAt(double share) {
        double[] ham = scores(false);
        double[] spam = scores(true);
        if (ham.length == 0) {
            return Double.NaN;
        }
        double threshold = ham[ham.length - 1 - (int) (share * ham.length)];
        return 100.0 * Arrays.stream(spam).filter(score -> score > threshold).count() / Math.max(1, spam.length);
    }

    private double[] scores(boolean spam) {
        return judged.stream()
                .filter(one -> one.spam == spam)
                .mapToDouble(Judged::score)
                .sorted()
                .toArray();
    }

    /** One minus the area under the curve of recall over false positives: the chance that ham scores above spam. */
    double missedArea() {
        return missedArea(scores(true), scores(false));
    }

    /** Of sorted scores. */
    private static double missedArea(double[] spam, double[] ham) {
        double above = 0;
        int less = 0;
        int upTo = 0;
        for (double score : spam) {
            while (less < ham.length && ham[less] < score) {
                less++;
            }
            upTo = Math.max(upTo, less);
            while (upTo < ham.length && ham[upTo] <= score) {
                upTo++;
            }
            above += less + (upTo - less) / 2.0;
        }
        return 1 - above / Math.max(1.0, (double) spam.length * ham.length);
    }

    /**
     * In what range 95 of 100 resamples are: our missed area, theirs, and ours less theirs, each from and to.
     *
     * @param theirs verdicts on the same messages in the same order
     */
    double[][] intervals(FilterFigures theirs, long seed) {
        Random random = new Random(seed);
        int[][] sides = new int[2][];
        for (int side = 0; side < 2; side++) {
            boolean spam = side == 0;
            sides[side] = java.util.stream.IntStream.range(0, judged.size())
                    .filter(i -> judged.get(i).spam == spam)
                    .toArray();
        }
        double[][] values = new double[3][RESAMPLES];
        for (int n = 0; n < RESAMPLES; n++) {
            int[] spam = drawn(sides[0], random);
            int[] ham = drawn(sides[1], random);
            values[0][n] = missedArea(scores(spam), scores(ham));
            values[1][n] = missedArea(theirs.scores(spam), theirs.scores(ham));
            values[2][n] = values[0][n] - values[1][n];
        }
        List<double[]> ranges = new ArrayList<>();
        for (double[] row : values) {
            Arrays.sort(row);
            ranges.add(new double[] {row[RESAMPLES * 25 / 1_000], row[RESAMPLES * 975 / 1_000 - 1]});
        }
        return ranges.toArray(double[][]::new);
    }

    private static int[] drawn(int[] from, Random random) {
        return Arrays.stream(from).map(i -> from[random.nextInt(from.length)]).toArray();
    }

    private double[] scores(int[] which) {
        return Arrays.stream(which)
                .mapToDouble(i -> judged.get(i).score)
                .sorted()
                .toArray();
    }
}
