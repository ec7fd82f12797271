package org.merpati.dev;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.kernel.TryLater;

/** A filter that is measured: ours or Debian's SpamAssassin, each as commands of its own process. */
sealed interface FilterEngine {
    /** What a run of the test's list came to: the verdicts, and what was said about it. */
    record Run(Map<String, Verdict> verdicts, String said) {
        /** A number that was said behind some words of an expression, the last one. */
        double number(String expression) {
            Matcher number = Pattern.compile(expression + "([0-9.]+)").matcher(said);
            double last = Double.NaN;
            while (number.find()) {
                last = Double.parseDouble(number.group(1));
            }
            return last;
        }
    }

    /** A verdict on a file. */
    record Verdict(double score, boolean spam, Set<String> rules) {}

    /** Learns; gives the seconds on the processors, the program's start included. */
    double train(List<FilterCorpus.Labelled> messages) throws IOException;

    /** Judges files, the whole list some times; the verdicts are those of the last time. */
    Run check(List<Path> files, int rounds) throws IOException;

    /** Ours, as it was built. */
    record Ours(Path program, Path state) implements FilterEngine {
        @Override
        public double train(List<FilterCorpus.Labelled> messages) throws IOException {
            StringBuilder lines = new StringBuilder();
            messages.forEach(one -> lines.append(one.spam() ? "spam" : "ham")
                    .append('\t')
                    .append(one.path())
                    .append('\n'));
            return seconds(run(
                    lines.toString(),
                    List.of(
                            "bash",
                            "-c",
                            "\"$@\"; times >&2",
                            "bash",
                            program.toString(),
                            "filter",
                            "train",
                            "--state",
                            state.toString())));
        }

        @Override
        public Run check(List<Path> files, int rounds) throws IOException {
            return run(
                    paths(files),
                    List.of(
                            program.toString(),
                            "filter",
                            "check",
                            "--state",
                            state.toString(),
                            "--rounds",
                            "" + rounds));
        }

        /** The seconds from the start of the program to the first verdict. */
        double coldStart(Path file) throws IOException {
            long begin = System.nanoTime();
            Process process = new ProcessBuilder(program.toString(), "filter", "check", "--state", state.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (OutputStream in = process.getOutputStream()) {
                in.write((file + "\n").getBytes(StandardCharsets.UTF_8));
            }
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                out.readLine();
                return (System.nanoTime() - begin) / 1e9;
            } finally {
                await(process);
            }
        }
    }

    /** Debian's SpamAssassin without the network, all of its own in a folder. */
    record Theirs(Path folder) implements FilterEngine {
        /** Whether it is installed. */
        static boolean here() {
            return Files.isExecutable(Path.of("/usr/bin/sa-learn"))
                    && Files.isDirectory(Path.of("/usr/share/spamassassin"));
        }

        private Path preferences() throws IOException {
            Files.createDirectories(folder.resolve("home"));
            return Files.writeString(
                    folder.resolve("preferences"),
                    "bayes_path " + folder.resolve("bayes").toAbsolutePath()
                            + "\nuse_bayes 1\nbayes_auto_learn 0\nbayes_auto_expire 0\n");
        }

        @Override
        public double train(List<FilterCorpus.Labelled> messages) throws IOException {
            double seconds = 0;
            for (boolean spam : new boolean[] {false, true}) {
                List<Path> files = messages.stream()
                        .filter(one -> one.spam() == spam)
                        .map(FilterCorpus.Labelled::path)
                        .toList();
                Path list = Files.writeString(folder.resolve(spam ? "spam" : "ham"), paths(files));
                seconds += seconds(run(
                        "",
                        List.of(
                                "bash",
                                "-c",
                                "HOME=" + folder.resolve("home") + " \"$@\"; times >&2",
                                "bash",
                                "sa-learn",
                                "-L",
                                "-p",
                                preferences().toString(),
                                spam ? "--spam" : "--ham",
                                "-f",
                                list.toString())));
            }
            return seconds;
        }

        @Override
        public Run check(List<Path> files, int rounds) throws IOException {
            Path script = folder.resolve("spamassassin.pl");
            Path preferences = preferences();
            try (InputStream in = Objects.requireNonNull(
                    FilterEngine.class.getResourceAsStream("spamassassin.pl"), "spamassassin.pl")) {
                Files.write(script, in.readAllBytes());
            }
            return run(paths(files), List.of("perl", script.toString(), preferences.toString(), "" + rounds));
        }
    }

    private static String paths(List<Path> files) {
        StringBuilder lines = new StringBuilder();
        files.forEach(file -> lines.append(file).append('\n'));
        return lines.toString();
    }

    /** The seconds on the processors that bash said its children took. */
    private static double seconds(Run run) {
        String last = run.said.strip().lines().reduce("", (before, line) -> line);
        Matcher times = Pattern.compile("(\\d+)m([\\d.]+)s").matcher(last);
        double seconds = 0;
        while (times.find()) {
            seconds += Integer.parseInt(times.group(1)) * 60 + Double.parseDouble(times.group(2));
        }
        return seconds;
    }

    private static Run run(String input, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).start();
        CompletableFuture<Void> fed = CompletableFuture.runAsync(() -> feed(process, input));
        CompletableFuture<String> said = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()));
        String out = read(process.getInputStream());
        fed.join();
        await(process);
        String errors = said.join();
        if (process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + " fails: " + errors.strip());
        }
        Map<String, Verdict> verdicts = new LinkedHashMap<>();
        for (String line : new ArrayList<>(out.lines().toList())) {
            String[] fields = line.split("\t", -1);
            if (fields.length >= 3) {
                Set<String> rules =
                        fields.length > 3 && !fields[3].isEmpty() ? Set.of(fields[3].split(",", -1)) : Set.of();
                verdicts.put(fields[0], new Verdict(Double.parseDouble(fields[1]), fields[2].equals("spam"), rules));
            }
        }
        return new Run(verdicts, errors);
    }

    private static void feed(Process process, String input) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException ended) {
            process.destroy();
        }
    }

    private static String read(InputStream from) {
        try {
            return new String(from.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException ended) {
            return "";
        }
    }

    private static void await(Process process) {
        try {
            process.waitFor();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new TryLater("interrupted");
        }
    }
}
