package org.merpati.imap;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.ListPattern;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;

/** LSUB (RFC 3501 §6.3.9). */
record LsubCommand(String reference, String pattern) implements Command.AfterLogin {
    private static final String ATTRIBUTES_END = ") \"/\" ";

    static LsubCommand parse(Parser parser) {
        parser.space();
        String reference = parser.pattern();
        parser.space();
        return new LsubCommand(reference, parser.pattern());
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
        for (Map.Entry<String, Boolean> line :
                matches(session, names, new ListPattern(reference + pattern)).entrySet()) {
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
