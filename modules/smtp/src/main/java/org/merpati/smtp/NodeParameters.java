package org.merpati.smtp;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.DeliveryId;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Route;

/**
 * The extension XMERPATI of LMTP between our own nodes: MAIL carries the mail id and the names of what the filter found
 * ({@code mail:tests}), RCPT the recipient's place in the envelope, its account and the filter's verdict ({@code
 * place:account:verdict}), and a node that does not lead the account's shard answers where it is led. What is of the
 * filter is sent to nodes alone that offer it, {@code XMERPATI VERDICT}.
 */
public final class NodeParameters {
    private static final String MOVED = "4.3.2 XMERPATI moved ";
    private static final Pattern MOVED_FORM = Pattern.compile("4\\.3\\.2 XMERPATI moved (\\S+) (\\S+) (\\d{1,18})");

    /** What the server says behind XMERPATI that understands the filter's parameters. */
    static final String VERDICT = "VERDICT";

    private NodeParameters() {}

    /**
     * A recipient as our own nodes name it.
     *
     * @param verdict the filter's verdict as text; empty where it did not judge
     */
    public record Target(int place, AccountId account, String verdict) {
        /** The delivery id of this recipient of a mail. */
        public DeliveryId delivery(MailId mail) {
            return new DeliveryId(mail, place);
        }
    }

    /**
     * MAIL's parameters.
     *
     * @param tests the names of what the filter found, parted by commas
     */
    public static Map<String, String> mail(MailId mail, String tests) {
        return Map.of(Hooks.OURS, tests.isEmpty() ? mail.toString() : mail + ":" + tests);
    }

    /**
     * RCPT's parameters.
     *
     * @param verdict the filter's verdict as text; empty where it did not judge
     */
    public static Map<String, String> recipient(int place, AccountId account, String verdict) {
        String both = place + ":" + account;
        return Map.of(Hooks.OURS, verdict.isEmpty() ? both : both + ":" + verdict);
    }

    /** An envelope as a server takes it that offers these extensions: the filter's parameters where it knows them. */
    static Envelope understood(Envelope envelope, Map<String, String> extensions) {
        if (!extensions.containsKey(Hooks.OURS) || extensions.get(Hooks.OURS).contains(VERDICT)) {
            return envelope;
        }
        List<Envelope.Recipient> plain = envelope.recipients().stream()
                .map(r -> new Envelope.Recipient(r.address(), cut(r.parameters(), 2)))
                .toList();
        return new Envelope(envelope.sender(), cut(envelope.parameters(), 1), plain);
    }

    private static Map<String, String> cut(Map<String, String> parameters, int words) {
        Map<String, String> fewer = new HashMap<>(parameters);
        fewer.computeIfPresent(
                Hooks.OURS,
                (name, value) -> String.join(":", List.of(value.split(":")).subList(0, words)));
        return fewer;
    }

    /**
     * The mail id of an envelope.
     *
     * @throws Malformed if it has none
     */
    public static MailId mail(Envelope envelope) {
        String value = envelope.parameters().get(Hooks.OURS);
        if (value == null) {
            throw new Malformed("MAIL needs XMERPATI here");
        }
        int colon = value.indexOf(':');
        return MailId.parse(colon < 0 ? value : value.substring(0, colon));
    }

    /** The names of what the filter found, parted by commas; empty if nothing is said. */
    public static String tests(Envelope envelope) {
        String value = envelope.parameters().getOrDefault(Hooks.OURS, "");
        int colon = value.indexOf(':');
        return colon < 0 ? "" : value.substring(colon + 1);
    }

    /**
     * What a recipient's parameter says.
     *
     * @throws Malformed if it has none
     */
    public static Target target(Envelope.Recipient recipient) {
        String value = recipient.parameters().get(Hooks.OURS);
        String[] words = value == null ? new String[0] : value.split(":", 3);
        if (words.length < 2 || !words[0].matches("\\d{1,9}")) {
            throw new Malformed("RCPT needs XMERPATI here");
        }
        return new Target(Integer.parseInt(words[0]), AccountId.parse(words[1]), words.length == 3 ? words[2] : "");
    }

    /** The reply that says where a shard is led. */
    public static Reply moved(Route route) {
        return new Reply(451, MOVED + route.group() + " " + route.node() + " " + route.epoch());
    }

    /** Where a reply says that the shard is led, if it says so. */
    public static Optional<Route> moved(Reply reply) {
        Matcher matcher = MOVED_FORM.matcher(reply.text());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Epoch epoch = new Epoch(Long.parseLong(matcher.group(3)));
        return Optional.of(new Route(new GroupName(matcher.group(1)), new NodeName(matcher.group(2)), epoch));
    }
}
