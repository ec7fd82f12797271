package org.merpati.filter.rules;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.filter.regex.Regex;
import org.merpati.filter.regex.Steps;
import org.merpati.filter.text.HeaderRequest;
import org.merpati.filter.text.Link;
import org.merpati.filter.text.Reading;
import org.merpati.filter.text.Registries;
import org.merpati.kernel.Malformed;

/** Functions on addresses of providers where anybody can have one. */
final class FreemailFunctions {
    private static final Pattern NO_PERSON = Pattern.compile(
            "^(?:abuse|support|sales|info|helpdesk|contact|kontakt|(?:post|host|domain)master|undisclosed.*"
                    + "|request-[a-f0-9]{16}|bounced?-|[a-f0-9]{8}(?:\\.[a-f0-9]{8}|(?:-[a-f0-9]{4}){3}-[a-f0-9]{12})"
                    + "|.+=.+=.+)@",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern BULK = Pattern.compile(
            "(?:^(?:post|host|domain)master|^double-bounce|^(?:sentto|owner|return|(?:gr)?bounced?)-.+"
                    + "|-(?:request|bounces?|admin|owner)|\\b(?:do[._-t]?)?no[._-t]?repl(?:y|ies)|.+=.+)@",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern ADDRESS = Pattern.compile(
            "(?<![a-z0-9!#$%&'*+/=?^_`{|}~-])([a-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}"
                    + "(?:\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}){0,10}"
                    + "@(?:[a-z0-9](?:[a-z0-9-]{0,59}[a-z0-9])?\\.){1,4}([a-z][a-z0-9-]{1,20}))\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern LINK_WITH_ADDRESS =
            Pattern.compile("<?https?://\\S{0,255}(?:@|%40)\\S{0,255}", Pattern.CASE_INSENSITIVE);
    private static final Pattern QUOTED = Pattern.compile(
            "^(?:>|\\s{1,10}(?!(?:fa(?:x|csi)|tel|phone|e?-?mail))[a-z]{2,11}:)", Pattern.CASE_INSENSITIVE);
    private static final int BODY_LIMIT = 40;
    private static final int MOST = 5;
    private static final int MOST_FREE = 3;

    /** The free addresses that the text names; none if there are too many. */
    private record Named(Set<String> addresses) {}

    private FreemailFunctions() {}

    static void register(Map<String, Function> to) {
        to.put("check_freemail_from", (r, a, b) -> any(SenderFunctions.all(r), a, 0, b));
        to.put("check_freemail_header", (r, a, b) -> any(r.header(HeaderRequest.of(a.getFirst() + ":addr")), a, 1, b));
        to.put("check_freemail_body", (r, a, b) -> any(List.copyOf(named(r, b).addresses), a, 0, b));
        to.put("check_freemail_replyto", (r, a, b) -> replyTo(r, a.isEmpty() ? "replyto" : a.getFirst(), b));
    }

    private static boolean free(String address, Rulebook book) {
        Set<String> welcome = book.list("freemail_welcomelist");
        String lower = address.toLowerCase(Locale.ROOT);
        String domain = lower.substring(lower.lastIndexOf('@') + 1);
        if (lower.isEmpty()
                || welcome.contains(lower)
                || welcome.contains(domain)
                || NO_PERSON.matcher(lower).find()) {
            return false;
        }
        Set<String> domains = book.list("freemail_domains");
        if (domains.contains(domain)) {
            return true;
        }
        return book.wild("freemail_domains").stream()
                .anyMatch(pattern -> pattern.matcher(domain).matches());
    }

    private static boolean any(List<String> addresses, List<String> arguments, int expression, Rulebook book) {
        for (String address : addresses) {
            if (free(address, book)
                    && (arguments.size() <= expression || matches(address, arguments.get(expression)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(String address, String expression) {
        try {
            return Regex.of(expression, "").find(address.toLowerCase(Locale.ROOT), new Steps());
        } catch (Malformed none) {
            return false;
        }
    }

    private static boolean replyTo(Reading reading, String what, Rulebook book) {
        if (BULK.matcher(reading.header("EnvelopeFrom")).find()) {
            return false;
        }
        List<String> from = lower(reading.header(HeaderRequest.of("From:addr")));
        List<String> replies = lower(reading.header(HeaderRequest.of("Reply-To:addr")));
        boolean fromFree = from.stream().anyMatch(address -> free(address, book));
        boolean repliesFree = replies.stream().anyMatch(address -> free(address, book));
        if (fromFree && repliesFree && from.stream().noneMatch(replies::contains)) {
            return true;
        }
        boolean due = what.equals("replyto") ? repliesFree : (replies.isEmpty() || repliesFree) && fromFree;
        if (!due) {
            return false;
        }
        List<String> answers = what.equals("replyto") || repliesFree ? replies : from;
        return named(reading, book).addresses.stream()
                .anyMatch(named -> answers.stream().anyMatch(answer -> !answer.equals(named)));
    }

    private static List<String> lower(List<String> addresses) {
        return addresses.stream()
                .map(address -> address.toLowerCase(Locale.ROOT))
                .toList();
    }

    private static Named named(Reading reading, Rulebook book) {
        return reading.note(Named.class, r -> find(r, book));
    }

    private static Named find(Reading reading, Rulebook book) {
        Set<String> all = new LinkedHashSet<>();
        Registries registries = reading.conventions().registries();
        for (Map.Entry<String, Link> link : reading.links().entrySet()) {
            Set<String> types = link.getValue().types();
            String uri = link.getKey();
            if (types.contains("a") && !types.contains("parsed") && uri.regionMatches(true, 0, "mailto:", 0, 7)) {
                Matcher address = ADDRESS.matcher(uri.substring(7));
                if (address.lookingAt() && registries.valid(address.group(1).replaceFirst(".*@", ""))) {
                    all.add(address.group(1).toLowerCase(Locale.ROOT));
                }
            }
        }
        for (String paragraph : reading.paragraphs()) {
            if (paragraph.indexOf('@') >= 0 && all.size() < BODY_LIMIT) {
                body(LINK_WITH_ADDRESS.matcher(paragraph).replaceAll(" "), registries, all);
            }
        }
        List<String> list = new ArrayList<>(all);
        if (list.size() >= MOST) {
            return new Named(Set.of());
        }
        Set<String> free =
                new LinkedHashSet<>(list.stream().filter(one -> free(one, book)).toList());
        return new Named(free.size() >= MOST_FREE ? Set.of() : free);
    }

    private static void body(String text, Registries registries, Set<String> all) {
        Matcher address = ADDRESS.matcher(text);
        while (address.find() && all.size() < BODY_LIMIT) {
            boolean quoted = QUOTED.matcher(text.substring(address.end(), Math.min(text.length(), address.end() + 30)))
                    .find();
            boolean mailto = text.regionMatches(true, Math.max(0, address.start() - 7), "mailto:", 0, 7);
            if ((!quoted || mailto)
                    && registries.top().contains(address.group(2).toLowerCase(Locale.ROOT))) {
                all.add(address.group(1).toLowerCase(Locale.ROOT));
            }
        }
    }
}
