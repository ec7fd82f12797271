package org.merpati.filter.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.merpati.filter.Arrival;
import org.merpati.filter.Suspect;

/**
 * A message as content rules look at it: every text is octets as characters, and is made when it is first asked for.
 * For use by one thread.
 */
public final class Reading {
    private static final Pattern FIELD = Pattern.compile("(?m)^([^ \\t].*\\n(?:[ \\t].*\\n)*)");

    private final Conventions conventions;
    private final Arrival arrival;
    private final String whole;
    private final EntityReader reader;
    private final Map<HeaderRequest, List<String>> headers = new HashMap<>();
    private final Map<Object, Object> notes = new HashMap<>();
    private @Nullable List<String> paragraphs;
    private @Nullable List<String> raw;
    private @Nullable Relays relays;
    private @Nullable Map<String, Link> links;
    private @Nullable List<Page> pages;

    private Reading(Suspect suspect, Conventions conventions) {
        this.conventions = conventions;
        this.arrival = suspect.arrival();
        this.whole = Latin.of(suspect.beginning());
        this.reader = new EntityReader(whole);
    }

    /** Reads a message; any octets are one. */
    public static Reading of(Suspect suspect, Conventions conventions) {
        return new Reading(suspect, conventions);
    }

    /** What rule files say about the world. */
    public Conventions conventions() {
        return conventions;
    }

    /** How it came. */
    public Arrival arrival() {
        return arrival;
    }

    /** The whole, as it came. */
    public String whole() {
        return whole;
    }

    /** The structure. */
    public Entity message() {
        return reader.root();
    }

    /** What comes behind the header, as it came. */
    public String pristineBody() {
        return reader.body();
    }

    /** Whether something is odd about its form, by the name that rules use. */
    public boolean odd(String name) {
        return switch (name) {
            case "mime_missing_boundary" -> reader.boundaryOpen();
            default ->
                reader.oddities().stream().anyMatch(oddity -> oddity.name().equalsIgnoreCase(name));
        };
    }

    /** The fields as they came, with their folds. */
    List<String> pristineFields() {
        return FIELD.matcher(reader.head())
                .results()
                .map(field -> field.group(1))
                .toList();
    }

    /** The fields unfolded and decoded, a line each. */
    List<String> decodedFields() {
        return message().fields().stream()
                .map(field -> field.name() + ": " + field.value() + "\n")
                .toList();
    }

    /** What a rule asks of the header, in the order of the fields. */
    public List<String> header(HeaderRequest request) {
        List<String> known = headers.get(request);
        if (known == null) {
            known = request.values(this);
            headers.put(request, known);
        }
        return known;
    }

    /** What a rule asks of the header as one text; empty if there is none. */
    public String header(String request) {
        HeaderRequest asked = HeaderRequest.of(request);
        List<String> values = header(asked);
        if (values.isEmpty()) {
            return "";
        }
        boolean first = asked.modifiers().stream().anyMatch(Set.of("addr", "name", "host", "domain")::contains)
                || asked.name().equalsIgnoreCase("EnvelopeFrom");
        return first ? values.getFirst() : String.join("", values);
    }

    /** The subject, then the text as people see it, in paragraphs. */
    public List<String> paragraphs() {
        List<String> known = paragraphs;
        if (known == null) {
            String subject = message().header("subject");
            boolean none = message().fields("subject").isEmpty();
            known = BodyText.paragraphs(none ? "\n" : subject + "\n", message());
            paragraphs = known;
        }
        return known;
    }

    /** The text without transfer encoding, in pieces. */
    public List<String> raw() {
        List<String> known = raw;
        if (known == null) {
            known = BodyText.raw(message());
            raw = known;
        }
        return known;
    }

