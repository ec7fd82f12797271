package org.merpati.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Malformed;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./dev bench filter}: our spam filter and Debian's SpamAssassin on the same messages, and their ratios. */
@Command(
        name = "filter",
        mixinStandardHelpOptions = true,
        description = "Trains and tests our spam filter and Debian's SpamAssassin on the same mail, and prints both.")
final class FilterBenchCommand implements Callable<Integer> {
    private static final Path PROGRAM = Dev.ROOT.resolve("distribution/target/merpati/bin/merpati");
    private static final int ROUNDS = 2;
    private static final double ALIKE = 0.1;

    @Option(names = "--corpus", description = "a folder with more messages, which the lists name")
    private @Nullable Path corpus;

    @Option(
            names = "--list",
            paramLabel = "FILE",
            description = "a list of messages of --corpus: digest, label, group, time, path; again for more")
    private List<Path> lists = List.of();

    @Option(names = "--seed", description = "repeats the resamples of a run")
    private @Nullable Long seed;

    @Option(names = "--ours", description = "only our filter")
    private boolean ours;

    @Option(
            names = "--differences",
            description = "only compares the rules, without what was learned, and prints every difference")
    private boolean differences;

    @Override
    public Integer call() throws IOException {
        boolean alone = ours || !FilterEngine.Theirs.here();
        if (alone && !ours) {
            System.err.println("./dev bench filter compares with Debian's SpamAssassin, whose rules ours reads too:"
                    + " as root, apt-get install spamassassin");
            return 2;
        }
        Path folder = Dev.ROOT.resolve("target/bench-filter");
        FilterCorpus messages = messages(folder);
        Path work = folder.resolve("work");
        Up.delete(work);
        Files.createDirectories(work.resolve("theirs"));
        FilterEngine.Ours own = new FilterEngine.Ours(PROGRAM, work.resolve("state"));
        FilterEngine.Theirs other = new FilterEngine.Theirs(work.resolve("theirs"));
        List<Path> files =
                messages.test.stream().map(FilterCorpus.Labelled::path).toList();
        if (differences) {
            return compare(own.check(files, 1), other.check(files, 1));
        }
        long chosen = seed == null ? System.nanoTime() : seed;
        FilterReport report = new FilterReport(messages, chosen);
        report.trained(own.train(messages.train), alone ? Double.NaN : other.train(messages.train));
        FilterEngine.Run run = own.check(files, ROUNDS);
        double cold = Double.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            cold = Math.min(cold, own.coldStart(files.getFirst()));
        }
        report.ours(run, cold);
        if (!alone) {
            report.theirs(other.check(files, ROUNDS));
        }
        return report.print() ? 0 : 1;
    }

    private FilterCorpus messages(Path folder) throws IOException {
        if (lists.isEmpty() != (corpus == null)) {
            throw new Malformed("--corpus and --list go together");
        }
        FilterCorpus messages = new FilterCorpus();
        messages.addSpamAssassins(folder);
        if (corpus == null) {
            System.out.println(
                    "skipped: CSDMC2010 and modern phishing (--corpus DIR --list FILE, where they are at hand)");
            return messages;
        }
        for (Path list : lists) {
            messages.add(corpus, list);
        }
        return messages;
    }

    /** Prints where rules differ, and scores by more than a tenth. */
    private static int compare(FilterEngine.Run own, FilterEngine.Run other) {
        int hits = 0;
        int same = 0;
        int alike = 0;
        for (Map.Entry<String, FilterEngine.Verdict> theirs : other.verdicts().entrySet()) {
            FilterEngine.Verdict mine = own.verdicts().get(theirs.getKey());
            Set<String> ourRules = mine == null ? Set.of() : mine.rules();
            Set<String> common = new HashSet<>(theirs.getValue().rules());
            common.retainAll(ourRules);
            hits += theirs.getValue().rules().size();
            same += common.size();
            double apart = (mine == null ? 0 : mine.score()) - theirs.getValue().score();
            alike += Math.abs(apart) <= ALIKE + 1e-9 ? 1 : 0;
            List<String> changes = new ArrayList<>();
            new TreeSet<>(theirs.getValue().rules())
                    .stream().filter(r -> !common.contains(r)).forEach(r -> changes.add("-" + r));
            new TreeSet<>(ourRules).stream().filter(r -> !common.contains(r)).forEach(r -> changes.add("+" + r));
            if (!changes.isEmpty() || Math.abs(apart) > ALIKE) {
                System.out.printf(Locale.ROOT, "%s\t%+.3f\t%s%n", theirs.getKey(), apart, String.join(" ", changes));
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%.2f %% of SpamAssassin's %d hits are ours too (goal 99.5); the score is within %.1f for %.2f %% of %d"
                        + " messages (goal 98)%n",
                100.0 * same / Math.max(1, hits),
                hits,
                ALIKE,
                100.0 * alike / Math.max(1, other.verdicts().size()),
                other.verdicts().size());
        return 1000L * same >= 995L * hits
                        && 100L * alike >= 98L * other.verdicts().size()
                ? 0
                : 1;
    }
}
