package org.merpati.console;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.merpati.directory.Account;
import org.merpati.directory.AccountRequests;
import org.merpati.directory.AccountRequests.Question;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * What a person sees and does of her own mailbox: how full it is, and what was removed, to bring it back. Whose it is
 * says the session alone. The owner of her mailboxes is asked, one question of each person at a time.
 */
final class OwnMailbox {
    /** How many removed messages one answer shows. */
    static final int PAGE = 100;
    /** How many messages come back by one request. */
    static final int CHOSEN = 100;
    /** The longest text to search for, characters. */
    static final int TEXT = 200;

    private static final Logger LOG = LoggerFactory.getLogger(OwnMailbox.class);
    private static final Pattern KEY = Pattern.compile("[0-9a-f]{2,128}");

    private final Api api;
    private final AccountRequests owners;
    /** Whose owner is being asked now. */
    private final Set<AccountId> asking = ConcurrentHashMap.newKeySet();

    OwnMailbox(Api api, AccountRequests owners) {
        this.api = api;
        this.owners = owners;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/mailbox", this::usage);
        routes.get("/api/removed", this::removed);
        routes.post("/api/restore", this::restore);
    }

    private void usage(Context request) {
        Account account = api.person(request).account();
        AccountRequests.Kept kept = asked(account, owners::usage);
        Json.answer(
                request,
                Map.of(
                        "octets", kept.octets(),
                        "messages", kept.messages(),
                        "quotaOctets", account.quota().octets(),
                        "quotaMessages", account.quota().messages()));
    }

    private void removed(Context request) {
        Account account = api.person(request).account();
        String text = Optional.ofNullable(request.queryParam("text")).orElse("");
        if (text.length() > TEXT) {
            throw new Denied(400, "search for at most " + TEXT + " characters");
        }
        String before = Optional.ofNullable(request.queryParam("before")).orElse("");
        if (!before.isEmpty()) {
            key(before);
        }
        AccountRequests.Page page = asked(account, whose -> owners.removed(whose, new Question(0, before, text, PAGE)));
        List<Map<String, Object>> rows = new ArrayList<>();
        page.messages().forEach(message -> rows.add(row(message, page.keptMillis())));
        Json.answer(request, Map.of("messages", rows, "next", page.next(), "kept", page.keptMillis()));
    }

    private static Map<String, Object> row(AccountRequests.Removed message, long kept) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("key", message.key());
        row.put("name", message.name());
        row.put("from", message.from());
        row.put("subject", message.subject());
        row.put("date", message.date());
        row.put("size", message.size());
        row.put("mailbox", message.mailbox());
        row.put("removed", message.millis());
        row.put("until", message.millis() + kept);
        return row;
    }

    private void restore(Context request) throws IOException {
        Account account = api.personPosted(request).account();
        List<String> keys = keys(Json.read(request));
        int count;
        try {
            count = asked(account, whose -> owners.restore(whose, keys));
        } catch (Refused full) {
            if (full.reason() != Refused.Reason.OVER_QUOTA) {
                throw full;
            }
            throw new Denied(
                    409,
                    "your mailbox has no room for " + (keys.size() == 1 ? "this message" : "these messages")
                            + ", and none came back: choose fewer, delete others, or ask for a larger quota ("
                            + full.sentence() + ")");
        }
        LOG.info("console: {} brought back {} messages", account.address(), count);
        Json.answer(request, new TreeMap<>(Map.of("restored", count, "gone", keys.size() - count)));
    }

    private static List<String> keys(JsonNode form) {
        JsonNode given = form.path("keys");
        if (!given.isArray() || given.isEmpty() || given.size() > CHOSEN) {
            throw new Denied(400, "choose 1 to " + CHOSEN + " messages to be brought back");
        }
        List<String> keys = new ArrayList<>();
        given.forEach(key -> keys.add(key(key.isString() ? key.asString() : "")));
        return keys.stream().distinct().toList();
    }

    private static String key(String text) {
        if (!KEY.matcher(text).matches() || text.length() % 2 != 0) {
            throw new Denied(400, "no removed message is named so: load the page again");
        }
        return text;
    }

    /** Of how many people the owner is being asked now. */
    int asking() {
        return asking.size();
    }

    private <T> T asked(Account account, Function<Account, T> question) {
        if (!asking.add(account.id())) {
            throw new Denied(429, "your last request is being answered still: wait a moment");
        }
        try {
            return question.apply(account);
        } catch (TryLater away) {
            LOG.warn("console: the owner of {} does not answer: {}", account.address(), away.sentence());
            throw new Denied(
                    503, "your mailbox cannot be reached now: try again in a minute; no message comes back twice");
        } finally {
            asking.remove(account.id());
        }
    }
}