    /** Its way here. */
    public Relays relays() {
        Relays known = relays;
        if (known == null) {
            List<Relay> arrived = arrival.client()
                    .map(client -> new Relay(
                            client.getHostAddress(),
                            "",
                            arrival.helo(),
                            "",
                            "",
                            arrival.sender().map(Object::toString).orElse(""),
                            "",
                            arrival.login().isPresent() ? "ESMTPA" : "",
                            false))
                    .map(List::of)
                    .orElse(List.of());
            known = Relays.of(arrived, message(), conventions.originating());
            relays = known;
        }
        return known;
    }

    /** The envelope's sender, if it can be known. */
    public Optional<String> envelopeFrom() {
        if (arrival.client().isPresent()) {
            return Optional.of(arrival.sender().map(Object::toString).orElse(""));
        }
        Relays hops = relays();
        Optional<Relay> last = !hops.untrusted().isEmpty()
                ? Optional.of(hops.untrusted().getFirst())
                : hops.trusted().isEmpty()
                        ? Optional.empty()
                        : Optional.of(hops.trusted().getLast());
        if (last.isPresent() && last.get().envelopeFrom().indexOf('@') > 0) {
            return Optional.of(last.get().envelopeFrom());
        }
        boolean fetched = header("X-Sender:first:addr").indexOf('@') >= 0
                && message().fields("Received").stream()
                        .anyMatch(field -> field.raw().contains("(fetchmail"));
        if (fetched) {
            return Optional.empty();
        }
        for (String name : List.of("X-Envelope-From", "Envelope-Sender", "Return-Path")) {
            List<String> values = header(new HeaderRequest(name, Set.of("first", "addr")));
            if (!values.isEmpty()) {
                if (!behindReceived(name)) {
                    return Optional.of(values.getFirst());
                }
                if (name.equals("X-Envelope-From")) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private boolean behindReceived(String name) {
        boolean received = false;
        for (Field field : message().fields()) {
            if (received && field.name().equalsIgnoreCase(name)) {
                return true;
            }
            received |= field.name().equalsIgnoreCase("Received");
        }
        return false;
    }

    /** Its pages, as they were rendered. */
    public List<Page> pages() {
        List<Page> known = pages;
        if (known == null) {
            known = message().find(Entity::leaf).stream()
                    .flatMap(part -> part.rendered().flatMap(Rendering::page).stream())
                    .toList();
            pages = known;
        }
        return known;
    }

    /** Its links as they are written, with what they may be understood as. */
    public Map<String, Link> links() {
        Map<String, Link> known = links;
        if (known == null) {
            known = new LinkedHashMap<>();
            for (Map.Entry<String, Set<String>> text :
                    UriFinder.find(paragraphs(), conventions.registries()).entrySet()) {
                add(text.getKey(), text.getValue(), true, known);
            }
            for (Page page : pages()) {
                for (Map.Entry<String, Link> link : page.links().entrySet()) {
                    add(Latin.encode(link.getKey()), link.getValue().types(), false, known);
                }
            }
            links = known;
        }
        return known;
    }

    private void add(String uri, Set<String> types, boolean needsHost, Map<String, Link> all) {
        Set<String> forms = UriForms.of(uri, conventions);
        Set<String> hosts = new LinkedHashSet<>();
        forms.forEach(form -> conventions.registries().host(form).ifPresent(hosts::add));
        if (forms.isEmpty() || (needsHost && hosts.isEmpty())) {
            return;
        }
        Link link = all.computeIfAbsent(uri, u -> new Link());
        link.types().addAll(types);
        link.forms().addAll(forms);
        link.hosts().addAll(hosts);
    }

    /** All forms of all links. */
    public Collection<String> uris() {
        Set<String> uris = new LinkedHashSet<>();
        links().values().forEach(link -> uris.addAll(link.forms()));
        return new ArrayList<>(uris);
    }

    /** What a check has worked out about this message, so that it does so once. */
    public <T> T note(Class<T> kind, java.util.function.Function<Reading, T> work) {
        Object known = notes.get(kind);
        if (known == null) {
            known = work.apply(this);
            notes.put(kind, known);
        }
        return kind.cast(known);
    }
}
