package org.merpati.filter.rules;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.filter.text.Glob;
import org.merpati.filter.text.HeaderRequest;
import org.merpati.filter.text.Reading;
import org.merpati.filter.text.Registries;
import org.merpati.filter.text.Relay;
import org.merpati.filter.text.Relays;

/** Functions on who sent a message, by its envelope and its header. */
final class SenderFunctions {
    private static final List<String> FROM = List.of(
            "From:addr", "Envelope-Sender:addr", "Resent-Sender:addr", "X-Envelope-From:addr", "EnvelopeFrom:addr");
    private static final Pattern DOMAIN = Pattern.compile("@([^@]*)$");
    private static final Pattern FULL_DOMAIN = Pattern.compile("@([^@]+\\.[^@]+)$");

    private SenderFunctions() {}

    static void register(Map<String, Function> to) {
        to.put(
                "check_for_matching_env_and_hdr_from",
                (r, a, b) -> r.header("EnvelopeFrom:addr").equalsIgnoreCase(r.header("From:addr")));
        to.put("check_equal_from_domains", (r, a, b) -> differentDomains(r));
        to.put("check_mailfrom_matches_rcvd", (r, a, b) -> cameFromDomain(r));
        to.put("check_ratware_envelope_from", (r, a, b) -> recipientInSender(r));
        to.put(
                "check_from_in_list",
                (r, a, b) -> inList(all(r), b.list(a.getFirst().strip())));
        to.put(
                "check_replyto_in_list",
                (r, a, b) -> inList(
                        List.copyOf(r.header(HeaderRequest.of("Reply-To:addr"))),
                        b.list(a.getFirst().strip())));
        to.put("check_fromname_equals_to", (r, a, b) -> nameIsAddress(r, "To:addr"));
        to.put("check_fromname_equals_replyto", (r, a, b) -> nameIsAddress(r, "Reply-To:addr"));
    }

    /** All addresses that may be the sender's. */
    static List<String> all(Reading reading) {
        List<String> resent = reading.header(HeaderRequest.of("Resent-From:first:addr"));
        if (!resent.isEmpty()) {
            return resent;
        }
        Set<String> addresses = new LinkedHashSet<>();
        for (String request : FROM) {
            for (String address : reading.header(HeaderRequest.of(request))) {
                if (!address.isEmpty()) {
                    addresses.add(address.replaceAll("\\.+", "."));
                }
            }
        }
        return new ArrayList<>(addresses);
    }

    private static boolean inList(List<String> addresses, Set<String> list) {
        for (String address : addresses) {
            String lower = address.toLowerCase(Locale.ROOT);
            for (String entry : list) {
                if (Glob.matches(entry, lower)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Optional<String> lastTwo(String address) {
        Matcher domain = DOMAIN.matcher(address);
        return domain.find()
                ? Optional.of(domain.group(1)
                                .replaceFirst("^.+\\.([^.]+\\.[^.]+)$", "$1")
                                .toLowerCase(Locale.ROOT))
                        .filter(d -> !d.isEmpty())
                : Optional.empty();
    }

    private static boolean differentDomains(Reading reading) {
        Optional<String> header = lastTwo(reading.header("From:addr"));
        Optional<String> envelope = lastTwo(reading.header("EnvelopeFrom:addr"));
        return header.isPresent() && envelope.isPresent() && !header.equals(envelope);
    }

    private static boolean cameFromDomain(Reading reading) {
        Matcher domain = FULL_DOMAIN.matcher(reading.header("EnvelopeFrom:addr"));
        if (!domain.find()) {
            return false;
        }
        Registries registries = reading.conventions().registries();
        String own = registries.registered(domain.group(1));
        Relays relays = reading.relays();
        List<Relay> last = relays.untrusted().isEmpty()
                ? relays.trusted()
                : relays.untrusted().subList(0, 1);
        return last.stream()
                .filter(relay -> !relay.rdns().isEmpty())
                .anyMatch(relay -> registries.registered(relay.rdns()).equals(own));
    }

    private static boolean recipientInSender(Reading reading) {
        String to = reading.header("To:addr");
        String from = reading.header("EnvelopeFrom:addr");
        int at = to.indexOf('@');
        if (from.isEmpty() || at <= 0 || at == to.length() - 1 || from.matches("(?i)^SRS\\d[=+-].*")) {
            return false;
        }
        Registries registries = reading.conventions().registries();
        String domain = registries.registered(to.substring(at + 1));
        return registries.valid(domain)
                && Pattern.compile(
                                "\\b" + Pattern.quote(domain) + "." + Pattern.quote(to.substring(0, at)) + "@",
                                Pattern.CASE_INSENSITIVE)
                        .matcher(from)
                        .find();
    }

    /** Whether the sender's name is the address of somebody else named in the header. */
    private static boolean nameIsAddress(Reading reading, String request) {
        String name = reading.header("From:name").toLowerCase(Locale.ROOT);
        String other = reading.header(request).toLowerCase(Locale.ROOT);
        return !other.isEmpty() && name.contains(other);
    }
}
