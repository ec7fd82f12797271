package org.merpati.filter.auth;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Malformed;

/**
 * The DKIM signatures of a message (RFC 6376 §6), RSA and Ed25519 (RFC 8463) with SHA-256; SHA-1 is not believed (RFC
 * 8301).
 */
final class Dkim {
    private static final int SIGNATURES = 8;

    /**
     * What became of a signature.
     *
     * @param domain that signed; as written where it is none
     * @param start the first characters of the signature, to tell it from others
     */
    record Outcome(Result result, String domain, String selector, String start, String why) {}

    private Dkim() {}

    /** Verifies the first few signatures. */
    static List<Outcome> of(Signed message) {
        List<Outcome> outcomes = new ArrayList<>();
        for (String field : message.fields("dkim-signature")) {
            if (outcomes.size() == SIGNATURES) {
                break;
            }
            outcomes.add(of(message, field));
        }
        return outcomes;
    }

    private static Outcome of(Signed message, String field) {
        String domain = "";
        String selector = "";
        String start = "";
        try {
            Tags tags = Tags.parse(Signed.value(field));
            domain = tags.need("d").toLowerCase(Locale.ROOT);
            selector = tags.need("s");
            String signature = tags.need("b");
            start = signature.substring(0, Math.min(8, signature.length()));
            Domain signs = Domain.parse(domain);
            if (!tags.need("v").equals("1")) {
                throw new Malformed("the version is unknown");
            }
            expired(tags, message.suspect().arrival().millis());
            DkimKey key;
            try {
                key = message.key(selector, domain);
            } catch (Malformed noKey) {
                return new Outcome(Result.PERMERROR, domain, selector, start, noKey.sentence());
            }
            identity(tags, signs, key.strict());
            message.verify(field, tags, key);
            return key.testing()
                    ? new Outcome(Result.NEUTRAL, domain, selector, start, "the domain is trying it out")
                    : new Outcome(Result.PASS, domain, selector, start, "");
        } catch (Malformed wrong) {
            return new Outcome(Result.FAIL, domain, selector, start, wrong.sentence());
        } catch (IOException away) {
            return new Outcome(Result.TEMPERROR, domain, selector, start, String.valueOf(away.getMessage()));
        }
    }

    private static void expired(Tags tags, long now) {
        String text = tags.or("x", "");
        if (text.matches("\\d{1,12}") && Long.parseLong(text) < now / 1000) {
            throw new Malformed("the signature has expired");
        }
    }

    /** The identity is of the signing domain or below it (RFC 6376 §3.5, tag i). */
    private static void identity(Tags tags, Domain signs, boolean strict) {
        String identity = tags.or("i", "").toLowerCase(Locale.ROOT);
        if (identity.isEmpty()) {
            return;
        }
        String domain = identity.substring(identity.lastIndexOf('@') + 1);
        boolean below = domain.endsWith("." + signs.value()) && !strict;
        if (!domain.equals(signs.value()) && !below) {
            throw new Malformed("the identity " + identity + " is not of the domain that signs");
        }
    }
}
