package org.merpati.filter.auth;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.merpati.filter.Suspect;
import org.merpati.filter.dns.Dns;
import org.merpati.kernel.Malformed;
import org.merpati.mime.HeaderField;

/** A message as signatures see it: its header's fields as they were written, and its body. */
final class Signed {
    private static final int FIELDS = 2000;

    private final Suspect suspect;
    private final List<String> fields = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final Dns dns;
    private final long end;

    /**
     * @param limit how long name servers are waited for
     */
    Signed(Suspect suspect, Dns dns, Duration limit) {
        this.suspect = suspect;
        this.dns = dns;
        this.end = System.nanoTime() + limit.toNanos();
        byte[] octets = suspect.beginning();
        for (HeaderField field : suspect.fields().stream().limit(FIELDS).toList()) {
            String text = new String(octets, field.start(), field.end() - field.start(), StandardCharsets.ISO_8859_1);
            fields.add(text.endsWith("\r\n") ? text : text.replaceAll("\r?\n?$", "") + "\r\n");
            names.add(field.name().toLowerCase(Locale.ROOT));
        }
    }

    Suspect suspect() {
        return suspect;
    }

    /** The fields of a name, whole, from the top down. */
    List<String> fields(String name) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            if (names.get(i).equals(name)) {
                found.add(fields.get(i));
            }
        }
        return found;
    }

    /** The text behind the colon. */
    static String value(String field) {
        return field.substring(field.indexOf(':') + 1);
    }

    /**
     * The key of a domain's selector.
     *
     * @throws Malformed if there is none that can be used
     * @throws IOException if name servers do not answer
     */
    DkimKey key(String selector, String domain) throws IOException {
        Dns.Answer answer =
                dns.await(selector + "._domainkey." + domain, Dns.Kind.TXT, Duration.ofNanos(end - System.nanoTime()));
        if (answer.failed()) {
            throw new IOException("the name servers do not answer");
        }
        if (answer.values().isEmpty()) {
            throw new Malformed("no key is published");
        }
        return DkimKey.parse(answer.values().getFirst());
    }

    /**
     * Verifies a signature over fields and body (RFC 6376 §3.7, §6.1.3).
     *
     * @param field the signature's own, whole
     * @throws Malformed if it does not fit, with what does not
     */
    void verify(String field, Tags tags, DkimKey key) throws IOException {
        String algorithm = tags.need("a").toLowerCase(Locale.ROOT);
        if (!algorithm.equals(key.ed25519() ? "ed25519-sha256" : "rsa-sha256")) {
            throw new Malformed("the algorithm " + algorithm + " is not the key's");
        }
        String[] form = tags.or("c", "simple/simple").toLowerCase(Locale.ROOT).split("/", 2);
        boolean relaxedHeader = relaxed(form[0]);
        boolean relaxedBody = relaxed(form.length > 1 ? form[1] : "simple");
        if (!MessageDigest.isEqual(base64(tags.need("bh")), body(relaxedBody, length(tags)))) {
            throw new Malformed("the body hash does not fit");
        }
        byte[] signed = header(tags.need("h"), field, relaxedHeader).getBytes(StandardCharsets.ISO_8859_1);
        if (!key.verifies(signed, base64(tags.need("b")))) {
            throw new Malformed("the signature does not fit");
        }
    }

    private static boolean relaxed(String form) {
        return switch (form.strip()) {
            case "relaxed" -> true;
            case "simple" -> false;
            default -> throw new Malformed("the form '" + form + "' is unknown");
        };
    }

    private static long length(Tags tags) {
        String text = tags.or("l", "");
        if (!text.matches("\\d{0,18}")) {
            throw new Malformed("the tag l is no number");
        }
        return text.isEmpty() ? Long.MAX_VALUE : Long.parseLong(text);
    }

    static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text.replaceAll("\\s+", ""));
        } catch (IllegalArgumentException wrong) {
            throw new Malformed("a tag is not base64");
        }
    }

    private byte[] body(boolean relaxed, long limit) throws IOException {
        int start = suspect.structure().bodyStart();
        if (start >= suspect.beginning().length && suspect.whole().size() > start) {
            throw new Malformed("the header is too long to be verified");
        }
        try (InputStream in = suspect.whole().open()) {
            in.skipNBytes(start);
            Canonical.Body body = new Canonical.Body(MessageDigest.getInstance("SHA-256"), relaxed, limit);
            byte[] digest = body.of(in);
            if (limit != Long.MAX_VALUE && body.count() < limit) {
                throw new Malformed("the body is shorter than what was signed");
            }
            return digest;
        } catch (NoSuchAlgorithmException bug) {
            throw new IllegalStateException(bug);
        }
    }

    /** The fields that are signed, each name from the bottom up, and the signature's own at the end. */
    private String header(String list, String own, boolean relaxed) {
        List<String> wanted = Arrays.stream(list.split(":"))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .toList();
        if (!wanted.contains("from")) {
            throw new Malformed("From is not signed");
        }
        Map<String, Integer> taken = new HashMap<>();
        StringBuilder signed = new StringBuilder();
        for (String name : wanted) {
            List<String> all = fields(name);
            int from = taken.merge(name, 1, Integer::sum);
            if (from <= all.size()) {
                signed.append(Canonical.field(all.get(all.size() - from), relaxed));
            }
        }
        return signed.append(Canonical.unsigned(own, relaxed)).toString();
    }
}
