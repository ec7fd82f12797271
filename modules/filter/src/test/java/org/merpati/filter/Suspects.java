package org.merpati.filter;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.merpati.kernel.Address;

/** Messages to be judged. */
public final class Suspects {
    private Suspects() {}

    /** A message from a client and an envelope sender, either of which may be empty. */
    public static Suspect of(String client, String sender, String text) throws IOException {
        return of(client, sender, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The same of octets. */
    public static Suspect of(String client, String sender, byte[] octets) throws IOException {
        Arrival arrival = new Arrival(
                client.isEmpty() ? Optional.empty() : Optional.of(InetAddress.ofLiteral(client)),
                "client.example.net",
                sender.isEmpty() ? Optional.empty() : Optional.of(Address.parse(sender)),
                List.of(Address.parse("budi@lvlogist.com")),
                Optional.empty(),
                1_700_000_000_000L);
        return Suspect.of(arrival, new Content() {
            @Override
            public long size() {
                return octets.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(octets);
            }
        });
    }
}
