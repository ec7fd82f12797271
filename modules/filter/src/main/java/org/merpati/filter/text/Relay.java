package org.merpati.filter.text;

import java.util.regex.Pattern;

/**
 * A hop that a Received field tells of; what is not known is empty.
 *
 * @param ip the address that handed the message over
 * @param rdns its name, as the receiver looked it up
 * @param helo what it called itself
 * @param by the receiver
 * @param ident the user there, as that machine said
 * @param envelopeFrom the envelope's sender
 * @param id the receiver's name for the message
 * @param auth how the sender proved who it is
 * @param looked whether the receiver looks names up
 */
public record Relay(
        String ip,
        String rdns,
        String helo,
        String by,
        String ident,
        String envelopeFrom,
        String id,
        String auth,
        boolean looked) {
    private static final Pattern PRIVATE = Pattern.compile(
            "^(?:(?:IPv6:)?(?:::ffff:)?(?:10\\.|127\\.|169\\.254\\.|172\\.(?:1[6-9]|2\\d|3[01])\\.|192\\.168\\.|"
                    + "100\\.(?:6[4-9]|[7-9]\\d|1[01]\\d|12[0-7])\\.)|(?:IPv6:)?fe[89ab][0-9a-f]:|(?:IPv6:)?::1$).*",
            Pattern.CASE_INSENSITIVE);

    /** Whether the address is of no public network. */
    public boolean local() {
        return local(ip);
    }

    /** Whether an address is of no public network. */
    public static boolean local(String ip) {
        return PRIVATE.matcher(ip).matches();
    }

    /** The form that rules look at. */
    String text(boolean internal) {
        return "[ ip=" + ip + " rdns=" + rdns + " helo=" + helo + " by=" + by + " ident=" + ident + " envfrom="
                + envelopeFrom + " intl=" + (internal ? 1 : 0) + " id=" + id + " auth=" + auth + " msa=0 ]";
    }
}
