package org.merpati.filter.text;

import java.net.IDN;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is a domain and which part of a name somebody registered.
 *
 * @param top the top-level domains
 * @param second domains of two labels under which people register
 * @param third likewise of three labels
 */
public record Registries(Set<String> top, Set<String> second, Set<String> third) {
    private static final Pattern LABEL = Pattern.compile("^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$");
    private static final Pattern ADDRESS = Pattern.compile("^(?:\\d{1,3}\\.){3}\\d{1,3}$");
    private static final int LABEL_LIMIT = 63;
    private static final int NAME_LIMIT = 253;

    public Registries {
        top = Set.copyOf(top);
        second = Set.copyOf(second);
        third = Set.copyOf(third);
    }

    /** Whether it has the form of a host's full name. */
    public static boolean name(String host) {
        String lower = ascii(host);
        while (lower.endsWith(".")) {
            lower = lower.substring(0, lower.length() - 1);
        }
        String[] labels = lower.split("\\.", -1);
        if (lower.length() > NAME_LIMIT || labels.length < 2) {
            return false;
        }
        for (int i = 0; i < labels.length; i++) {
            boolean last = i >= labels.length - 2;
            boolean sound = labels[i].length() <= LABEL_LIMIT
                    && LABEL.matcher(labels[i]).matches()
                    && !(last && labels[i].indexOf('_') >= 0);
            if (!sound) {
                return false;
            }
        }
        return true;
    }

    /** A name in lower case and ASCII; octets beyond that are taken for UTF-8. */
    static String ascii(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        if (Latin.ascii(lower)) {
            return lower;
        }
        try {
            return IDN.toASCII(Latin.decode(lower, "utf-8", false), IDN.ALLOW_UNASSIGNED)
                    .toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException none) {
            return lower;
        }
    }

    /** Whether it ends in a top-level domain that exists. */
    public boolean valid(String domain) {
        String lower = ascii(domain);
        int dot = lower.lastIndexOf('.');
        return dot >= 0 && lower.chars().noneMatch(Character::isWhitespace) && top.contains(lower.substring(dot + 1));
    }

    /** The part of a name that somebody registered. */
    public String registered(String host) {
        List<String> labels = Arrays.stream(ascii(host).split("\\."))
                .filter(label -> !label.isEmpty())
                .toList();
        int from = 0;
        while (labels.size() - from > 1) {
            List<String> rest = labels.subList(from, labels.size());
            boolean delegated = (rest.size() == 2 && second.contains(String.join(".", rest)))
                    || (rest.size() == 3 && third.contains(String.join(".", rest)));
            if (delegated) {
                break;
            }
            from++;
        }
        return String.join(".", labels.subList(Math.max(0, from - 1), labels.size()));
    }

    /** The host of a link, if it has a sound one. */
    public Optional<String> host(String uri) {
        String rest = uri.toLowerCase(Locale.ROOT);
        if (rest.startsWith("javascript:") || rest.startsWith("cid:") || rest.startsWith("file:")) {
            return Optional.empty();
        }
        if (rest.startsWith("mailto:")) {
            rest = rest.substring(7);
            rest = until(rest, "?");
            int at = rest.indexOf('@');
            if (at < 0 || rest.indexOf('@', at + 1) >= 0) {
                return Optional.empty();
            }
            rest = rest.substring(at + 1);
        } else {
            int colon = rest.indexOf(':');
            boolean scheme = colon > 0 && rest.substring(0, colon).chars().allMatch(c -> c >= 'a' && c <= 'z');
            rest = scheme ? rest.substring(colon + 1) : rest;
            for (int i = 0; i < 2 && scheme && rest.startsWith("/"); i++) {
                rest = rest.substring(1);
            }
            rest = until(rest, "/?#");
            rest = rest.substring(rest.lastIndexOf('@') + 1);
            int port = rest.lastIndexOf(':');
            if (port >= 0 && rest.substring(port + 1).chars().allMatch(c -> c >= '0' && c <= '9')) {
                rest = rest.substring(0, port);
            }
        }
        String host = ascii(rest);
        boolean sound = ADDRESS.matcher(host).matches() || (name(host) && valid(host));
        return sound ? Optional.of(host) : Optional.empty();
    }

    private static String until(String text, String ends) {
        for (int i = 0; i < text.length(); i++) {
            if (ends.indexOf(text.charAt(i)) >= 0) {
                return text.substring(0, i);
            }
        }
        return text;
    }

    /** Whether it is an address (IPv4). */
    public static boolean address(String host) {
        return ADDRESS.matcher(host).matches();
    }
}
