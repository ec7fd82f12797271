package org.merpati.filter.lists;

import java.util.Optional;
import org.merpati.kernel.Address;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Malformed;

/**
 * One line of a list: {@code allow PATTERN}, {@code allow PATTERN unproved}, {@code deny PATTERN}. A pattern is an
 * address, a domain with all below it, or a network. An allowed sender has to have proved by SPF or DKIM that the
 * message is its own, unless the line says {@code unproved}.
 *
 * @param unproved whether an allowed sender is believed without proof
 */
public record ListEntry(boolean allows, Pattern pattern, boolean unproved) {
    /** Whom an entry means. */
    public sealed interface Pattern {
        /** One address, in any case. */
        record Mailbox(Address address) implements Pattern {
            @Override
            public String toString() {
                return address.key();
            }
        }

        /** A domain and all below it. */
        record Site(Domain domain) implements Pattern {
            /** Whether a domain is this one or below it. */
            boolean holds(Domain other) {
                return other.equals(domain) || other.value().endsWith("." + domain.value());
            }

            @Override
            public String toString() {
                return domain.value();
            }
        }

        /** The hosts of a network. */
        record Hosts(Network network) implements Pattern {
            @Override
            public String toString() {
                return network.toString();
            }
        }

        /**
         * Reads an address, a domain or a network.
         *
         * @throws Malformed if it is none of them
         */
        static Pattern parse(String text) {
            if (text.indexOf('@') > 0) {
                return new Mailbox(Address.parse(text));
            }
            if (text.indexOf('/') >= 0 || text.indexOf(':') >= 0 || text.matches("[0-9.]+")) {
                return new Hosts(Network.parse(text));
            }
            return new Site(Domain.parse(text.startsWith("@") ? text.substring(1) : text));
        }
    }

    /** Whether a line is meant to be an entry of a list. */
    public static boolean is(String line) {
        return line.startsWith("allow ") || line.startsWith("deny ");
    }

    /**
     * Reads a line.
     *
     * @throws Malformed if it is no entry
     */
    public static ListEntry parse(String line) {
        String[] words = line.strip().split("\\s+");
        boolean unproved = words.length == 3 && words[2].equals("unproved");
        if (!is(line) || (words.length != 2 && !unproved) || (unproved && words[0].equals("deny"))) {
            throw new Malformed("a list has lines such as 'allow budi@example.com', 'allow example.com unproved' and"
                    + " 'deny 192.0.2.0/24', not '" + line + "'");
        }
        return new ListEntry(words[0].equals("allow"), Pattern.parse(words[1]), unproved);
    }

    /** How narrow the pattern is, if it means where a message comes from: the greater the narrower. */
    Optional<Integer> narrowness(Origin origin) {
        boolean met = switch (pattern) {
            case Pattern.Mailbox mailbox -> senders(origin, mailbox);
            case Pattern.Site site -> senders(origin, site);
            case Pattern.Hosts hosts ->
                origin.client().filter(hosts.network()::holds).isPresent();
        };
        return met ? Optional.of(narrowness()) : Optional.empty();
    }

    private boolean senders(Origin origin, Pattern of) {
        return origin.senders().stream()
                .filter(sender -> switch (of) {
                    case Pattern.Mailbox mailbox -> mailbox.address().key().equals(sender.key());
                    case Pattern.Site site -> site.holds(sender.domain());
                    case Pattern.Hosts hosts -> false;
                })
                .anyMatch(sender -> !allows || unproved || origin.proved(sender));
    }

    private int narrowness() {
        return switch (pattern) {
            case Pattern.Mailbox mailbox -> 1000;
            case Pattern.Site site -> 400 + site.domain().value().length();
            case Pattern.Hosts hosts -> hosts.network().bits();
        };
    }

    @Override
    public String toString() {
        return (allows ? "allow " : "deny ") + pattern + (unproved ? " unproved" : "");
    }
}
