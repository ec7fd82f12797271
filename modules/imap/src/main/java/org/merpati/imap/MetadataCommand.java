package org.merpati.imap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.merpati.imap.people.Logins;
import org.merpati.imap.people.Reached;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.MailStore;

/**
 * GETMETADATA and SETMETADATA (RFC 5464): annotations of a mailbox or, with the empty name, of the account. What is
 * shared is shared by those who may see the mailbox; what is private is its owner's, and nobody has any in a mailbox of
 * another. What is shared by all people of the server only an administrator could set.
 */
sealed interface MetadataCommand extends Command.AfterLogin {
    /** How large a value may be, octets. */
    int VALUE_LIMIT = 8 * 1024;
    /** How long a name may be. */
    int ENTRY_LIMIT = 200;

    /** Its name; empty for the account. */
    String mailbox();

    /**
     * Asks for annotations.
     *
     * @param maxSize larger values are left out, and the client is told
     * @param depth how many levels below each name are meant too
     */
    record Get(String mailbox, List<String> entries, long maxSize, int depth) implements MetadataCommand {
        @Override
        public Answer run(ImapSession session) throws IOException {
            Place place = place(session, mailbox);
            SortedMap<String, byte[]> found = new TreeMap<>();
            long largest = 0;
            for (Map.Entry<String, byte[]> known : place.owner()
                    .store()
                    .annotations(place.owner().id(), place.mailbox())
                    .entrySet()) {
                if (place.shows(known.getKey()) && entries.stream().anyMatch(entry -> means(entry, known.getKey()))) {
                    int size = known.getValue().length;
                    largest = size > maxSize ? Math.max(largest, size) : largest;
                    if (size <= maxSize) {
                        found.put(known.getKey(), known.getValue());
                    }
                }
            }
            put(session, found);
            return largest == 0
                    ? Answer.ok("done")
                    : Answer.ok("[METADATA LONGENTRIES " + largest + "] larger ones are left out");
        }

        private boolean means(String entry, String known) {
            if (entry.equals(known)) {
                return true;
            }
            String below = known.startsWith(entry + "/") ? known.substring(entry.length() + 1) : "";
            return !below.isEmpty() && below.chars().filter(c -> c == '/').count() < depth;
        }

        private void put(ImapSession session, SortedMap<String, byte[]> found) throws IOException {
            if (found.isEmpty()) {
                return;
            }
            Reply reply = session.reply();
            reply.put("* METADATA ").name(session.written(mailbox)).put(" (");
            boolean first = true;
            for (Map.Entry<String, byte[]> one : found.entrySet()) {
                reply.put(first ? "" : " ").put(one.getKey()).put(' ');
                first = false;
                byte[] value = one.getValue();
                if (new String(value, StandardCharsets.ISO_8859_1).indexOf('\0') >= 0) {
                    reply.put('~').literal(value, 0, value.length);
                } else {
                    reply.string(new String(value, StandardCharsets.ISO_8859_1));
                }
            }
            reply.put(')').line();
        }
    }

    /** Sets annotations, or takes those away that have no value. */
    record Set(String mailbox, SortedMap<String, Optional<byte[]>> values) implements MetadataCommand {
        @Override
        public Answer run(ImapSession session) {
            for (Map.Entry<String, Optional<byte[]>> one : values.entrySet()) {
                if (one.getValue().map(value -> value.length).orElse(0) > VALUE_LIMIT) {
                    return Answer.no("[METADATA MAXSIZE " + VALUE_LIMIT + "] the value is too large");
                }
                if (mailbox.isEmpty() && one.getKey().startsWith("/shared/")) {
                    throw new Refused(Refused.Reason.NO_PERMISSION, "an administrator annotates the server");
                }
            }
            Place place = place(session, mailbox);
            if (!values.keySet().stream().allMatch(place::shows)) {
                return Answer.no("[METADATA NOPRIVATE] a mailbox of another has only /shared/ annotations");
            }
            try {
                place.owner().store().annotate(place.owner().id(), place.mailbox(), values);
            } catch (Refused refused) {
                if (refused.reason() != Refused.Reason.LIMIT) {
                    throw refused;
                }
                return Answer.no("[METADATA TOOMANY] " + refused.sentence());
            }
            return Answer.ok("done");
        }
    }

