package org.merpati.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.ListPattern;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Malformed;
import org.merpati.store.Mailbox;

/**
 * LIST (RFC 3501 §6.3.8 and RFC 5258, with RFC 3348's and RFC 6154's attributes).
 *
 * @param root whether only the hierarchy's delimiter is asked for
 */
record ListCommand(String reference, List<String> patterns, boolean root, ListOptions options)
        implements Command.AfterLogin {
    private static final int PATTERNS_LIMIT = 20;
    /** How long all patterns may be together. */
    private static final int LENGTH_LIMIT = 2_000;

    static ListCommand parse(Parser parser) {
        parser.space();
        boolean extended = parser.peek() == '(';
        Set<ListOptions.Select> select = ListOptions.selection(parser);
        String reference = parser.pattern();
        parser.space();
        List<String> patterns = new ArrayList<>();
        if (parser.take('(')) {
            extended = true;
            do {
                if (patterns.size() == PATTERNS_LIMIT) {
                    throw new Malformed("LIST takes at most " + PATTERNS_LIMIT + " patterns");
                }
                patterns.add(parser.pattern());
            } while (parser.take(' '));
            parser.expect(')');
        } else {
            patterns.add(parser.pattern());
        }
        if (patterns.stream().mapToInt(String::length).sum() > LENGTH_LIMIT) {
            throw new Malformed("LIST takes patterns of at most " + LENGTH_LIMIT + " octets together");
        }
        ListOptions options = ListOptions.parse(select, parser);
        boolean root = !extended && patterns.getFirst().isEmpty();
        return new ListCommand(reference, List.copyOf(patterns), root, options);
    }

    @Override
    public Answer run(ImapSession session) throws IOException {
        if (root) {
            session.reply().put("* LIST (\\Noselect) \"/\" \"\"").line();
            return Answer.ok("done");
        }
        Names names = new Names(session, options);
        List<ListPattern> wanted =
                patterns.stream().map(p -> new ListPattern(reference + p)).toList();
        for (Map.Entry<String, Boolean> line : lines(names, wanted).entrySet()) {
            put(session, names, line.getKey(), line.getValue());
            @Nullable Mailbox mailbox = names.mailboxes.get(line.getKey());
            if (options.status().isPresent() && mailbox != null && mailbox.selectable()) {
                options.status().get().put(session, mailbox);
            }
        }
        return Answer.ok("done");
    }

    /** What there is to list. */
    private static final class Names {
        final ImapSession session;
        final Map<String, Mailbox> mailboxes = new TreeMap<>();
        final TreeSet<String> existing = new TreeSet<>();
        final Set<String> subscribed = new HashSet<>();

        Names(ImapSession session, ListOptions options) {
            this.session = session;
            var store = session.account().store();
            for (Mailbox mailbox : store.mailboxes(session.account().id())) {
                mailboxes.put(mailbox.name(), mailbox);
            }
            existing.addAll(mailboxes.keySet());
            if (options.marksSubscribed()) {
                subscribed.addAll(store.subscriptions(session.account().id()));
            }
        }

        boolean children(String name) {
            String next = existing.ceiling(name + "/");
            return next != null && next.startsWith(name + "/");
        }
    }

    private static boolean matches(Names names, List<ListPattern> wanted, String name) {
        String written = names.session.written(name);
        return wanted.stream().anyMatch(p -> p.matches(written));
    }

    /** The names to tell, and of each whether it stands for something selected below it (RFC 5258 §3.5). */
    private Map<String, Boolean> lines(Names names, List<ListPattern> wanted) {
        boolean subscribed = options.selects(ListOptions.Select.SUBSCRIBED);
        Map<String, Boolean> lines = new TreeMap<>();
        for (String name : subscribed ? names.subscribed : names.existing) {
            if (options.selects(ListOptions.Select.SPECIAL_USE) && !special(names, name)) {
                continue;
            }
            if (matches(names, wanted, name)) {
                lines.putIfAbsent(name, false);
            } else if (options.selects(ListOptions.Select.RECURSIVEMATCH)) {
                for (int at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
                    String above = name.substring(0, at);
                    if (matches(names, wanted, above)) {
                        lines.put(above, true);
                    }
                }
            }
        }
        return lines;
    }

    private static boolean special(Names names, String name) {
        return Optional.ofNullable(names.mailboxes.get(name))
                .flatMap(Mailbox::specialUse)
                .isPresent();
    }

    /** Tells a mailbox's name as SELECT does it (RFC 9051 §6.3.2). */
    static void put(ImapSession session, Mailbox mailbox) throws IOException {
        session.reply()
                .put("* LIST (")
                .put(mailbox.subscribed() ? "\\Subscribed" : "")
                .put(") \"/\" ")
                .name(session.written(mailbox.name()))
                .line();
    }

    private void put(ImapSession session, Names names, String name, boolean standsForOthers) throws IOException {
        Reply reply = session.reply();
        reply.put("* LIST (").put(names.children(name) ? "\\HasChildren" : "\\HasNoChildren");
        @Nullable Mailbox mailbox = names.mailboxes.get(name);
        if (mailbox == null) {
            reply.put(" \\NonExistent");
        } else {
            reply.put(mailbox.selectable() ? "" : " \\Noselect");
            if (mailbox.specialUse().isPresent()) {
                reply.put(' ').put(mailbox.specialUse().get());
            }
        }
        if (names.subscribed.contains(name)) {
            reply.put(" \\Subscribed");
        }
        reply.put(") \"/\" ").name(session.written(name));
        reply.put(standsForOthers ? " (\"CHILDINFO\" (\"SUBSCRIBED\"))" : "").line();
    }

    /** LSUB (RFC 3501 §6.3.9). */
    record Subscribed(String reference, String pattern) implements Command.AfterLogin {
        private static final String ATTRIBUTES_END = ") \"/\" ";

        static Subscribed parse(Parser parser) {
            parser.space();
            String reference = parser.pattern();
            parser.space();
            return new Subscribed(reference, parser.pattern());
        }

        @Override
        public Answer run(ImapSession session) throws IOException {
            Reply reply = session.reply();
            if (pattern.isEmpty()) {
                reply.put("* LSUB (\\Noselect").put(ATTRIBUTES_END).put("\"\"").line();
                return Answer.ok("done");
            }
            List<String> names =
                    session.account().store().subscriptions(session.account().id());
            for (Map.Entry<String, Boolean> line : matches(session, names, new ListPattern(reference + pattern))
                    .entrySet()) {
                reply.put("* LSUB (").put(line.getValue() ? "" : "\\Noselect").put(ATTRIBUTES_END);
                reply.name(line.getKey()).line();
            }
            return Answer.ok("done");
        }

        /** Names that match, and levels that match above names that do not (those are not subscribed to themselves). */
        private static Map<String, Boolean> matches(ImapSession session, Collection<String> names, ListPattern wanted) {
            Map<String, Boolean> lines = new LinkedHashMap<>();
            for (String name : names) {
                String written = session.written(name);
                if (wanted.matches(written)) {
                    lines.put(written, true);
                } else if (wanted.level()) {
                    for (int at = written.indexOf('/'); at > 0; at = written.indexOf('/', at + 1)) {
                        String above = written.substring(0, at);
                        if (wanted.matches(above)) {
                            lines.putIfAbsent(above, false);
                        }
                    }
                }
            }
            return lines;
        }
    }
}
