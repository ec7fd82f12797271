package org.merpati.mime;

import java.util.Arrays;
import java.util.Locale;

/** Takes Content-Transfer-Encodings off (RFC 2045 §6), leniently: what is not of the encoding is passed over. */
public final class TransferEncoding {
    private static final byte[] BASE64 = base64();

    private TransferEncoding() {}

    private static byte[] base64() {
        byte[] values = new byte[256];
        Arrays.fill(values, (byte) -1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < alphabet.length(); i++) {
            values[alphabet.charAt(i)] = (byte) i;
        }
        return values;
    }

    /** The content of {@code [from, to)} under an encoding, of any case; an unknown one is left as it is. */
    public static byte[] decode(String encoding, byte[] octets, int from, int to) {
        return switch (encoding.toUpperCase(Locale.ROOT)) {
            case "BASE64" -> base64(octets, from, to);
            case "QUOTED-PRINTABLE" -> quotedPrintable(octets, from, to);
            default -> Arrays.copyOfRange(octets, from, to);
        };
    }

    /** Base 64; padding in the middle begins anew. */
    static byte[] base64(byte[] octets, int from, int to) {
        byte[] out = new byte[(int) ((to - from) * 3L / 4) + 3];
        int size = 0;
        int bits = 0;
        int held = 0;
        for (int i = from; i < to; i++) {
            byte octet = octets[i];
            int value = BASE64[octet & 0xff];
            if (value >= 0) {
                held = (held << 6) | value;
                bits += 6;
                if (bits >= 8) {
                    bits -= 8;
                    out[size++] = (byte) (held >> bits);
                }
            } else if (octet == '=') {
                bits = 0;
                held = 0;
            }
        }
        return Arrays.copyOf(out, size);
    }

    /** Quoted-printable; an {@code =} that begins nothing stands for itself. */
    static byte[] quotedPrintable(byte[] octets, int from, int to) {
        byte[] out = new byte[to - from];
        int size = 0;
        int i = from;
        while (i < to) {
            byte octet = octets[i];
            if (octet != '=') {
                out[size++] = octet;
                i++;
                continue;
            }
            int high = i + 2 < to ? Character.digit(octets[i + 1], 16) : -1;
            int low = i + 2 < to ? Character.digit(octets[i + 2], 16) : -1;
            if (high >= 0 && low >= 0) {
                out[size++] = (byte) (high << 4 | low);
                i += 3;
                continue;
            }
            int end = softBreak(octets, i + 1, to);
            if (end < 0) {
                out[size++] = octet;
                i++;
            } else {
                i = end;
            }
        }
        return Arrays.copyOf(out, size);
    }

    /** Behind the soft line break at a place, or -1. */
    private static int softBreak(byte[] octets, int at, int to) {
        int i = at;
        int limit = Math.min(to, at + 80);
        while (i < limit && (octets[i] == ' ' || octets[i] == '\t' || octets[i] == '\r')) {
            i++;
        }
        if (i == to) {
            return to;
        }
        return octets[i] == '\n' ? i + 1 : -1;
    }
}
