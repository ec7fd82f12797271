package org.merpati.filter.rules;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.filter.text.Glob;
import org.merpati.filter.text.Link;
import org.merpati.filter.text.Reading;

/** Functions on lists that rule files hold. */
final class ListFunctions {
    private static final Pattern RELAY = Pattern.compile(" (\\S+\\.\\S+) ");

    private ListFunctions() {}

    static void register(Map<String, Function> to) {
        to.put(
                "check_uri_host_listed",
                (r, a, b) -> hostListed(r, b.list("uri " + a.getFirst().toLowerCase(Locale.ROOT)))
                        || hostListed(r, b.list("uri " + a.getFirst())));
        to.put("check_uri_host_in_blocklist", (r, a, b) -> hostListed(r, b.list("uri BLOCK")));
        to.put("check_uri_host_in_blacklist", (r, a, b) -> hostListed(r, b.list("uri BLOCK")));
        to.put("check_uri_host_in_welcomelist", (r, a, b) -> hostListed(r, b.list("uri WELCOME")));
        to.put("check_uri_host_in_whitelist", (r, a, b) -> hostListed(r, b.list("uri WELCOME")));
        to.put(
                "have_any_bounce_relays",
                (r, a, b) -> !b.list("welcomelist_bounce_relays").isEmpty());
        to.put("check_welcomelist_bounce_relays", (r, a, b) -> bounce(r, b.list("welcomelist_bounce_relays")));
        to.put("check_whitelist_bounce_relays", (r, a, b) -> bounce(r, b.list("welcomelist_bounce_relays")));
        for (String name : new String[] {
            "from_in_blocklist",
            "from_in_blacklist",
            "to_in_blocklist",
            "to_in_blacklist",
            "to_in_welcomelist",
            "to_in_whitelist",
            "to_in_more_spam",
            "to_in_all_spam",
            "from_in_welcomelist",
            "from_in_whitelist",
            "from_in_default_welcomelist",
            "from_in_default_whitelist",
            "subject_in_welcomelist",
            "subject_in_whitelist",
            "subject_in_blocklist",
            "subject_in_blacklist"
        }) {
            to.put("check_" + name, (r, a, b) -> false);
        }
    }

    private static boolean hostListed(Reading reading, Set<String> list) {
        if (list.isEmpty()) {
            return false;
        }
        for (Link link : reading.links().values()) {
            for (String host : link.hosts()) {
                String name = host;
                while (true) {
                    if (list.contains(name)) {
                        return true;
                    }
                    if (list.contains("!" + name) || name.indexOf('.') < 0) {
                        break;
                    }
                    name = name.substring(name.indexOf('.') + 1);
                }
            }
        }
        return false;
    }

    private static boolean bounce(Reading reading, Set<String> relays) {
        if (relays.isEmpty()) {
            return false;
        }
        for (String line : reading.paragraphs()) {
            if (line.replaceFirst("^[> ]*", "").regionMatches(true, 0, "Received:", 0, 9)) {
                Matcher relay = RELAY.matcher(line);
                while (relay.find()) {
                    String name = relay.group(1).toLowerCase(Locale.ROOT);
                    if (relays.stream().anyMatch(entry -> Glob.matches(entry, name))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
