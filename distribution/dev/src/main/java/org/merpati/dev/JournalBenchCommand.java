package org.merpati.dev;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.merpati.dev.copies.Voter;
import org.merpati.kernel.Malformed;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./dev bench journal}. */
@Command(
        name = "journal",
        mixinStandardHelpOptions = true,
        description =
                "How many commands of 10 KiB a journal takes, one voter alone and three in processes of their own with"
                        + " mutual TLS, against the least that as many synced copies cost, in turns.")
final class JournalBenchCommand implements Callable<Integer> {
    private static final int WARM_CALLERS = 64;

    @Option(names = "--rounds", defaultValue = "5", description = "of how many the median is told (${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "5", description = "of one measurement (${DEFAULT-VALUE})")
    private int seconds;

    @Option(
            names = "--callers",
            split = ",",
            defaultValue = "8,64,256",
            description = "how many at once (${DEFAULT-VALUE})")
    private List<Integer> callers = List.of();

    @Option(names = "--base-port", defaultValue = "23000", description = "first port (${DEFAULT-VALUE})")
    private int base;

    /** One measurement: commands a second, CPU of all copies and octets written by each for a command. */
    private record Figures(double perSecond, double cpuMillis, double octets) {}

    /** The processes of one form. */
    private static final class Copies implements AutoCloseable {
        private final List<Process> processes = new ArrayList<>();
        private final List<BufferedReader> answers = new ArrayList<>();
        private int asked;

        Copies(String form, Path folder, int base, int copies) throws IOException {
            Files.createDirectories(folder);
            Voter.prepare(folder, base, copies);
            Runtime.getRuntime().addShutdownHook(new Thread(this::close));
            for (int number = copies - 1; number >= 0; number--) {
                start(form, folder, base, copies, number);
                if (form.equals("bare")) {
                    hear(answers.size() - 1, copies);
                }
            }
            for (int i = 0; i < copies && form.equals("journal"); i++) {
                hear(i, copies);
            }
        }

        private void start(String form, Path folder, int base, int copies, int number) throws IOException {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx512m",
                            "-XX:+UseSerialGC",
                            "-XX:+UseCompactObjectHeaders",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-Dlogback.configurationFile=logback-dev.xml",
                            "-Dmerpati.log=" + folder.resolve(number + ".log"),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Voter.class.getName(),
                            form,
                            folder.toString(),
                            Integer.toString(base),
                            Integer.toString(copies),
                            Integer.toString(number))
                    .redirectError(folder.resolve(number + ".err").toFile())
                    .start();
            processes.add(process);
            answers.add(new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII)));
        }

        private void hear(int place, int copies) throws IOException {
            String line = answers.get(place).readLine();
            if (line == null || !line.startsWith(Voter.READY)) {
                throw new Malformed("a copy does not start; why, is in the files beside .data/bench-journal/*/*.err");
            }
            for (int number = 0; number < copies; number++) {
                if (line.equals(Voter.READY + Voter.name(number))) {
                    asked = copies - 1 - number;
                }
            }
        }

        Figures run(int callers, int seconds) throws IOException {
            ProcessTree tree = tree();
            long cpu = tree.cpuMicros();
            long written = tree.writtenOctets();
            Writer to = processes.get(asked).outputWriter(StandardCharsets.US_ASCII);
            to.write(callers + " " + seconds + "\n");
            to.flush();
            String answer = answers.get(asked).readLine();
            if (answer == null) {
                throw new Malformed("a copy has ended; why, is in the files beside .data/bench-journal/*/*.err");
            }
            double perSecond = Double.parseDouble(answer);
            double commands = perSecond * seconds;
            return new Figures(
                    perSecond,
                    (tree.cpuMicros() - cpu) / 1000.0 / commands,
                    (tree.writtenOctets() - written) / commands / tree.processes());
        }

        ProcessTree tree() {
            return new ProcessTree(processes.stream().mapToLong(Process::pid).toArray());
        }

        @Override
        public void close() {
            processes.forEach(Process::destroy);
            processes.forEach(process -> process.onExit().join());
        }
    }

    @Override
    public Integer call() throws IOException {
        Path folder = Bench.folder("bench-journal");
        System.out.printf(
                "%-8s %8s %12s %12s %8s %14s %14s %14s%n",
                "copies", "callers", "bare/s", "journal/s", "ratio", "CPU bare ms", "CPU journal ms", "written/octet");
        for (int copies : new int[] {1, 3}) {
            try (Copies bare = new Copies("bare", folder.resolve("bare" + copies), base, copies);
                    Copies journal = new Copies("journal", folder.resolve("journal" + copies), base + 10, copies)) {
                bare.run(WARM_CALLERS, seconds);
                Bench.warm(journal.tree(), () -> journal.run(WARM_CALLERS, seconds));
                for (int many : callers) {
                    compare(copies, many, bare, journal);
                }
            }
            Up.delete(folder); // gigabytes
        }
        return 0;
    }

    private void compare(int copies, int many, Copies bare, Copies journal) throws IOException {
        List<Figures> least = new ArrayList<>();
        List<Figures> ours = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            least.add(bare.run(many, seconds));
            ours.add(journal.run(many, seconds));
            ratios.add(ours.getLast().perSecond() / least.getLast().perSecond());
        }
        System.out.printf(
                Locale.ROOT,
                "%-8d %8d %12.0f %12.0f %8.3f %14.3f %14.3f %14.2f%n",
                copies,
                many,
                median(least, Figures::perSecond),
                median(ours, Figures::perSecond),
                Bench.median(ratios),
                median(least, Figures::cpuMillis),
                median(ours, Figures::cpuMillis),
                median(ours, Figures::octets) / Voter.COMMAND);
    }

    private static <T> double median(List<T> all, Function<T, Double> of) {
        return Bench.median(all.stream().map(of).toList());
    }
}
