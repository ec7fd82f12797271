package org.merpati.filter.auth;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.kernel.Malformed;

/** Macros of SPF records (RFC 7208 §7). */
final class SpfMacro {
    private static final Pattern MACRO =
            Pattern.compile("%(?:([%_-])|\\{([slodiphcrtvSLODIPHCRTV])(\\d{0,3})([rR]?)([-.+,/_=]*)\\})");
    private static final int LIMIT = 253;

    private SpfMacro() {}

    /**
     * What macros stand for.
     *
     * @param domain of the sender
     */
    record Names(String local, String domain, String helo, InetAddress client) {}

    /**
     * Expands a text; of a result that is too long the left labels go.
     *
     * @param domain the domain whose record is evaluated
     * @throws Malformed if a macro is none
     */
    static String expand(String text, Names names, String domain) {
        StringBuilder out = new StringBuilder();
        Matcher matcher = MACRO.matcher(text);
        int at = 0;
        for (int percent = text.indexOf('%'); percent >= 0; percent = text.indexOf('%', at)) {
            out.append(text, at, percent);
            if (!matcher.find(percent) || matcher.start() != percent) {
                throw new Malformed("'" + text + "' has a macro that is none");
            }
            out.append(value(matcher, names, domain));
            at = matcher.end();
        }
        out.append(text.substring(at));
        String whole = out.toString();
        while (whole.length() > LIMIT && whole.indexOf('.') >= 0) {
            whole = whole.substring(whole.indexOf('.') + 1);
        }
        return whole;
    }

    private static String value(Matcher macro, Names names, String domain) {
        if (macro.group(1) != null) {
            return switch (macro.group(1)) {
                case "%" -> "%";
                case "_" -> " ";
                default -> "%20";
            };
        }
        String letter = macro.group(2);
        String raw = switch (letter.toLowerCase(Locale.ROOT)) {
            case "s" -> names.local() + "@" + names.domain();
            case "l" -> names.local();
            case "o" -> names.domain();
            case "d" -> domain;
            case "i" -> dotted(names.client());
            case "p" -> "unknown";
            case "v" -> names.client() instanceof Inet4Address ? "in-addr" : "ip6";
            case "h" -> names.helo();
            default -> throw new Malformed("the macro " + letter + " is for explanations only");
        };
        String cut = transformed(raw, macro.group(3), !macro.group(4).isEmpty(), macro.group(5));
        return Character.isUpperCase(letter.charAt(0)) ? URLEncoder.encode(cut, StandardCharsets.UTF_8) : cut;
    }

    private static String transformed(String raw, String digits, boolean reversed, String delimiters) {
        String at = delimiters.isEmpty() ? "." : delimiters;
        List<String> parts = new ArrayList<>(List.of(raw.split("[" + Pattern.quote(at) + "]", -1)));
        if (reversed) {
            Collections.reverse(parts);
        }
        int keep = digits.isEmpty() ? parts.size() : Integer.parseInt(digits);
        if (keep == 0) {
            throw new Malformed("a macro keeps at least one part");
        }
        return String.join(".", parts.subList(Math.max(0, parts.size() - keep), parts.size()));
    }

    private static String dotted(InetAddress client) {
        if (client instanceof Inet4Address) {
            return client.getHostAddress();
        }
        StringBuilder nibbles = new StringBuilder();
        for (byte octet : client.getAddress()) {
            nibbles.append(Character.forDigit((octet >> 4) & 0xf, 16)).append('.');
            nibbles.append(Character.forDigit(octet & 0xf, 16)).append('.');
        }
        return nibbles.substring(0, nibbles.length() - 1);
    }

    /** The name under which the names of an address are asked for. */
    static String reverse(InetAddress client) {
        List<String> parts = new ArrayList<>(List.of(dotted(client).split("\\.")));
        Collections.reverse(parts);
        return String.join(".", parts) + (client instanceof Inet4Address ? ".in-addr.arpa" : ".ip6.arpa");
    }
}
