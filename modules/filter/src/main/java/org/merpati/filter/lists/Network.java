package org.merpati.filter.lists;

import java.net.InetAddress;
import org.merpati.kernel.Malformed;

/**
 * A block of addresses (RFC 4632): the bits that its members share.
 *
 * @param bits how many bits from the left
 */
public record Network(InetAddress base, int bits) {
    /**
     * Reads {@code 192.0.2.0/24} or {@code 2001:db8::/32}, or an address alone.
     *
     * @throws Malformed if it is neither, or has bits set behind its length
     */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        InetAddress base = address(slash < 0 ? text : text.substring(0, slash), text);
        int all = base.getAddress().length * 8;
        String length = slash < 0 ? Integer.toString(all) : text.substring(slash + 1);
        if (!length.matches("\\d{1,3}") || Integer.parseInt(length) > all) {
            throw new Malformed("'" + text + "' is no network: its length is 0 to " + all);
        }
        Network network = new Network(base, Integer.parseInt(length));
        for (int bit = network.bits; bit < all; bit++) {
            if (bit(base.getAddress(), bit) != 0) {
                throw new Malformed("'" + text + "' is no network: bits are set behind its length");
            }
        }
        return network;
    }

    /** An address, never a name that would have to be looked up. */
    private static InetAddress address(String text, String whole) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException name) {
            throw new Malformed("'" + whole + "' is no network: an address such as 192.0.2.0/24 or 2001:db8::/32");
        }
    }

    private static int bit(byte[] octets, int place) {
        return (octets[place / 8] >> (7 - place % 8)) & 1;
    }

    /** Whether an address is in it. */
    public boolean holds(InetAddress address) {
        byte[] ours = base.getAddress();
        byte[] theirs = address.getAddress();
        if (ours.length != theirs.length) {
            return false;
        }
        for (int octet = 0; octet < bits / 8; octet++) {
            if (ours[octet] != theirs[octet]) {
                return false;
            }
        }
        for (int bit = bits / 8 * 8; bit < bits; bit++) {
            if (bit(ours, bit) != bit(theirs, bit)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return base.getHostAddress() + "/" + bits;
    }
}
