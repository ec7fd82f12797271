package org.merpati.smtp;

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
 * The extension XMERPATI of LMTP between our own nodes: MAIL carries the mail id, RCPT the recipient's place in the
 * envelope and its account ({@code place:account}), and a node that does not lead the account's shard answers where it
 * is led.
 */
public final class NodeParameters {
    private static final String MOVED = "4.3.2 XMERPATI moved ";
    private static final Pattern MOVED_FORM = Pattern.compile("4\\.3\\.2 XMERPATI moved (\\S+) (\\S+) (\\d{1,18})");

    private NodeParameters() {}

    /** A recipient as our own nodes name it. */
    public record Target(int place, AccountId account) {
        /** The delivery id of this recipient of a mail. */
        public DeliveryId delivery(MailId mail) {
            return new DeliveryId(mail, place);
        }
    }

    /** MAIL's parameters. */
    public static Map<String, String> mail(MailId mail) {
        return Map.of(Hooks.OURS, mail.toString());
    }

    /** RCPT's parameters. */
    public static Map<String, String> recipient(int place, AccountId account) {
        return Map.of(Hooks.OURS, place + ":" + account);
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
        return MailId.parse(value);
    }

    /**
     * What a recipient's parameter says.
     *
     * @throws Malformed if it has none
     */
    public static Target target(Envelope.Recipient recipient) {
        String value = recipient.parameters().get(Hooks.OURS);
        int colon = value == null ? -1 : value.indexOf(':');
        if (value == null || colon < 1 || !value.substring(0, colon).matches("\\d{1,9}")) {
            throw new Malformed("RCPT needs XMERPATI here");
        }
        return new Target(Integer.parseInt(value.substring(0, colon)), AccountId.parse(value.substring(colon + 1)));
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
