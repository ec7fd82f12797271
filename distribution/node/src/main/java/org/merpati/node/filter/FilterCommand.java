package org.merpati.node.filter;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.merpati.filter.Arrival;
import org.merpati.filter.Content;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;
import org.merpati.filter.bayes.Bayes;
import org.merpati.filter.bayes.FileCounts;
import org.merpati.filter.bayes.Mark;
import org.merpati.filter.bayes.Scope;
import org.merpati.filter.rules.ContentRules;
import org.merpati.filter.rules.Scores;
import org.merpati.filter.supply.RuleSupply;
import org.merpati.kernel.Malformed;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code merpati filter}: the spam filter on files, without a cluster and without the network. */
@Command(
        name = "filter",
        mixinStandardHelpOptions = true,
        description = "Judges and learns messages in files; needs no cluster and no network.")
public final class FilterCommand {
    private static final double JUNK = 5;
    private static final double DOUBTFUL = 3;
    private static final long SIZE_LIMIT = 256L * 1024 * 1024;

    /** Where rules and counts are. */
    static final class Place {
        @Option(names = "--state", required = true, description = "the folder with what was learned")
        private Path state = Path.of("");

        @Mixin
        private Rules.Folders rules = new Rules.Folders();

        @Option(names = "--rounds", hidden = true, description = "judges the list so often, and shows the last time")
        private int rounds = 1;
    }

    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = "Judges the files whose paths are read from standard input, and prints for each: path, score,"
                    + " spam, ham or unsure, and the rules that hit. Nothing is learned.")
    int check(@Mixin Place place) throws IOException {
        FileCounts counts = new FileCounts(place.state);
        Bayes bayes = new Bayes(counts);
        boolean learned = bayes.ready(Scope.GLOBAL);
        ContentRules rules = ContentRules.of(place.rules.list(), learned ? Scores.LEARNED : Scores.PLAIN);
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        boolean well = true;
        if (place.rounds == 1) {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String path = in.readLine(); path != null; path = in.readLine()) {
                Suspect suspect = path.isBlank() ? null : read(path);
                well &= suspect != null || path.isBlank();
                out.print(suspect == null ? "" : judged(path, suspect, rules, bayes));
                if (!in.ready()) {
                    out.flush();
                }
            }
        } else {
            well = rounds(place.rounds, rules, bayes, out);
        }
        out.flush();
        return well ? 0 : 1;
    }

    /** Judges a list again and again, prints the verdicts of the last time, and says what each time took. */
    private static boolean rounds(int rounds, ContentRules rules, Bayes bayes, PrintStream out) throws IOException {
        List<String> paths = lines();
        boolean well = true;
        for (int round = 1; round <= rounds; round++) {
            long begin = cpu();
            long slowest = 0;
            String which = "";
            for (String path : paths) {
                long from = System.nanoTime();
                Suspect suspect = read(path);
                well &= suspect != null;
                String line = suspect == null ? "" : judged(path, suspect, rules, bayes);
                long took = System.nanoTime() - from;
                which = took > slowest ? path : which;
                slowest = Math.max(slowest, took);
                out.print(round == rounds ? line : "");
            }
            System.err.printf(
                    Locale.ROOT,
                    "round %d: %.3f ms of CPU a message; the slowest took %.1f ms: %s%n",
                    round,
                    (cpu() - begin) / 1e6 / Math.max(1, paths.size()),
                    slowest / 1e6,
                    which);
        }
        System.gc();
        Runtime heap = Runtime.getRuntime();
        System.err.printf(Locale.ROOT, "memory: %.1f MB of heap%n", (heap.totalMemory() - heap.freeMemory()) / 1e6);
        return well;
    }

    /** The processor time of this process so far, nanoseconds. */
    private static long cpu() {
        java.lang.management.OperatingSystemMXBean system =
                java.lang.management.ManagementFactory.getOperatingSystemMXBean();
        return system instanceof com.sun.management.OperatingSystemMXBean known ? known.getProcessCpuTime() : 0;
    }

    private static String judged(String path, Suspect suspect, ContentRules rules, Bayes bayes) {
        List<Finding> findings = new ArrayList<>(rules.check(suspect));
        findings.addAll(bayes.check(suspect));
        double score = findings.stream().mapToDouble(Finding::score).sum();
        String verdict = score >= JUNK ? "spam" : score >= DOUBTFUL ? "unsure" : "ham";
        List<String> names = findings.stream().map(Finding::symbol).toList();
        return String.format(Locale.ROOT, "%s\t%.3f\t%s\t%s%n", path, score, verdict, String.join(",", names));
    }

    @Command(
            name = "train",
            mixinStandardHelpOptions = true,
            description =
                    "Learns the files whose labels (spam or ham) and paths are read from standard input, separated"
                            + " by a tab.")
    int train(@Mixin Place place) throws IOException {
        FileCounts counts = new FileCounts(place.state);
        boolean well = true;
        int learned = 0;
        for (String line : lines()) {
            int tab = line.indexOf('\t');
            String label = tab < 0 ? "" : line.substring(0, tab);
            if (!label.equals("spam") && !label.equals("ham")) {
                System.err.println("merpati: a line is 'spam' or 'ham', a tab and a path, not: " + line);
                well = false;
                continue;
            }
            Suspect suspect = read(line.substring(tab + 1));
            well &= suspect != null;
            if (suspect != null) {
                Mark mark = label.equals("spam") ? Mark.SPAM : Mark.HAM;
                boolean fresh = counts.learn(Scope.GLOBAL, Bayes.lesson(suspect, mark, System.currentTimeMillis()));
                learned += fresh ? 1 : 0;
            }
        }
        counts.save();
        System.out.println("learned " + learned + " messages");
        return well ? 0 : 1;
    }

    private static List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (!line.isBlank()) {
                lines.add(line);
            }
        }
        return lines;
    }

    /** Reads a message, or says why it cannot be read. */
    public static @Nullable Suspect read(String path) {
        try {
            Path file = Path.of(path);
            if (Files.size(file) > SIZE_LIMIT) {
                throw new Malformed("it has more than " + SIZE_LIMIT + " octets");
            }
            byte[] octets = Files.readAllBytes(file);
            return Suspect.of(
                    new Arrival(
                            Optional.empty(),
                            "",
                            Optional.empty(),
                            List.of(),
                            Optional.empty(),
                            System.currentTimeMillis()),
                    new InMemory(octets));
        } catch (IOException | Malformed | java.nio.file.InvalidPathException cannot) {
            System.err.println("merpati: " + path + " cannot be read: " + cannot.getMessage());
            return null;
        }
    }

    /** A message in memory. */
    private record InMemory(byte[] octets) implements Content {
        @Override
        public long size() {
            return octets.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(octets);
        }
    }

    /** {@code merpati rules}: the content rules of the spam filter. */
    @Command(name = "rules", mixinStandardHelpOptions = true, description = "Looks after the rules of the spam filter.")
    public static final class Rules {
        /** The folders in which rules are. */
        static final class Folders {
            private static final List<Path> INSTALLED =
                    List.of(Path.of("/usr/share/spamassassin"), Path.of("/etc/spamassassin"));

            @Option(
                    names = "--rules",
                    paramLabel = "DIR",
                    description =
                            "a folder of rules, again for more (default: SpamAssassin's, where that is installed, else"
                                    + " the rules that come with this server)")
            private List<Path> given = List.of();

            @Option(names = "--own-rules", description = "only the rules that come with this server")
            private boolean own;

            List<Path> list() {
                if (own || !given.isEmpty()) {
                    return own ? List.of() : given;
                }
                return INSTALLED.stream().allMatch(Files::isDirectory) ? INSTALLED : List.of();
            }
        }

        @Command(
                name = "check",
                mixinStandardHelpOptions = true,
                description =
                        "Reads the rules and says how many run, which do not and why. A broken file is named with line"
                                + " and reason, and the command ends with 1.")
        int check(@Mixin Folders folders) {
            return said(ContentRules.report(folders.list(), Scores.PLAIN));
        }

        @Command(
                name = "update",
                mixinStandardHelpOptions = true,
                description = {
                    "Takes rules from a folder, an archive or a server, reads them as a whole, and only then puts"
                            + " them in the place of those before, in one step. Each MTA needs them; it notices"
                            + " within a minute.",
                    "Such as: merpati rules update rules.tar.gz --into /var/lib/merpati/rules, once then: merpati spam"
                            + " set rules /var/lib/merpati/rules,/etc/spamassassin"
                })
        int update(
                @CommandLine.Parameters(
                                paramLabel = "SOURCE",
                                description = "a folder, a .zip or .tar.gz file, or the http address of one")
                        String source,
                @Option(names = "--into", required = true, paramLabel = "DIR", description = "where they are put")
                        Path into,
                @Option(names = "--sha256", paramLabel = "HEX", description = "the digest that the archive must have")
                        @Nullable
                        String sha256,
                @Option(
                                names = "--beside",
                                paramLabel = "DIR",
                                description = "a folder of rules that are in force with them, again for more")
                        @Nullable
                        List<Path> beside)
                throws IOException {
            RuleSupply supply = new RuleSupply(into, beside == null ? List.of() : beside);
            RuleSupply.Outcome outcome = supply.update(source, Optional.ofNullable(sha256));
            System.out.println(
                    outcome.changed()
                            ? into + " has " + outcome.files() + " files of rules from " + source + " now"
                            : into + " has these " + outcome.files() + " files of rules already");
            return said(outcome.report());
        }

        private static int said(ContentRules.Report report) {
            report.problems()
                    .forEach(problem ->
                            System.out.printf("%-40s %s: %s%n", problem.rule(), problem.place(), problem.reason()));
            System.out.printf(
                    "%d rules run, %d of them with a score; %d cannot run here%n",
                    report.loaded() - report.problems().size(),
                    report.scored(),
                    report.problems().size());
            if (!report.unknown().isEmpty()) {
                System.out.println(
                        "settings that are passed over: " + String.join(", ", new TreeSet<>(report.unknown())));
            }
            return 0;
        }
    }
}
