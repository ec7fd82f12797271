package org.merpati.filter.auth;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.merpati.filter.dns.Dns;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Malformed;

/**
 * Whether the domain that the reader is shown stands behind a message (RFC 7489). Which domain owns the name is found
 * by asking upwards for the highest that publishes a policy, so that no list of public suffixes is needed.
 *
 * @param policy what the domain asks for: none, quarantine, reject
 */
record Dmarc(Result result, String domain, String policy) {
    private static final int LABELS = 8;

    /** A policy and the domain that publishes it. */
    private record Published(String domain, Tags tags) {}

    /**
     * Checks.
     *
     * @param author the domain of From
     * @param spf the domain that SPF permits
     * @param dkim the domains of signatures that hold
     */
    static Dmarc of(Dns dns, Domain author, Optional<Domain> spf, Set<Domain> dkim, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        Optional<Published> nearest = Optional.empty();
        String organization = author.value();
        List<String> labels = List.of(author.value().split("\\."));
        for (int drop = Math.max(0, labels.size() - LABELS); drop <= labels.size() - 2; drop++) {
            String domain = String.join(".", labels.subList(drop, labels.size()));
            Dns.Answer answer = dns.await("_dmarc." + domain, Dns.Kind.TXT, Duration.ofNanos(end - System.nanoTime()));
            if (answer.failed()) {
                return new Dmarc(Result.TEMPERROR, author.value(), "none");
            }
            Optional<Published> published = published(domain, answer.values());
            if (published.isPresent()) {
                nearest = nearest.or(() -> published);
                organization = domain;
            }
        }
        if (nearest.isEmpty()) {
            return new Dmarc(Result.NONE, author.value(), "none");
        }
        Tags tags = nearest.get().tags();
        boolean own = nearest.get().domain().equals(author.value());
        String asked = own ? tags.or("p", "none") : tags.or("sp", tags.or("p", "none"));
        String owner = organization;
        boolean aligned =
                spf.filter(d -> aligned(d, author, owner, tags.or("aspf", "r"))).isPresent()
                        || dkim.stream().anyMatch(d -> aligned(d, author, owner, tags.or("adkim", "r")));
        return new Dmarc(aligned ? Result.PASS : Result.FAIL, author.value(), asked.toLowerCase(Locale.ROOT));
    }

    private static Optional<Published> published(String domain, List<String> texts) {
        List<String> records = texts.stream()
                .filter(text -> text.matches("(?i)v\\s*=\\s*DMARC1\\s*(;.*)?"))
                .toList();
        if (records.size() != 1) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Published(domain, Tags.parse(records.getFirst())));
        } catch (Malformed wrong) {
            return Optional.empty();
        }
    }

    /** Strictly the same domain, or (relaxed) one of the same owner. */
    private static boolean aligned(Domain proved, Domain author, String owner, String mode) {
        if (mode.equalsIgnoreCase("s")) {
            return proved.equals(author);
        }
        return proved.equals(author)
                || proved.value().equals(owner)
                || proved.value().endsWith("." + owner);
    }
}
