package org.merpati.mta;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.merpati.directory.Account;
import org.merpati.directory.People;
import org.merpati.filter.Action;
import org.merpati.filter.Arrival;
import org.merpati.filter.Content;
import org.merpati.filter.Filter;
import org.merpati.filter.Finding;
import org.merpati.filter.Judgement;
import org.merpati.filter.Objection;
import org.merpati.filter.Preferences;
import org.merpati.filter.Report;
import org.merpati.filter.Settings;
import org.merpati.filter.Suspect;
import org.merpati.filter.Verdict;
import org.merpati.filter.auth.Authenticator;
import org.merpati.filter.bayes.Bayes;
import org.merpati.filter.bayes.Scope;
import org.merpati.filter.bayes.TokenCounts;
import org.merpati.filter.dns.Dns;
import org.merpati.filter.dns.DnsClient;
import org.merpati.filter.dns.ZoneCheck;
import org.merpati.filter.known.Correspondents;
import org.merpati.filter.lists.Origin;
import org.merpati.filter.pyzor.PyzorCheck;
import org.merpati.filter.reputation.Origins;
import org.merpati.filter.rules.RuleShelf;
import org.merpati.filter.rules.Scores;
import org.merpati.filter.virus.AttachmentGuard;
import org.merpati.filter.virus.VirusGuard;
import org.merpati.filter.waves.Fingerprints;
import org.merpati.filter.waves.Sighting;
import org.merpati.filter.waves.WaveCheck;
import org.merpati.kernel.Address;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Failure;
import org.merpati.kernel.MailId;
import org.merpati.mta.learned.Knowledge;
import org.merpati.mta.learned.Standing;
import org.merpati.runtime.MailLog;
import org.merpati.smtp.Reply;
import org.merpati.wire.InternalErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has arriving mail judged by the filter, as the directory says now: what a person, a domain and the server want is in
 * force from the next message on.
 */
