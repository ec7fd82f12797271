package org.merpati.smtp;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.merpati.kernel.Address;

/**
 * An SMTP envelope (RFC 5321 §2.3.1): the sender, none for {@code <>}, and the recipients, each with the parameters of
 * its command. Parameter names are in upper case.
 */
public record Envelope(Optional<Address> sender, Map<String, String> parameters, List<Recipient> recipients) {
    /** A recipient. */
    public record Recipient(Address address, Map<String, String> parameters) {
        public Recipient {
            parameters = Map.copyOf(parameters);
        }

        /** A recipient without parameters. */
        public static Recipient of(Address address) {
            return new Recipient(address, Map.of());
        }
    }

    public Envelope {
        parameters = Map.copyOf(parameters);
        recipients = List.copyOf(recipients);
    }

    /** This envelope with a recipient more. */
    Envelope with(Recipient recipient) {
        List<Recipient> more = new ArrayList<>(recipients);
        more.add(recipient);
        return new Envelope(sender, parameters, more);
    }

    /** The sender as MAIL wants it, without the brackets. */
    String senderText() {
        return sender.map(Address::toString).orElse("");
    }

    /** Parameters as a command wants them, each behind a space. */
    static String text(Map<String, String> parameters) {
        StringBuilder text = new StringBuilder();
        parameters.forEach((name, value) -> {
            text.append(' ').append(name.toUpperCase(Locale.ROOT));
            if (!value.isEmpty()) {
                text.append('=').append(value);
            }
        });
        return text.toString();
    }
}
