package org.merpati.filter;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.merpati.kernel.Address;

/**
 * How a message came: what the SMTP dialogue said.
 *
 * @param client the address of the peer that hands the message in; absent when a file is judged
 * @param helo the name that the peer called itself, or nothing
 * @param sender of the envelope; absent for the null sender and when a file is judged
 * @param recipients of the envelope
 * @param login whom the peer logged in as
 * @param millis the time of arrival, milliseconds since 1970 (UTC)
 */
public record Arrival(
        Optional<InetAddress> client,
        String helo,
        Optional<Address> sender,
        List<Address> recipients,
        Optional<Address> login,
        long millis) {
    public Arrival {
        recipients = List.copyOf(recipients);
    }
}
