package org.merpati.filter.rules;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.merpati.filter.text.Reading;
import org.merpati.filter.text.Registries;
import org.merpati.filter.text.Relay;
import org.merpati.filter.text.Relays;

/** Functions on a message's way here. */
final class RelayFunctions {
    private static final Pattern PROVIDER = Pattern.compile(
            "(?:\\.|^)(?:lycos\\.com|lycos\\.co\\.uk|hotmail\\.com|localhost\\.com|excite\\.com|caramail\\.com|cs\\.com"
                    + "|aol\\.com|msn\\.com|yahoo\\.com|drizzle\\.com)$",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME = Pattern.compile("^\\w+(?:[\\w.-]+\\.)+\\w+$");

    private RelayFunctions() {}

    static void register(Map<String, Function> to) {
        to.put("check_all_trusted", (r, a, b) -> {
            Relays relays = r.relays();
            return !relays.trusted().isEmpty() && relays.untrusted().isEmpty() && relays.unreadable() == 0;
        });
        to.put("check_no_relays", (r, a, b) -> {
            Relays relays = r.relays();
            return relays.trusted().isEmpty() && relays.untrusted().isEmpty() && relays.unreadable() == 0;
        });
        to.put("check_relays_unparseable", (r, a, b) -> r.relays().unreadable() > 0);
        to.put("helo_ip_mismatch", (r, a, b) -> r.relays().untrusted().stream().anyMatch(RelayFunctions::otherNet));
        to.put("check_for_no_rdns_dotcom_helo", (r, a, b) -> nameless(r));
        to.put("check_for_forged_received_trail", (r, a, b) -> broken(r) > 1);
        to.put(
                "check_for_numeric_helo",
                (r, a, b) -> r.relays().untrusted().stream()
                        .anyMatch(relay -> Registries.address(relay.helo()) && !Relay.local(relay.helo())));
    }

    private static boolean otherNet(Relay relay) {
        String helo = relay.helo();
        return Registries.address(helo)
                && !Relay.local(helo)
                && Registries.address(relay.ip())
                && !relay.local()
                && !relay.ip().startsWith(helo.substring(0, helo.lastIndexOf('.') + 1));
    }

    private static boolean nameless(Reading reading) {
        boolean found = false;
        for (Relay relay : reading.relays().untrusted()) {
            if (!relay.local()) {
                found = PROVIDER.matcher(relay.helo()).find() && relay.rdns().isEmpty() && relay.looked();
            }
        }
        return found;
    }

    /** How often a hop was taken over by another than the one that says so. */
    private static int broken(Reading reading) {
        List<Relay> relays = reading.relays().untrusted();
        int count = 0;
        for (int i = 1; i < relays.size(); i++) {
            String by = domain(relays.get(i).by());
            String before = domain(relays.get(i - 1).rdns());
            boolean known = before.equals("hotmail.com") && by.equals("msn.com");
            boolean named = NAME.matcher(by).matches() && NAME.matcher(before).matches();
            count += named && !by.equals(before) && !known ? 1 : 0;
        }
        return count;
    }

    private static String domain(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        if (!lower.matches(".*[a-z].*")) {
            return lower;
        }
        String[] labels = lower.split("\\.");
        int keep = labels.length > 1 && labels[labels.length - 1].matches(".*(?:\\S{3,}|ie|fr|de).*") ? 2 : 3;
        return labels.length < keep
                ? lower
                : String.join(".", List.of(labels).subList(labels.length - keep, labels.length));
    }
}
