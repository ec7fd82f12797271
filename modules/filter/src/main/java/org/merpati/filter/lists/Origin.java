package org.merpati.filter.lists;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.merpati.filter.Proof;
import org.merpati.filter.Suspect;
import org.merpati.kernel.Address;
import org.merpati.kernel.Malformed;

/**
 * Where a message says that it comes from, and what of it is proved.
 *
 * @param client the host that handed it in
 * @param envelope the sender of the envelope
 * @param from the address that the reader is shown
 * @param login whether the sender has logged in as one of our people
 */
public record Origin(
        Optional<InetAddress> client, Optional<Address> envelope, Optional<Address> from, boolean login, Proof proof) {
    /** The origin of a message. */
    public static Origin of(Suspect suspect, Proof proof) {
        return new Origin(
                suspect.arrival().client(),
                suspect.arrival().sender(),
                from(suspect),
                suspect.arrival().login().isPresent(),
                proof);
    }

    private static Optional<Address> from(Suspect suspect) {
        return suspect.envelope().from().stream()
                .filter(person -> person.local().isPresent() && person.host().isPresent())
                .map(person -> person.local().get() + "@" + person.host().get())
                .findFirst()
                .flatMap(Origin::address);
    }

    private static Optional<Address> address(String text) {
        try {
            return Optional.of(Address.parse(text));
        } catch (Malformed notAnAddress) {
            return Optional.empty();
        }
    }

    /** The envelope's sender and the one that the reader is shown. */
    List<Address> senders() {
        return Stream.concat(envelope.stream(), from.stream()).distinct().toList();
    }

    /** Those of the senders who have proved that the message is their own. */
    public List<Address> proven() {
        return senders().stream().filter(this::proved).toList();
    }

    /** Whether a sender has proved that the message is its own. */
    boolean proved(Address sender) {
        return login || proof.covers(sender.domain());
    }
}
