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
import org.merpati.imap.people.Logins;
import org.merpati.imap.people.Names;
import org.merpati.imap.people.Reached;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.ListPattern;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Malformed;

/**
 * LIST (RFC 3501 §6.3.8 and RFC 5258, with RFC 3348's and RFC 6154's attributes). Mailboxes of others are listed where
 * they may be looked up (RFC 4314 §4); their uses are their owner's.
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
        List<ListPattern> wanted =
                patterns.stream().map(p -> new ListPattern(reference + p)).toList();
        Known known = new Known(session, options, wanted);
        for (Map.Entry<String, Boolean> line : lines(known, wanted).entrySet()) {
            put(session, known, line.getKey(), line.getValue());
            @Nullable Reached mailbox = known.mailboxes.get(line.getKey());
            if (mailbox != null && (!line.getValue() || known.subscribed.contains(line.getKey()))) {
                putMore(session, mailbox);
            }
        }
        return Answer.ok("done");
    }

    /** The rights (RFC 8440 §3), and the status where it may be read (RFC 5819 §2), of what is itself selected. */
    private void putMore(ImapSession session, Reached mailbox) throws IOException {
        if (options.tells(ListOptions.Tell.MYRIGHTS)) {
            AclCommand.putRights(session, mailbox);
        }
        if (options.status().isPresent()
                && mailbox.mailbox().selectable()
                && mailbox.rights().has('r')) {
            options.status().get().put(session, mailbox);
        }
    }

    /** What there is to list. */
    private static final class Known {
        final ImapSession session;
        final Map<String, Reached> mailboxes = new TreeMap<>();
        /** Mailboxes, and the levels above those of others. */
        final TreeSet<String> existing = new TreeSet<>();

        final Set<String> subscribed = new HashSet<>();

        Known(ImapSession session, ListOptions options, List<ListPattern> wanted) {
            this.session = session;
            List<Reached> all = new ArrayList<>(session.names().own());
            if (wanted.stream().anyMatch(p -> p.matches(Names.OTHERS) || p.matchesBelow(Names.OTHERS + "/"))) {
                all.addAll(session.names().shared());
            }
            all.forEach(mailbox -> mailboxes.put(mailbox.name(), mailbox));
            existing.addAll(mailboxes.keySet());
            all.stream().filter(mailbox -> !mailbox.own()).forEach(mailbox -> existing.addAll(above(mailbox.name())));
            if (options.marksSubscribed()) {
                subscribed.addAll(session.account()
                        .store()
                        .subscriptions(session.account().id()));
            }
        }

        /** Whether a name stands only for what is below it. */
        boolean level(String name) {
            return !mailboxes.containsKey(name) && existing.contains(name);
        }

        boolean children(String name) {
            String next = existing.ceiling(name + "/");
            return next != null && next.startsWith(name + "/");
        }
    }

    /** The names of the levels above one, from the top. */
    private static List<String> above(String name) {
        List<String> above = new ArrayList<>();
        for (int at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
            above.add(name.substring(0, at));
        }
        return above;
    }

    private static boolean matches(Known known, List<ListPattern> wanted, String name) {
        String written = known.session.written(name);
        return wanted.stream().anyMatch(p -> p.matches(written));
    }

    /** What of the patterns means a name: a level that is no mailbox those with a % at the end (RFC 3501 §6.3.8). */
    private static List<ListPattern> meaning(Known known, List<ListPattern> wanted, String name) {
        return known.level(name)
                ? wanted.stream().filter(ListPattern::endsInLevel).toList()
                : wanted;
    }

    /** The names to tell, and of each whether it stands for something selected below it (RFC 5258 §3.5). */
    private Map<String, Boolean> lines(Known known, List<ListPattern> wanted) {
        boolean subscribed = options.selects(ListOptions.Select.SUBSCRIBED);
        Map<String, Boolean> lines = new TreeMap<>();
        for (String name : subscribed ? known.subscribed : known.existing) {
            if (options.selects(ListOptions.Select.SPECIAL_USE)
                    && use(known, name).isEmpty()) {
                continue;
            }
            if (matches(known, subscribed ? wanted : meaning(known, wanted, name), name)) {
                lines.putIfAbsent(name, false);
            } else if (options.selects(ListOptions.Select.RECURSIVEMATCH)) {
                for (String above : above(name)) {
                    if (matches(known, wanted, above)) {
                        lines.put(above, true);
                    }
                }
            }
        }
        return lines;
    }

    private static Optional<String> use(Known known, String name) {
        return Optional.ofNullable(known.mailboxes.get(name))
                .filter(Reached::own)
                .flatMap(mailbox -> mailbox.mailbox().specialUse());
    }

    /** Tells a mailbox's name as SELECT does it (RFC 9051 §6.3.2). */
    static void put(ImapSession session, Reached mailbox) throws IOException {
        Logins.Account self = session.account();
        boolean subscribed = mailbox.own()
                ? mailbox.mailbox().subscribed()
                : self.store().subscriptions(self.id()).contains(mailbox.name());
        session.reply()
                .put("* LIST (")
                .put(subscribed ? "\\Subscribed" : "")
                .put(") \"/\" ")
                .name(session.written(mailbox.name()))
                .line();
    }

    private void put(ImapSession session, Known known, String name, boolean standsForOthers) throws IOException {
        Reply reply = session.reply();
        reply.put("* LIST (").put(known.children(name) ? "\\HasChildren" : "\\HasNoChildren");
        @Nullable Reached mailbox = known.mailboxes.get(name);
        if (mailbox == null) {
            reply.put(known.level(name) ? " \\Noselect" : " \\NonExistent");
        } else {
            reply.put(mailbox.mailbox().selectable() ? "" : " \\Noselect");
        }
        Optional<String> use = use(known, name);
        if (use.isPresent()) {
            reply.put(' ').put(use.get());
        }
        if (known.subscribed.contains(name)) {
            reply.put(" \\Subscribed");
        }
        reply.put(") \"/\" ").name(session.written(name));
        reply.put(standsForOthers ? " (\"CHILDINFO\" (\"SUBSCRIBED\"))" : "").line();
    }

    /** LSUB (RFC 3501 §6.3.9); a mailbox of another that may not be looked up is left out (RFC 4314 §4). */
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
            List<String> names = subscriptions(session);
            for (Map.Entry<String, Boolean> line : matches(session, names, new ListPattern(reference + pattern))
                    .entrySet()) {
                reply.put("* LSUB (").put(line.getValue() ? "" : "\\Noselect").put(ATTRIBUTES_END);
                reply.name(line.getKey()).line();
            }
            return Answer.ok("done");
        }

        private static List<String> subscriptions(ImapSession session) {
            List<String> names =
                    session.account().store().subscriptions(session.account().id());
            if (names.stream().noneMatch(Names::others)) {
                return names;
            }
            return names.stream()
                    .filter(name -> !Names.others(name) || session.names().has(name, "l"))
                    .toList();
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
