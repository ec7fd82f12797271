package org.merpati.filter.rules;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.merpati.filter.Arrival;
import org.merpati.filter.Check;
import org.merpati.filter.Content;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;

/** The rules in force. Safe for use by many threads, also while they are replaced. */
public final class ContentRules implements Check {
    private final Supplier<RuleSet> source;
    private volatile RuleSet inForce;

    /**
     * Loads rules.
     *
     * @param source reads and compiles them; it throws {@link org.merpati.kernel.Malformed} with file, line and reason
     * @throws org.merpati.kernel.Malformed if a file is broken
     */
    public ContentRules(Supplier<RuleSet> source) {
        this.source = source;
        this.inForce = source.get();
    }

    /**
     * Loads the rules of folders, in their order; the rules that come with this server if there is no folder.
     *
     * @param scores which column of scores holds
     * @throws org.merpati.kernel.Malformed if a file is broken or a folder cannot be read
     */
    public static ContentRules of(List<Path> folders, Scores scores) {
        return new ContentRules(() -> tried(new Engine(Rulebook.of(files(folders), scores))));
    }

    /** An engine that judged a message before one comes in, since the first takes far longer than the others. */
    private static Engine tried(Engine engine) {
        try (InputStream in =
                Objects.requireNonNull(ContentRules.class.getResourceAsStream("first.eml"), "first.eml")) {
            byte[] octets = in.readAllBytes();
            Arrival arrival = new Arrival(Optional.empty(), "", Optional.empty(), List.of(), Optional.empty(), 0);
            engine.judge(Suspect.of(arrival, new Sample(octets)), Set.of());
            return engine;
        } catch (IOException cannot) {
            throw new IllegalStateException("first.eml cannot be read", cannot);
        }
    }

    /** A message in memory. */
    private record Sample(byte[] octets) implements Content {
        @Override
        public long size() {
            return octets.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(octets);
        }
    }

    private static List<RuleFile> files(List<Path> folders) {
        return folders.isEmpty() ? List.of(RuleFile.own()) : RuleFile.of(folders);
    }

    /**
     * Why a rule does not run.
     *
     * @param rule its name
     * @param place file and line
     * @param reason a sentence
     */
    public record Problem(String rule, String place, String reason) {}

    /**
     * What rules would be in force.
     *
     * @param loaded rules that a message is judged by, or that others are combined of
     * @param scored those of them with a score of their own
     * @param problems rules that cannot run here, with the reason
     * @param unknown settings that are passed over
     */
    public record Report(int loaded, int scored, List<Problem> problems, Set<String> unknown) {
        public Report {
            problems = List.copyOf(problems);
            unknown = Set.copyOf(unknown);
        }
    }

    /**
     * Reads and compiles the rules of folders, every expression too, and says what came of it.
     *
     * @throws org.merpati.kernel.Malformed if a file is broken or a folder cannot be read
     */
    public static Report report(List<Path> folders, Scores scores) {
        Rulebook book = Rulebook.of(files(folders), scores);
        Engine engine = new Engine(book);
        List<Problem> problems = new ArrayList<>(book.problems());
        Map<String, String> unable = Engine.unable(book);
        int scored = 0;
        for (Rule rule : engine.needed().values()) {
            String reason = unable.get(rule.name());
            if (reason != null) {
                problems.add(new Problem(rule.name(), rule.place().toString(), reason));
            }
            scored += rule.part() || reason != null ? 0 : 1;
        }
        problems.addAll(engine.compiled());
        return new Report(engine.needed().size(), scored, problems, book.unknown());
    }

    /**
     * Loads the rules anew.
     *
     * @throws org.merpati.kernel.Malformed if a file is broken: the rules in force stay
     */
    public void reload() {
        inForce = source.get();
    }

    @Override
    public List<Finding> check(Suspect suspect) {
        return check(suspect, Set.of());
    }

    /**
     * What the rules found.
     *
     * @param known symbols that other checks found before ({@code SPF_FAIL}, {@code DKIM_VALID}), for rules that are
     *     combined of others
     */
    public List<Finding> check(Suspect suspect, Set<String> known) {
        return inForce.judge(suspect, known);
    }
}
