package org.merpati.dev;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/** What {@code ./dev bench filter} measured, beside what is wanted. */
final class FilterReport {
    private final FilterCorpus corpus;
    private final long seed;
    private double trainOurs;
    private double trainTheirs;
    private FilterEngine.Run ours = new FilterEngine.Run(java.util.Map.of(), "");
    private Optional<FilterEngine.Run> theirs = Optional.empty();
    private double cold;
    private boolean met = true;

    FilterReport(FilterCorpus corpus, long seed) {
        this.corpus = corpus;
        this.seed = seed;
    }

    /** Takes the seconds that learning took on the processors; NaN for what was not measured. */
    void trained(double byOurs, double byTheirs) {
        trainOurs = byOurs;
        trainTheirs = byTheirs;
    }

    void ours(FilterEngine.Run run, double coldStart) {
        ours = run;
        cold = coldStart;
    }

    void theirs(FilterEngine.Run run) {
        theirs = Optional.of(run);
    }

    private FilterFigures figures(FilterEngine.Run run, List<FilterCorpus.Labelled> messages) {
        List<FilterFigures.Judged> judged = new ArrayList<>();
        for (FilterCorpus.Labelled one : messages) {
            FilterEngine.Verdict verdict = run.verdicts().get(one.path().toString());
            judged.add(new FilterFigures.Judged(
                    one.spam(), verdict == null ? 0 : verdict.score(), verdict != null && verdict.spam()));
        }
        return new FilterFigures(judged);
    }

    /** Prints everything; says whether all goals are met. */
    boolean print() {
        System.out.printf(
                "%nlearned from %d messages, tested on %d; seed %d%n", corpus.train.size(), corpus.test.size(), seed);
        System.out.printf(
                "%-28s %8s %8s %8s %9s %8s %8s%n", "", "recall %", "FPR %", "prec. %", "1-AUC", "@.1% FPR", "messages");
        List<FilterCorpus.Labelled> pooled = new ArrayList<>();
        for (String set : new TreeSet<>(
                corpus.test.stream().map(FilterCorpus.Labelled::set).toList())) {
            List<FilterCorpus.Labelled> own =
                    corpus.test.stream().filter(one -> one.set().equals(set)).toList();
            rows(set, own);
            if (own.stream().anyMatch(one -> !one.spam())) {
                pooled.addAll(own);
            } else {
                double recall = figures(ours, own).recall();
                goal(recall >= 90, String.format(Locale.ROOT, "%s: recall %.2f %%, wanted 90", set, recall));
            }
        }
        rows("together", pooled);
        quality(pooled);
        costs();
        return met;
    }

    private void rows(String name, List<FilterCorpus.Labelled> messages) {
        row(name + ", ours", figures(ours, messages), messages.size());
        theirs.ifPresent(run -> row(name + ", SpamAssassin", figures(run, messages), messages.size()));
    }

    private static void row(String name, FilterFigures figures, int size) {
        System.out.printf(
                Locale.ROOT,
                "%-28s %8.2f %8.2f %8.2f %9.5f %8.2f %8d%n",
                name,
                figures.recall(),
                figures.falsePositives(),
                figures.precision(),
                figures.missedArea(),
                figures.recallAt(0.001),
                size);
    }

    private void quality(List<FilterCorpus.Labelled> pooled) {
        FilterFigures own = figures(ours, pooled);
        goal(
                own.falsePositives() <= 0.3,
                String.format(Locale.ROOT, "false positives %.2f %%, wanted 0.3 at most", own.falsePositives()));
        if (theirs.isEmpty()) {
            return;
        }
        FilterFigures other = figures(theirs.get(), pooled);
        double[][] ranges = own.intervals(other, seed);
        System.out.printf(
                Locale.ROOT,
                "1-AUC, 95 %% of 1000 resamples: ours %.5f to %.5f, SpamAssassin's %.5f to %.5f,"
                        + " difference %+.5f to %+.5f%n",
                ranges[0][0],
                ranges[0][1],
                ranges[1][0],
                ranges[1][1],
                ranges[2][0],
                ranges[2][1]);
        goal(
                own.recall() >= other.recall(),
                String.format(Locale.ROOT, "recall %.2f %%, wanted SpamAssassin's %.2f", own.recall(), other.recall()));
        goal(
                own.missedArea() <= other.missedArea(),
                String.format(
                        Locale.ROOT,
                        "1-AUC %.5f, wanted SpamAssassin's %.5f at most",
                        own.missedArea(),
                        other.missedArea()));
    }

    private void costs() {
        double cpu = ours.number("round \\d+: ");
        double training = trainOurs * 1000 / Math.max(1, corpus.train.size());
        double slowest = ours.number("the slowest took ");
        double first = first();
        double memory = ours.number("memory: ");
        if (theirs.isPresent()) {
            double theirCpu = theirs.get().number("round \\d+: ");
            double theirTraining = trainTheirs * 1000 / Math.max(1, corpus.train.size());
            goal(
                    cpu * 5 <= theirCpu,
                    String.format(
                            Locale.ROOT,
                            "CPU %.2f ms a message, SpamAssassin's %.2f: 1/%.1f, wanted 1/5",
                            cpu,
                            theirCpu,
                            theirCpu / cpu));
            goal(
                    training * 10 <= theirTraining,
                    String.format(
                            Locale.ROOT,
                            "learning %.2f ms a message, SpamAssassin's %.2f: 1/%.1f, wanted 1/10",
                            training,
                            theirTraining,
                            theirTraining / training));
        } else {
            System.out.printf(Locale.ROOT, "CPU %.2f ms a message; learning %.2f ms a message%n", cpu, training);
        }
        goal(
                first <= 250,
                String.format(
                        Locale.ROOT,
                        "slowest message %.0f ms when all was new, %.0f ms the second time, wanted 250",
                        first,
                        slowest));
        goal(cold <= 2, String.format(Locale.ROOT, "cold start %.2f s to the first verdict, wanted 2", cold));
        goal(memory <= 150, String.format(Locale.ROOT, "memory %.0f MB, wanted 150 at most", memory));
    }

    /** The slowest message of the first round, ms. */
    private double first() {
        return new FilterEngine.Run(
                        java.util.Map.of(), ours.said().lines().findFirst().orElse(""))
                .number("the slowest took ");
    }

    private void goal(boolean reached, String sentence) {
        met &= reached;
        System.out.println((reached ? "met   " : "MISSED ") + sentence);
    }
}
