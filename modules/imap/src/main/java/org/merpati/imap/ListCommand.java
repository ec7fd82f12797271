package org.merpati.imap;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.merpati.store.Mailbox;

/** LIST (RFC 3501 §6.3.8, with RFC 3348's and RFC 6154's attributes) and LSUB (RFC 3501 §6.3.9). */
record ListCommand(boolean subscribed, String reference, String pattern) implements Command.AfterLogin {
    private static final String ATTRIBUTES_END = ") \"/\" ";

    static ListCommand parse(Parser parser, boolean subscribed) {
        parser.space();
        String reference = parser.pattern();
        parser.space();
        return new ListCommand(subscribed, reference, parser.pattern());
    }

    @Override
    public Answer run(ImapSession session) throws IOException {
        Reply reply = session.reply();
        if (pattern.isEmpty()) {
            reply.put(subscribed ? "* LSUB (\\Noselect" : "* LIST (\\Noselect").put(ATTRIBUTES_END);
            reply.put("\"\"").line();
        } else if (subscribed) {
            lsub(session, reply);
        } else {
            list(session, reply);
        }
        return Answer.ok("done");
    }

    private void list(ImapSession session, Reply reply) throws IOException {
        List<Mailbox> mailboxes =
                session.account().store().mailboxes(session.account().id());
        TreeSet<String> names = new TreeSet<>();
        mailboxes.forEach(m -> names.add(m.name()));
        Pattern wanted = new Pattern(reference + pattern);
        for (Mailbox mailbox : mailboxes) {
            String written = ModifiedUtf7.encode(mailbox.name());
            if (wanted.matches(written)) {
                reply.put("* LIST (").put(children(names, mailbox.name()) ? "\\HasChildren" : "\\HasNoChildren");
                if (!mailbox.selectable()) {
                    reply.put(" \\Noselect");
                }
                if (mailbox.specialUse().isPresent()) {
                    reply.put(' ').put(mailbox.specialUse().get());
                }
                reply.put(ATTRIBUTES_END).string(written).line();
            }
        }
    }

    private static boolean children(TreeSet<String> names, String name) {
        String next = names.ceiling(name + "/");
        return next != null && next.startsWith(name + "/");
    }

    private void lsub(ImapSession session, Reply reply) throws IOException {
        List<String> names =
                session.account().store().subscriptions(session.account().id());
        Pattern wanted = new Pattern(reference + pattern);
        for (Map.Entry<String, Boolean> line : matches(names, wanted).entrySet()) {
            reply.put("* LSUB (").put(line.getValue() ? "" : "\\Noselect").put(ATTRIBUTES_END);
            reply.string(line.getKey()).line();
        }
    }

    /** Names that match, and levels that match above names that do not (those are not subscribed to themselves). */
    private static Map<String, Boolean> matches(Collection<String> names, Pattern wanted) {
        Map<String, Boolean> lines = new LinkedHashMap<>();
        for (String name : names) {
            String written = ModifiedUtf7.encode(name);
            if (wanted.matches(written)) {
                lines.put(written, true);
            } else if (wanted.level) {
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

    /** A pattern with {@code *} and {@code %}; INBOX matches in any case. Linear in pattern times name. */
    private static final class Pattern {
        private final String text;
        private final boolean level;

        Pattern(String text) {
            this.text = text;
            this.level = text.indexOf('%') >= 0;
        }

        boolean matches(String name) {
            boolean inbox = name.equals("INBOX") || name.startsWith("INBOX/");
            boolean[] reach = new boolean[name.length() + 1];
            reach[0] = true;
            for (int p = 0; p < text.length(); p++) {
                step(text.charAt(p), name, inbox ? "INBOX".length() : 0, reach);
            }
            return reach[name.length()];
        }

        /** From the places that could be reached before a character of the pattern, those behind it. */
        private static void step(char c, String name, int loose, boolean[] reach) {
            if (c == '*' || c == '%') {
                for (int i = 1; i < reach.length; i++) {
                    reach[i] |= reach[i - 1] && (c == '*' || name.charAt(i - 1) != '/');
                }
            } else {
                char capital = Character.toUpperCase(c);
                for (int i = reach.length - 1; i > 0; i--) {
                    reach[i] = reach[i - 1] && name.charAt(i - 1) == (i <= loose ? capital : c);
                }
                reach[0] = false;
            }
        }
    }
}
