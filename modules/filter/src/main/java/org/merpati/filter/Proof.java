package org.merpati.filter;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.merpati.kernel.Domain;

/**
 * Which domains have proved that a message is theirs.
 *
 * @param spf the envelope sender's domain, if its SPF record permits the client
 * @param dkim the domains of signatures that hold
 * @param results the value of Authentication-Results (RFC 8601) without the name of the server; absent where nothing
 *     was checked
 */
public record Proof(Optional<Domain> spf, Set<Domain> dkim, List<Finding> findings, Optional<String> results) {
    /** Where nothing was checked. */
    public static final Proof NONE = new Proof(Optional.empty(), Set.of(), List.of(), Optional.empty());

    public Proof {
        dkim = Set.copyOf(dkim);
        findings = List.copyOf(findings);
    }

    /** Whether a domain, or one above or below it, has proved that the message is its own. */
    public boolean covers(Domain domain) {
        return spf.filter(d -> related(d, domain)).isPresent() || dkim.stream().anyMatch(d -> related(d, domain));
    }

    /** Of a domain and one with labels before it; a name without a dot vouches for nobody but itself. */
    private static boolean related(Domain one, Domain other) {
        return one.equals(other) || below(one, other) || below(other, one);
    }

    private static boolean below(Domain low, Domain high) {
        return high.value().indexOf('.') > 0 && low.value().endsWith("." + high.value());
    }
}
