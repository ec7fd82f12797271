package org.merpati.filter.dns;

import java.net.IDN;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.filter.Suspect;
import org.merpati.mime.MessageText;

/** The hosts that a message's links lead to. */
final class Links {
    private static final int LIMIT = 20;
    private static final int TEXT_LIMIT = 256 * 1024;
    private static final int TRIES = 2000;
    private static final Pattern LINK = Pattern.compile(
            "(?:https?:/{0,3}|\\bwww\\.(?=[a-z0-9]))(?:[^\\s/@\"'<>]{0,60}@)?([\\p{L}\\p{N}][\\p{L}\\p{N}.-]{2,250})",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    private Links() {}

    /** Distinct hosts in the order of their mention, a few; in A-labels and lower case. */
    static List<String> hosts(Suspect suspect) {
        String text = MessageText.body(suspect.beginning(), suspect.structure());
        String seen = text.substring(0, Math.min(TEXT_LIMIT, text.length()));
        Set<String> hosts = new LinkedHashSet<>();
        Matcher matcher = LINK.matcher(seen);
        for (int tries = 0; tries < TRIES && hosts.size() < LIMIT && matcher.find(); tries++) {
            String host = ascii(matcher.group(1));
            if (host.indexOf('.') > 0) {
                hosts.add(host);
            }
        }
        return List.copyOf(hosts);
    }

    private static String ascii(String host) {
        String bare = host.replaceAll("[.-]+$", "");
        try {
            return IDN.toASCII(bare, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException notAHost) {
            return "";
        }
    }

    /**
     * What lists may know a host by: itself, and what its last two and three labels name. Which of these is the
     * registered domain only a list of suffixes could tell; lists of domains answer to what they know.
     */
    static Set<String> names(String host) {
        Set<String> names = new LinkedHashSet<>();
        names.add(host);
        String[] labels = host.split("\\.");
        for (int count = 2; count <= 3 && count < labels.length; count++) {
            names.add(String.join(".", List.of(labels).subList(labels.length - count, labels.length)));
        }
        return names;
    }
}
