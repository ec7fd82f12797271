package org.merpati.filter.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.merpati.kernel.Malformed;

/**
 * The chain of seals of those who handed a message on (RFC 8617 §5.2).
 *
 * @param sealer the domain of the last seal
 * @param said what the last one said of the message when it came there: its ARC-Authentication-Results
 */
record Arc(Result result, Optional<String> sealer, String said, String why) {
    private static final int MOST = 50;

    /** A set of the chain. */
    private record Instance(String results, String signature, String seal) {}

    /** Verifies a message's chain. */
    static Arc of(Signed message) {
        int length = message.fields("arc-seal").size();
        if (length == 0 && message.fields("arc-message-signature").isEmpty()) {
            return new Arc(Result.NONE, Optional.empty(), "", "");
        }
        try {
            List<Instance> chain = chain(message);
            Instance last = chain.getLast();
            Tags tags = Tags.parse(Signed.value(last.signature()));
            message.verify(last.signature(), tags, message.key(tags.need("s"), tags.need("d")));
            for (int i = chain.size(); i > 0; i--) {
                seal(message, chain, i);
            }
            String sealer = Tags.parse(Signed.value(last.seal())).need("d").toLowerCase(Locale.ROOT);
            return new Arc(Result.PASS, Optional.of(sealer), Signed.value(last.results()), "");
        } catch (Malformed broken) {
            return new Arc(Result.FAIL, Optional.empty(), "", broken.sentence());
        } catch (IOException away) {
            return new Arc(Result.TEMPERROR, Optional.empty(), "", String.valueOf(away.getMessage()));
        }
    }

    private static List<Instance> chain(Signed message) {
        List<String> seals = message.fields("arc-seal");
        if (seals.size() > MOST) {
            throw new Malformed("the chain is longer than " + MOST);
        }
        List<Instance> chain = new ArrayList<>();
        for (int i = 1; i <= seals.size(); i++) {
            chain.add(new Instance(
                    one(message.fields("arc-authentication-results"), i),
                    one(message.fields("arc-message-signature"), i),
                    one(seals, i)));
        }
        return chain;
    }

    /** The only field of an instance. */
    private static String one(List<String> fields, int instance) {
        List<String> found = fields.stream()
                .filter(field -> Signed.value(field).matches("(?s)(?:.*;)?\\s*i\\s*=\\s*" + instance + "\\s*;.*"))
                .toList();
        if (found.size() != 1) {
            throw new Malformed("the chain lacks a field of instance " + instance + ", or has two");
        }
        return found.getFirst();
    }

    private static void seal(Signed message, List<Instance> chain, int instance) throws IOException {
        String seal = chain.get(instance - 1).seal();
        Tags tags = Tags.parse(Signed.value(seal));
        if (!tags.need("cv").equalsIgnoreCase(instance == 1 ? "none" : "pass")
                || tags.find("h").isPresent()) {
            throw new Malformed("the seal " + instance + " says that the chain was broken there");
        }
        StringBuilder signed = new StringBuilder();
        for (int i = 1; i <= instance; i++) {
            Instance set = chain.get(i - 1);
            signed.append(Canonical.field(set.results(), true)).append(Canonical.field(set.signature(), true));
            signed.append(i < instance ? Canonical.field(set.seal(), true) : Canonical.unsigned(seal, true));
        }
        DkimKey key = message.key(tags.need("s"), tags.need("d"));
        byte[] octets = signed.toString().getBytes(StandardCharsets.ISO_8859_1);
        if (!key.verifies(octets, Signed.base64(tags.need("b")))) {
            throw new Malformed("the seal " + instance + " does not fit");
        }
    }
}
