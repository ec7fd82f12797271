package org.merpati.kernel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A message's flags (RFC 9051 §2.3.2): the five system flags as bits and the keywords as a sorted list that compares
 * without case. Immutable. {@code \Recent} is not here: it belongs to a session.
 */
public record Flags(int system, List<String> keywords) {
    public static final int SEEN = 1;
    public static final int ANSWERED = 2;
    public static final int FLAGGED = 4;
    public static final int DELETED = 8;
    public static final int DRAFT = 16;
    /** No flags. */
    public static final Flags NONE = new Flags(0, List.of());

    private static final List<String> SYSTEM_NAMES =
            List.of("\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft");

    public Flags {
        keywords = List.copyOf(keywords);
    }

    /**
     * Flags from their IMAP names.
     *
     * @throws Malformed if a name begins with a backslash and is no settable system flag
     */
    public static Flags of(Collection<String> names) {
        int system = 0;
        SortedSet<String> keywords = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (String name : names) {
            int bit = systemBit(name);
            if (bit != 0) {
                system |= bit;
            } else if (name.startsWith("\\")) {
                throw new Malformed("no flag '" + name + "' can be set");
            } else {
                keywords.add(name);
            }
        }
        return new Flags(system, List.copyOf(keywords));
    }

    /** Flags from their IMAP names. */
    public static Flags of(String... names) {
        return of(List.of(names));
    }

    private static int systemBit(String name) {
        for (int i = 0; i < SYSTEM_NAMES.size(); i++) {
            if (SYSTEM_NAMES.get(i).equalsIgnoreCase(name)) {
                return 1 << i;
            }
        }
        return 0;
    }

    /** Whether all system flags of the mask are set. */
    public boolean has(int mask) {
        return (system & mask) == mask;
    }

    /** Whether a keyword is set, in any case. */
    public boolean hasKeyword(String keyword) {
        return keywords.stream().anyMatch(k -> k.equalsIgnoreCase(keyword));
    }

    /** These and the others. */
    public Flags plus(Flags others) {
        if (others.keywords.isEmpty()) {
            return new Flags(system | others.system, keywords);
        }
        SortedSet<String> all = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        all.addAll(keywords);
        all.addAll(others.keywords);
        return new Flags(system | others.system, List.copyOf(all));
    }

    /** These without the others. */
    public Flags minus(Flags others) {
        List<String> left = keywords.stream().filter(k -> !others.hasKeyword(k)).toList();
        return new Flags(system & ~others.system, left);
    }

    /** The IMAP names, system flags first. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < SYSTEM_NAMES.size(); i++) {
            if ((system & (1 << i)) != 0) {
                names.add(SYSTEM_NAMES.get(i));
            }
        }
        names.addAll(keywords);
        return names;
    }

    /** Writes the binary form. */
    public void write(BinaryWriter to) {
        to.u8(system).varint(keywords.size());
        keywords.forEach(to::text);
    }

    /** Reads the binary form. */
    public static Flags read(BinaryReader from) {
        int system = from.u8();
        int count = from.count();
        List<String> keywords = new ArrayList<>(Math.min(count, 64));
        for (int i = 0; i < count; i++) {
            keywords.add(from.text());
        }
        return system == 0 && count == 0 ? NONE : new Flags(system, keywords);
    }

    /** The IMAP list without its parentheses. */
    @Override
    public String toString() {
        return String.join(" ", names());
    }
}
