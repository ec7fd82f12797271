package org.merpati.filter.reputation;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongFunction;
import org.merpati.filter.Finding;
import org.merpati.filter.lists.Network;
import org.merpati.filter.lists.Origin;
import org.merpati.kernel.Address;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Sha256;

/**
 * What the origin of a message is known by again: the network that handed it in, and the domain and the address of its
 * sender if they are proved. Its text form, as it stands in X-Spam-Origin, is the names parted by commas, such as
 * {@code 192.0.2.0/24, example.com, ani@example.com}.
 */
public record Origins(List<String> names) {
    /** Where nothing is known by again. */
    public static final Origins NONE = new Origins(List.of());

    /** The field's name. */
    public static final String FIELD = "X-Spam-Origin";

    private static final int IPV4_BITS = 24;
    private static final int IPV6_BITS = 48;
    private static final int UNIQUE_LOCAL = 0xfc;
    private static final int MOST_NAMES = 3;

    /** From so many messages on the sender's own address speaks for her, and before that her domain. */
    private static final int ENOUGH = 3;

    private static final double NETWORK_MOST = 1.5;
    private static final double DOMAIN_MOST = 1.5;
    private static final double ADDRESS_MOST = 2;
    private static final double LEAST = 0.1;

    public Origins {
        names = List.copyOf(names);
    }

    /** Where a message comes from; nothing of what our own people submit. */
    public static Origins of(Origin origin) {
        List<String> names = new ArrayList<>();
        if (!origin.login()) {
            origin.client().flatMap(Origins::network).ifPresent(names::add);
            List<Address> proven = origin.proven();
            origin.from()
                    .filter(proven::contains)
                    .or(() -> proven.stream().findFirst())
                    .ifPresent(sender -> names.addAll(List.of(sender.domain().value(), sender.key())));
        }
        return new Origins(names.stream().filter(Origins::fits).toList());
    }

    /** Whether a name can stand in a field: an address may be long, or not ASCII. */
    private static boolean fits(String name) {
        return name.matches("[!-~]{1,320}") && name.indexOf(',') < 0;
    }

    /** The network of a host; none of one that is not seen from everywhere, which a letter's way ends with. */
    static Optional<String> network(InetAddress host) {
        byte[] octets = host.getAddress();
        boolean four = host instanceof Inet4Address;
        if (host.isLoopbackAddress()
                || host.isSiteLocalAddress()
                || host.isLinkLocalAddress()
                || host.isAnyLocalAddress()
                || host.isMulticastAddress()
                || (!four && (octets[0] & 0xfe) == UNIQUE_LOCAL)) {
            return Optional.empty();
        }
        int bits = four ? IPV4_BITS : IPV6_BITS;
        Arrays.fill(octets, bits / 8, octets.length, (byte) 0);
        try {
            return Optional.of(new Network(InetAddress.getByAddress(octets), bits).toString());
        } catch (UnknownHostException never) {
            throw new IllegalStateException(never);
        }
    }

    /** The name that an administrator means: a host's network, a domain, an address. */
    public static String name(String meant) {
        String text = meant.strip().toLowerCase(Locale.ROOT);
        if (text.indexOf('@') >= 0) {
            return Address.parse(text).key();
        }
        if (text.indexOf('/') >= 0 || text.indexOf(':') >= 0 || text.matches("[0-9.]+")) {
            InetAddress host = Network.parse(text).base();
            return network(host).orElse(text);
        }
        return Domain.parse(text).value();
    }

    /** The digest of a name, so that tables give no address away. */
    public static long key(String name) {
        return ByteBuffer.wrap(Sha256.of(name.getBytes(StandardCharsets.UTF_8))).getLong();
    }

    /** The digests of all names. */
    public List<Long> keys() {
        return names.stream().map(Origins::key).toList();
    }

    /** The header field, ended by CRLF; nothing where there is no name. */
    public String field() {
        return names.isEmpty() ? "" : FIELD + ": " + String.join(",\r\n\t", names) + "\r\n";
    }

    /** Reads the text form; what is none has no names. */
    public static Origins parse(String text) {
        List<String> names = Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(Origins::fits)
                .limit(MOST_NAMES)
                .toList();
        return new Origins(names);
    }

    /**
     * What is found by what became of earlier mail.
     *
     * @param opinions of an origin, by its digest
     */
    public List<Finding> findings(LongFunction<Opinion> opinions) {
        List<Finding> findings = new ArrayList<>();
        String sender = "";
        for (String name : names) {
            boolean speaks = name.indexOf('@') < 0 || opinions.apply(key(name)).messages() >= ENOUGH;
            if (name.indexOf('/') >= 0) {
                finding("NETWORK_REPUTATION", name, opinions.apply(key(name)), NETWORK_MOST)
                        .ifPresent(findings::add);
            } else if (speaks) {
                sender = name;
            }
        }
        if (!sender.isEmpty()) {
            double most = sender.indexOf('@') < 0 ? DOMAIN_MOST : ADDRESS_MOST;
            finding("SENDER_REPUTATION", sender, opinions.apply(key(sender)), most)
                    .ifPresent(findings::add);
        }
        return findings;
    }

    private static Optional<Finding> finding(String symbol, String name, Opinion opinion, double most) {
        double score = Math.round(opinion.lean() * most * 10) / 10.0;
        String why = String.format(
                Locale.ROOT,
                "of the mail of %s %.0f were wanted lately and %.0f were not",
                name,
                opinion.wanted(),
                opinion.unwanted());
        return Math.abs(score) < LEAST ? Optional.empty() : Optional.of(new Finding(symbol, score, why));
    }
}