    /** What annotations are kept with. */
    record Place(Logins.Account owner, MailboxId mailbox, boolean own) {
        /** Whether an annotation of that name is for who asks. */
        private boolean shows(String entry) {
            return own || entry.startsWith("/shared/");
        }
    }

    /** RFC 5464 §3.3: who may look a mailbox up and do something with its messages may use its annotations. */
    private static Place place(ImapSession session, String mailbox) {
        if (mailbox.isEmpty()) {
            return new Place(session.account(), MailStore.ACCOUNT, true);
        }
        Reached reached = session.names().reach(mailbox, "l");
        if ("rswip".chars().noneMatch(right -> reached.rights().has((char) right))) {
            reached.need('r');
        }
        return new Place(reached.owner(), reached.mailbox().id(), reached.own());
    }

    /** Reads GETMETADATA behind its name. */
    static MetadataCommand parseGet(Parser parser) {
        parser.space();
        long maxSize = Long.MAX_VALUE;
        int depth = 0;
        if (parser.take('(')) {
            do {
                switch (parser.word()) {
                    case "MAXSIZE" -> {
                        parser.space();
                        maxSize = parser.number(0xffff_ffffL);
                    }
                    case "DEPTH" -> {
                        parser.space();
                        depth = depth(parser.word());
                    }
                    default -> throw new Malformed("GETMETADATA knows the options MAXSIZE and DEPTH");
                }
            } while (parser.take(' '));
            parser.expect(')');
            parser.space();
        }
        String mailbox = parser.mailbox();
        parser.space();
        List<String> entries = new ArrayList<>();
        if (parser.take('(')) {
            do {
                if (entries.size() == Parser.LIST_LIMIT) {
                    throw new Malformed("GETMETADATA takes at most " + Parser.LIST_LIMIT + " entries");
                }
                entries.add(entry(parser));
            } while (parser.take(' '));
            parser.expect(')');
        } else {
            entries.add(entry(parser));
        }
        return new Get(mailbox, List.copyOf(entries), maxSize, depth);
    }

    private static int depth(String word) {
        return switch (word) {
            case "0" -> 0;
            case "1" -> 1;
            case "INFINITY" -> Integer.MAX_VALUE;
            default -> throw new Malformed("a DEPTH is 0, 1 or infinity");
        };
    }

    /** Reads SETMETADATA behind its name. */
    static MetadataCommand parseSet(Parser parser) {
        parser.space();
        String mailbox = parser.mailbox();
        parser.space();
        parser.expect('(');
        SortedMap<String, Optional<byte[]>> values = new TreeMap<>();
        do {
            if (values.size() == Parser.LIST_LIMIT) {
                throw new Malformed("SETMETADATA takes at most " + Parser.LIST_LIMIT + " entries");
            }
            String entry = entry(parser);
            parser.space();
            if (parser.takeWord("NIL")) {
                values.put(entry, Optional.empty());
            } else {
                boolean binary = parser.take('~');
                values.put(entry, Optional.of(binary ? parser.literal() : parser.string()));
            }
        } while (parser.take(' '));
        parser.expect(')');
        return new Set(mailbox, values);
    }

    /** The name of an annotation, in small letters: names have no case. */
    private static String entry(Parser parser) {
        String entry = parser.astring().toLowerCase(Locale.ROOT);
        boolean ours = entry.startsWith("/private/") || entry.startsWith("/shared/");
        if (!ours || !entry.matches("[!-~&&[^*%\"\\\\(){]]+") || entry.contains("//") || entry.endsWith("/")) {
            throw new Malformed("an annotation's name begins with /private/ or /shared/");
        }
        if (entry.length() > ENTRY_LIMIT) {
            throw new Malformed("an annotation's name has at most " + ENTRY_LIMIT + " characters");
        }
        return entry;
    }
}
