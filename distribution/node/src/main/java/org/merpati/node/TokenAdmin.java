package org.merpati.node;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.merpati.directory.AdminToken;
import org.merpati.directory.Directory;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Malformed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tokens of the admin API: made, shown and ended for the whole cluster. */
final class TokenAdmin {
    private static final Logger LOG = LoggerFactory.getLogger(TokenAdmin.class);
    private static final int LONGEST_DAYS = 3650;

    private final Directory directory;
    private final Clock clock;

    TokenAdmin(Directory directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** Makes a token; its secret is said once. */
    Map<String, String> add(Map<String, String> parameters) {
        long now = clock.millis();
        long expires = expires(parameters.getOrDefault("days", ""), now);
        boolean looks = Boolean.parseBoolean(parameters.getOrDefault("looks", "false"));
        String secret = AdminToken.secret();
        AdminToken token = new AdminToken(Admin.need(parameters, "name"), looks, now, expires, AdminToken.hash(secret));
        directory.addToken(token);
        LOG.info("token '{}' is made: {}, {}", token.name(), may(token), until(token));
        return Map.of("name", token.name(), "token", secret, "may", may(token), "ends", until(token));
    }

    private static long expires(String days, long now) {
        if (days.isEmpty()) {
            return AdminToken.NEVER;
        }
        if (!days.matches("[1-9]\\d{0,3}") || Integer.parseInt(days) > LONGEST_DAYS) {
            throw new Malformed("a token ends after 1 to " + LONGEST_DAYS + " days, not '" + days + "'");
        }
        return now + Duration.ofDays(Integer.parseInt(days)).toMillis();
    }

    /** All tokens, without their secrets, which nobody knows but their holders. */
    List<Map<String, String>> list() {
        return directory.people().tokens().stream()
                .map(token -> Map.of(
                        "name",
                        token.name(),
                        "may",
                        may(token),
                        "made",
                        Instant.ofEpochMilli(token.made()).toString(),
                        "ends",
                        until(token)))
                .toList();
    }

    private static String may(AdminToken token) {
        return token.looks() ? "look" : "all";
    }

    private static String until(AdminToken token) {
        return token.expires() == AdminToken.NEVER
                ? "never"
                : Instant.ofEpochMilli(token.expires()).toString();
    }

    /** Ends a token. */
    String remove(String name) {
        directory.removeToken(name);
        LOG.info("token '{}' is removed", name);
        return "the token '" + name + "' is ended, on each node within a moment";
    }
}
