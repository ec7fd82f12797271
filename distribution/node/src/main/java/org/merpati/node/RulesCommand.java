package org.merpati.node;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.merpati.filter.rules.ContentRules;
import org.merpati.filter.rules.Scores;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code merpati rules}: the content rules of the spam filter. */
@Command(name = "rules", mixinStandardHelpOptions = true, description = "Looks after the rules of the spam filter.")
final class RulesCommand implements Runnable {
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

    @Override
    public void run() {
        new CommandLine(this).usage(System.out);
    }

    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description =
                    "Reads the rules and says how many run, which do not and why. A broken file is named with line"
                            + " and reason, and the command ends with 1.")
    int check(@Mixin Folders folders) {
        ContentRules.Report report = ContentRules.report(folders.list(), Scores.PLAIN);
        report.problems()
                .forEach(problem ->
                        System.out.printf("%-40s %s: %s%n", problem.rule(), problem.place(), problem.reason()));
        System.out.printf(
                "%d rules run, %d of them with a score; %d cannot run here%n",
                report.loaded() - report.problems().size(),
                report.scored(),
                report.problems().size());
        if (!report.unknown().isEmpty()) {
            System.out.println("settings that are passed over: " + String.join(", ", new TreeSet<>(report.unknown())));
        }
        return 0;
    }
}