final class Screening implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration SCAN = Duration.ofSeconds(18);
    private static final Duration QUESTION = Duration.ofSeconds(3);
    private static final Duration QUESTIONS = Duration.ofSeconds(5);
    private static final int KNOWN = 20_000;
    private static final String KNOWN_SENDER = "KNOWN_CORRESPONDENT";
    /** How many recipients of one letter are noted: who writes to more has a list of addresses, not friends. */
    private static final int MOST_NOTED = 50;

    private static final int AGAIN_DAYS = 30;
    private static final Logger LOG = LoggerFactory.getLogger(Screening.class);

    /** Where the people are read. */
    @FunctionalInterface
    interface Source {
        People people();
    }

    /** Lines and what they say. */
    private record Known(List<String> lines, Preferences says) {}

    /** A filter, and the server's lines that it was built from. */
    private record Built(List<String> lines, Settings settings, Filter filter) {}

    private final Source source;
    private final Clock clock;
    private final Knowledge knowledge;
    private final Standing standing;
    private final Bayes bayes;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final RuleShelf rules;
    private volatile Built built;

    Screening(Source source, TokenCounts learned, Knowledge knowledge, Clock clock) {
        this.source = source;
        this.knowledge = knowledge;
        this.standing = new Standing(knowledge, clock, Standing.PAUSE);
        this.bayes = new Bayes(learned);
        this.clock = clock;
        this.rules = new RuleShelf(InternalErrors::report, this::scores, clock);
        this.built = new Built(List.of(), Settings.LOCAL, filter(Settings.LOCAL));
    }

    /** Rules count for less where everybody's learning has a word. */
    private Scores scores() {
        return bayes.ready(Scope.GLOBAL) ? Scores.LEARNED : Scores.PLAIN;
    }

    /** The filter as the server's lines say; it stays the same until they change. */
    private Built built(List<String> lines) {
        Built now = built;
        if (!now.lines().equals(lines)) {
            Settings settings = Settings.of(lines);
            now = new Built(lines, settings, filter(settings));
            built = now;
        }
        return now;
    }

    private Filter filter(Settings settings) {
        Filter.Builder sides = new Filter.Builder(LIMIT, InternalErrors::report);
        sides.check("bayes", bayes);
        if (settings.waves() > 0) {
            sides.check("waves", new WaveCheck(knowledge::wave, settings.waves()));
        }
        rules.want(settings.rules());
        if (settings.rules().isPresent()) {
            sides.check("rules", rules);
        }
        if (!settings.scanners().isEmpty()) {
            sides.guard("virus", new VirusGuard(settings.scanners(), settings.absent(), SCAN, clock));
        }
        if (!settings.kinds().isEmpty()) {
            sides.guard("attachment", new AttachmentGuard(settings.kinds(), settings.unwanted()));
        }
        settings.pyzor().ifPresent(server -> sides.check("pyzor", new PyzorCheck(server, QUESTION)));
        if (settings.dns().isPresent()) {
            Dns dns = new DnsClient(settings.dns().get(), QUESTION, clock);
            sides.prover("proof", new Authenticator(dns, settings.sealers(), QUESTIONS));
            if (!settings.zones().isEmpty()) {
                sides.check("zones", new ZoneCheck(dns, settings.zones(), QUESTIONS));
            }
        }
        return sides.build();
    }

    /**
     * Judges a message.
     *
     * @throws IOException if it cannot be read
     * @throws org.merpati.kernel.TryLater if there is too much to do
     */
    Verdict judge(MailId mail, Arrival arrival, MailBody body, List<Recipients.Target> to) throws IOException {
        People people = source.people();
        Suspect suspect = Suspect.of(arrival, content(body));
        Built by = built(people.filterRules(""));
        Report found = by.filter().report(suspect);
        trapped(mail, suspect, by.settings());
        Origin origin = Origin.of(suspect, found.proof());
        Origins origins = by.settings().reputation() ? Origins.of(origin) : Origins.NONE;
        Report report = found.and(standing.findings(origins));
        standing.note(origins, found);
        List<Judgement> each = new ArrayList<>();
        for (Recipients.Target target : to) {
            each.add(Judgement.of(hers(report, suspect, origin, target), origin, scopes(people, target)));
        }
        Verdict verdict = new Verdict(report, origins, each);
        MailLog.event(
                mail,
                "judged",
                "score",
                report.score(),
                "verdict",
                String.join(
                        ",",
                        each.stream().map(j -> j.action().text()).distinct().toList()),
                "tests",
                report.tests(),
                "ms",
                report.millis());
        return verdict;
    }

    /** Reports a message to an address that nobody writes to but spammers, with the weight of all that are needed. */
    private void trapped(MailId mail, Suspect suspect, Settings settings) {
        if (settings.traps().isEmpty() || settings.waves() == 0) {
            return;
        }
        for (Address to : suspect.arrival().recipients()) {
            if (settings.traps().contains(to)) {
                int today = Clock.day(clock.millis());
                long reporter = to.key().hashCode();
                List<long[]> sketches = Fingerprints.of(suspect);
                Thread.ofVirtual().name("trap").start(() -> {
                    try {
                        knowledge.report(new Sighting(reporter, settings.waves(), sketches, today));
                        MailLog.event(mail, "trapped", "to", to);
                    } catch (Failure notNow) {
                        MailLog.event(mail, "trapped", "to", to, "untold", notNow.sentence());
                    }
                });
                return;
            }
        }
    }

    /** The report as it is for a recipient: by what she has taught, where that is enough, and by whom she knows. */
    private Report hers(Report report, Suspect suspect, Origin origin, Recipients.Target target) {
        if (target.account().isEmpty()) {
            return report;
        }
        Account her = target.account().get();
        Report taught = bayes.check(suspect, her.id())
                .map(finding -> report.with(finding, Bayes::found))
                .orElse(report);
        int today = Clock.day(suspect.arrival().millis());
        return origin.proven().stream()
                .filter(sender -> wroteWithin(Correspondents.pair(her.id(), sender), today, Correspondents.DAYS))
                .findFirst()
                .map(sender -> new Finding(KNOWN_SENDER, -2, her.address() + " has written to " + sender))
                .map(finding -> taught.with(finding, other -> other.symbol().equals(KNOWN_SENDER)))
                .orElse(taught);
    }

    /** Whether the last letter of a pair is no older than so many days. */
    private boolean wroteWithin(long pair, int today, int days) {
        int last = knowledge.lastLetter(pair);
        return last != Correspondents.NEVER && today - last <= days;
    }

    /**
     * Takes note that one of our people has written to somebody, who may answer; behind what the writer waits for, and
     * once a month for the same two.
     */
    void wrote(Account writer, List<Recipients.Target> to) {
        int today = Clock.day(clock.millis());
        List<Long> pairs = to.stream()
                .limit(MOST_NOTED)
                .map(target -> Correspondents.pair(writer.id(), target.address()))
                .filter(pair -> !wroteWithin(pair, today, AGAIN_DAYS))
                .distinct()
                .toList();
        if (!pairs.isEmpty()) {
            Thread.ofVirtual().name("correspondents").start(() -> {
                try {
                    knowledge.wrote(pairs, today);
                } catch (Failure notNow) {
                    LOG.debug("a letter of {} is not noted: {}", writer.address(), notNow.sentence());
                }
            });
        }
    }

    private static Content content(MailBody body) {
        return new Content() {
            @Override
            public long size() {
                return body.size();
            }

            @Override
            public InputStream open() throws IOException {
                return body.open();
            }
        };
    }

    /** What is said for a recipient: by itself, by its domain, by the server; the first two only of our people. */
    private List<Preferences> scopes(People people, Recipients.Target target) {
        Optional<Address> own = target.account().map(Account::address);
        Preferences person = own.map(a -> says(people, a.key())).orElse(Preferences.NONE);
        Preferences domain = own.map(a -> says(people, a.domain().value())).orElse(Preferences.NONE);
        return List.of(person, domain, says(people, ""));
    }

    private Preferences says(People people, String scope) {
        List<String> lines = people.filterRules(scope);
        Known last = known.get(scope);
        if (last != null && last.lines().equals(lines)) {
            return last.says();
        }
        if (lines.isEmpty()) {
            known.remove(scope);
            return Preferences.NONE;
        }
        if (known.size() >= KNOWN) {
            known.clear();
        }
        Known now = new Known(lines, Preferences.of(lines));
        known.put(scope, now);
        return now.says();
    }

    @Override
    public void close() {
        standing.close();
    }

    /** What the dialogue answers to a message that is not accepted. */
    static Optional<Reply> refusal(Verdict verdict) {
        if (verdict.deferred()) {
            return Optional.of(
                    new Reply(451, "4.7.1 the message cannot be checked now: " + why(verdict, Action.DEFER)));
        }
        if (!verdict.refused()) {
            return Optional.empty();
        }
        Optional<Objection> objection = verdict.report().objection();
        String what = objection.isPresent() ? "the message is refused: " : "the message is refused as spam: ";
        return Optional.of(new Reply(550, "5.7.1 " + what + why(verdict, Action.REJECT)));
    }

    private static String why(Verdict verdict, Action action) {
        return verdict.each().stream()
                .filter(j -> j.action() == action)
                .map(Judgement::why)
                .findFirst()
                .orElse("");
    }
}
