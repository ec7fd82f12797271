package org.merpati.filter.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.merpati.filter.Check;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;

/**
 * Asks lists about the client, the sender's domains and the links of a message, all at the same time. What is not
 * answered in time counts for nothing.
 */
public final class ZoneCheck implements Check {
    private static final int QUESTIONS = 200;

    private final Dns dns;
    private final List<Zone> zones;
    private final Duration limit;

    /**
     * @param limit how long all answers together are waited for
     */
    public ZoneCheck(Dns dns, List<Zone> zones, Duration limit) {
        this.dns = dns;
        this.zones = List.copyOf(zones);
        this.limit = limit;
    }

    /** A question under way. */
    private record Asked(Zone zone, String about, CompletableFuture<Dns.Answer> answer) {}

    @Override
    public List<Finding> check(Suspect suspect) {
        List<Asked> asked = new ArrayList<>();
        Map<Zone.About, Set<String>> subjects = new LinkedHashMap<>();
        for (Zone zone : zones) {
            Set<String> about = subjects.computeIfAbsent(zone.about(), kind -> subjects(kind, suspect));
            for (String subject : about) {
                if (asked.size() < QUESTIONS) {
                    Dns.Question question = new Dns.Question(question(zone, subject), Dns.Kind.A);
                    asked.add(new Asked(zone, subject, dns.ask(question)));
                }
            }
        }
        long end = System.nanoTime() + limit.toNanos();
        List<Finding> findings = new ArrayList<>();
        int failed = 0;
        for (Asked one : asked) {
            Dns.Answer answer = await(one.answer(), end);
            failed += answer.failed() ? 1 : 0;
            for (Finding finding : one.zone().findings(one.about(), answer.values())) {
                if (findings.stream()
                        .noneMatch(f -> f.symbol().equals(finding.symbol()) && f.score() == finding.score())) {
                    findings.add(finding);
                }
            }
        }
        if (failed > 0) {
            findings.add(
                    new Finding("DNS_UNANSWERED", 0, failed + " of " + asked.size() + " questions went unanswered"));
        }
        return findings;
    }

    private static String question(Zone zone, String subject) {
        return zone.about() == Zone.About.CLIENT || subject.matches("[0-9.]+")
                ? zone.question(InetAddress.ofLiteral(subject))
                : zone.question(subject);
    }

    private static Dns.Answer await(CompletableFuture<Dns.Answer> answer, long end) {
        try {
            return answer.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException late) {
            return Dns.Answer.FAILURE;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Dns.Answer.FAILURE;
        }
    }

    private static Set<String> subjects(Zone.About about, Suspect suspect) {
        Set<String> subjects = new LinkedHashSet<>();
        switch (about) {
            case CLIENT ->
                suspect.arrival()
                        .client()
                        .filter(host -> !host.isLoopbackAddress() && !host.isSiteLocalAddress())
                        .ifPresent(host -> subjects.add(host.getHostAddress()));
            case SENDER -> {
                suspect.arrival()
                        .sender()
                        .ifPresent(s -> subjects.addAll(Links.names(s.domain().value())));
                suspect.envelope().from().stream()
                        .limit(3)
                        .flatMap(person -> person.host().stream())
                        .forEach(host -> subjects.addAll(Links.names(host)));
            }
            case LINK ->
                Links.hosts(suspect).forEach(host -> subjects.addAll(literal(host) ? Set.of(host) : Links.names(host)));
        }
        subjects.removeIf(subject -> subject.matches("[0-9.]+") && !literal(subject));
        return subjects;
    }

    private static boolean literal(String host) {
        return host.matches("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}");
    }
}
