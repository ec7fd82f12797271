package org.merpati.filter.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The hops of a message, the last first: up to the first public address they are our own, behind it anybody may have
 * written them.
 *
 * @param unreadable the Received fields that nobody can read
 * @param lastTrusted the number of Received fields that tell of our own hops, less one
 */
public record Relays(List<Relay> trusted, List<Relay> untrusted, int unreadable, int lastTrusted) {
    private static final int LIMIT = 100;
    private static final Pattern ADDRESS = Pattern.compile("\\b(\\d{1,3}(?:\\.\\d{1,3}){3})\\b");

    public Relays {
        trusted = List.copyOf(trusted);
        untrusted = List.copyOf(untrusted);
    }

    static Relays of(List<Relay> arrived, Entity message, List<String> originating) {
        List<Relay> trusted = new ArrayList<>();
        List<Relay> untrusted = new ArrayList<>();
        boolean own = true;
        int unreadable = 0;
        int last = -1;
        for (Relay relay : arrived) {
            own &= trust(relay);
            (own ? trusted : untrusted).add(relay);
        }
        List<Field> fields = message.fields("Received");
        for (Field field : fields.subList(0, Math.min(fields.size(), LIMIT))) {
            switch (ReceivedLine.read(field.value())) {
                case ReceivedLine.Passed passed -> last += own ? 1 : 0;
                case ReceivedLine.Fetched fetched -> {
                    if (own) {
                        trusted.clear();
                    }
                    last += own ? 1 : 0;
                }
                case ReceivedLine.Unreadable none -> {
                    unreadable++;
                    last += own ? 1 : 0;
                }
                case ReceivedLine.Hop hop -> {
                    own &= trust(hop.relay());
                    (own ? trusted : untrusted).add(hop.relay());
                    last += own ? 1 : 0;
                }
            }
        }
        for (String name : originating) {
            Matcher address = ADDRESS.matcher(message.header(name));
            if (address.find()) {
                Relay relay = new Relay(address.group(1), "", "", "", "", "", "", "", false);
                own &= trust(relay);
                (own ? trusted : untrusted).add(relay);
            }
        }
        return new Relays(trusted, untrusted, unreadable, last);
    }

    private static boolean trust(Relay relay) {
        return relay.local() || !relay.auth().isEmpty();
    }

    /** The form that rules look at. */
    static String text(List<Relay> relays, boolean internal) {
        return String.join(
                " ", relays.stream().map(relay -> relay.text(internal)).toList());
    }
}
