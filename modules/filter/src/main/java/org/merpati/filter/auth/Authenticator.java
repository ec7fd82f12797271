package org.merpati.filter.auth;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.merpati.filter.Arrival;
import org.merpati.filter.Finding;
import org.merpati.filter.Proof;
import org.merpati.filter.Prover;
import org.merpati.filter.Suspect;
import org.merpati.filter.dns.Dns;
import org.merpati.kernel.Address;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Malformed;
import org.merpati.mime.Envelope;

/**
 * Checks SPF (RFC 7208), DKIM (RFC 6376), ARC (RFC 8617) and DMARC (RFC 7489), and writes what came of it as
 * Authentication-Results (RFC 8601). A forwarder's word that DMARC was well counts if the forwarder is trusted.
 */
public final class Authenticator implements Prover {
    private final Dns dns;
    private final Set<Domain> sealers;
    private final Duration limit;

    /**
     * @param sealers the forwarders whose ARC seal is believed
     * @param limit how long name servers are waited for in each of the checks
     */
    public Authenticator(Dns dns, Set<Domain> sealers, Duration limit) {
        this.dns = dns;
        this.sealers = Set.copyOf(sealers);
        this.limit = limit;
    }

    @Override
    public Proof prove(Suspect suspect) {
        if (suspect.arrival().login().isPresent() || suspect.arrival().client().isEmpty()) {
            return Proof.NONE;
        }
        List<Finding> findings = new ArrayList<>();
        StringBuilder results = new StringBuilder();
        Optional<Domain> spf = spf(suspect.arrival(), findings, results);
        Signed message = new Signed(suspect, dns, limit);
        Set<Domain> dkim = dkim(message, findings, results);
        Arc arc = Arc.of(message);
        results.append(";\r\n\tarc=").append(arc.result().text());
        author(suspect)
                .ifPresentOrElse(
                        author -> dmarc(Dmarc.of(dns, author, spf, dkim, limit), arc, findings, results),
                        () -> results.append(";\r\n\tdmarc=permerror"));
        return new Proof(spf, dkim, findings, Optional.of(results.toString()));
    }

    private Optional<Domain> spf(Arrival arrival, List<Finding> findings, StringBuilder results) {
        InetAddress client = arrival.client().orElseThrow();
        String local = arrival.sender().map(Address::local).orElse("postmaster");
        String domain = arrival.sender().map(s -> s.domain().value()).orElse(arrival.helo());
        Result result = Spf.check(dns, client, local, domain, arrival.helo(), limit);
        String by = arrival.sender().isPresent() ? "smtp.mailfrom=" : "smtp.helo=";
        results.append(";\r\n\tspf=")
                .append(result.text())
                .append(' ')
                .append(by)
                .append(plain(domain));
        switch (result) {
            case PASS -> findings.add(new Finding("SPF_PASS", -0.1, domain + " permits this client"));
            case FAIL -> findings.add(new Finding("SPF_FAIL", 2, domain + " forbids this client"));
            case SOFTFAIL -> findings.add(new Finding("SPF_SOFTFAIL", 1, domain + " does not expect this client"));
            case PERMERROR -> findings.add(new Finding("SPF_PERMERROR", 0.1, "the record of " + domain + " is wrong"));
            case NONE, NEUTRAL, TEMPERROR -> {
                // These say nothing for or against it.
            }
        }
        return result == Result.PASS ? domain(domain) : Optional.empty();
    }

    private static Set<Domain> dkim(Signed message, List<Finding> findings, StringBuilder results) {
        Set<Domain> proved = new LinkedHashSet<>();
        boolean failed = false;
        List<Dkim.Outcome> outcomes = Dkim.of(message);
        for (Dkim.Outcome outcome : outcomes) {
            results.append(";\r\n\tdkim=").append(outcome.result().text());
            if (!outcome.why().isEmpty()) {
                results.append(" (")
                        .append(plain(outcome.why()).replaceAll("[()\\\\]", ""))
                        .append(')');
            }
            results.append(" header.d=").append(plain(outcome.domain()));
            results.append(" header.s=").append(plain(outcome.selector()));
            results.append(" header.b=\"").append(plain(outcome.start())).append('"');
            if (outcome.result() == Result.PASS) {
                domain(outcome.domain()).ifPresent(proved::add);
            }
            failed |= outcome.result() == Result.FAIL;
        }
        if (outcomes.isEmpty()) {
            results.append(";\r\n\tdkim=none");
        }
        if (!proved.isEmpty()) {
            findings.add(new Finding(
                    "DKIM_VALID", -0.1, "a signature of " + proved.iterator().next() + " holds"));
        } else if (failed) {
            findings.add(new Finding("DKIM_INVALID", 0.2, "no signature holds"));
        }
        return proved;
    }

    private void dmarc(Dmarc dmarc, Arc arc, List<Finding> findings, StringBuilder results) {
        results.append(";\r\n\tdmarc=").append(dmarc.result().text());
        results.append(" (p=")
                .append(plain(dmarc.policy()))
                .append(") header.from=")
                .append(dmarc.domain());
        if (dmarc.result() == Result.PASS) {
            findings.add(new Finding("DMARC_PASS", -0.2, dmarc.domain() + " stands behind it"));
            return;
        }
        if (dmarc.result() != Result.FAIL) {
            return;
        }
        boolean forwarded = arc.sealer()
                        .flatMap(Authenticator::domain)
                        .filter(sealers::contains)
                        .isPresent()
                && arc.said().toLowerCase(Locale.ROOT).contains("dmarc=pass");
        if (forwarded) {
            findings.add(new Finding("ARC_TRUSTED", 0, arc.sealer().orElseThrow() + " says that it was well there"));
            return;
        }
        switch (dmarc.policy()) {
            case "reject" ->
                findings.add(new Finding("DMARC_REJECT", 4, dmarc.domain() + " asks to refuse what is not its own"));
            case "quarantine" ->
                findings.add(new Finding("DMARC_QUARANTINE", 2.5, dmarc.domain() + " calls what is not its own spam"));
            default -> findings.add(new Finding("DMARC_FAIL", 0.5, dmarc.domain() + " does not stand behind it"));
        }
    }

    /** The domain of the only author. */
    private static Optional<Domain> author(Suspect suspect) {
        List<String> hosts = suspect.envelope().from().stream()
                .map(Envelope.Person::host)
                .flatMap(Optional::stream)
                .distinct()
                .toList();
        return hosts.size() == 1 ? domain(hosts.getFirst()) : Optional.empty();
    }

    private static Optional<Domain> domain(String text) {
        try {
            return Optional.of(Domain.parse(text));
        } catch (Malformed none) {
            return Optional.empty();
        }
    }

    private static String plain(String text) {
        String ascii = text.replaceAll("[^!-~ ]", "?").replace("\"", "").replace(";", "");
        return ascii.substring(0, Math.min(100, ascii.length()));
    }
}
