package org.merpati.filter.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a rule asks of a header: a field's name, or one of the names for what a message's header says as a whole.
 *
 * @param name as the rule writes it, without the modifiers
 * @param modifiers {@code raw}, {@code addr}, {@code name}, {@code first}, {@code last}, {@code host}, {@code domain}
 */
public record HeaderRequest(String name, Set<String> modifiers) {
    private static final List<String> IDS =
            List.of("X-Message-Id", "Resent-Message-Id", "X-Original-Message-ID", "Message-Id");

    public HeaderRequest {
        modifiers = Set.copyOf(modifiers);
    }

    /** Reads {@code From:addr} and the like. */
    public static HeaderRequest of(String text) {
        String[] words = text.split(":", -1);
        return new HeaderRequest(
                words[0],
                Set.of(List.of(words).subList(1, words.length).stream()
                        .filter(word -> !word.isEmpty())
                        .distinct()
                        .toArray(String[]::new)));
    }

    /** The values, in the order of the header; each with its line end unless a modifier takes it off. */
    List<String> values(Reading reading) {
        List<String> found = found(reading);
        if (found.isEmpty()) {
            return found;
        }
        if (modifiers.contains("first")) {
            found = List.of(found.getFirst());
        } else if (modifiers.contains("last")) {
            found = List.of(found.getLast());
        }
        if (modifiers.contains("addr") || modifiers.contains("name")) {
            found = mailboxes(found);
        }
        if (modifiers.contains("host") || modifiers.contains("domain")) {
            found = hosts(found, reading.conventions().registries());
        }
        return found;
    }

    private List<String> found(Reading reading) {
        boolean raw = modifiers.contains("raw");
        Entity message = reading.message();
        Relays relays = reading.relays();
        return switch (name) {
            case "ALL" -> raw ? reading.pristineFields() : reading.decodedFields();
            case "ALL-TRUSTED", "ALL-INTERNAL" -> around(reading, raw, true);
            case "ALL-UNTRUSTED", "ALL-EXTERNAL" -> around(reading, raw, false);
            case "MESSAGEID" -> fields(message, IDS, raw);
            default ->
                switch (name.toLowerCase(Locale.ROOT)) {
                    case "envelopefrom" -> reading.envelopeFrom().map(List::of).orElse(List.of());
                    case "x-spam-relays-untrusted", "x-spam-relays-external" ->
                        List.of(Relays.text(relays.untrusted(), false));
                    case "x-spam-relays-trusted", "x-spam-relays-internal" ->
                        List.of(Relays.text(relays.trusted(), true));
                    case "tocc" -> fields(message, List.of("To", "Cc"), raw);
                    default ->
                        message.fields(name).stream()
                                .map(field -> raw || modifiers.contains("addr") || modifiers.contains("name")
                                        ? field.raw()
                                        : field.value() + "\n")
                                .toList();
                };
        };
    }

    private static List<String> fields(Entity message, List<String> names, boolean raw) {
        List<String> values = new ArrayList<>();
        for (String name : names) {
            message.fields(name).forEach(field -> values.add(raw ? field.unfolded() : field.value() + "\n"));
        }
        return values.stream().filter(value -> !value.isEmpty()).toList();
    }

    /** The fields up to our own last hop, or behind it. */
    private static List<String> around(Reading reading, boolean raw, boolean own) {
        List<String> fields = raw ? reading.pristineFields() : reading.decodedFields();
        int border = reading.relays().lastTrusted() + 1;
        int hop = -1;
        List<String> values = new ArrayList<>();
        for (String field : fields) {
            if (field.regionMatches(true, 0, "Received:", 0, 9)) {
                hop++;
            }
            if (own
                    ? hop <= border - 1 || (hop == border && field.regionMatches(true, 0, "Received:", 0, 9))
                    : hop >= border) {
                values.add(field);
            }
        }
        return values;
    }

    private List<String> mailboxes(List<String> lines) {
        List<String> values = new ArrayList<>();
        for (String line : lines) {
            for (HeaderAddresses.Mailbox mailbox : HeaderAddresses.of(line)) {
                if (modifiers.contains("addr")) {
                    mailbox.address().ifPresent(values::add);
                } else if (modifiers.contains("raw")) {
                    mailbox.name().ifPresent(values::add);
                } else {
                    mailbox.name().map(HeaderRequest::shown).ifPresent(values::add);
                }
            }
        }
        return values;
    }

    private static String shown(String phrase) {
        String decoded = HeaderWords.decode(phrase, true);
        if (decoded.isBlank()) {
            return decoded;
        }
        String line = decoded.strip().replaceAll("\\s+", " ");
        boolean quoted = line.length() > 1 && line.startsWith("'") && line.endsWith("'");
        return quoted ? line.substring(1, line.length() - 1) : line;
    }

    private List<String> hosts(List<String> lines, Registries registries) {
        List<String> values = new ArrayList<>();
        for (String line : lines) {
            String rest = line.strip();
            String host = rest.substring(rest.lastIndexOf('@') + 1).replaceAll("[>\\s].*$", "");
            if (Registries.name(host) && registries.valid(host)) {
                values.add(modifiers.contains("domain") ? registries.registered(host) : host);
            }
        }
        return values;
    }
}
