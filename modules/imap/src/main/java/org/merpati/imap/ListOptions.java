package org.merpati.imap;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Malformed;

/**
 * What LIST selects and tells beyond names (RFC 5258 §3, RFC 5819, RFC 6154 §2, RFC 8440 §3).
 *
 * @param status what of each mailbox's status is told
 */
record ListOptions(Set<Select> select, Set<Tell> tell, Optional<StatusCommand.Items> status) {
    /** Which names. */
    enum Select {
        SUBSCRIBED,
        SPECIAL_USE,
        RECURSIVEMATCH,
        REMOTE
    }

    /** What of a name; special uses and children are told always. */
    enum Tell {
        SUBSCRIBED,
        SPECIAL_USE,
        CHILDREN,
        MYRIGHTS
    }

    ListOptions {
        select = Set.copyOf(select);
        tell = Set.copyOf(tell);
    }

    /** The selection options, if there are any, with the space that follows them. */
    static Set<Select> selection(Parser parser) {
        Set<Select> select = EnumSet.noneOf(Select.class);
        if (!parser.take('(')) {
            return select;
        }
        while (!parser.take(')')) {
            if (!select.isEmpty()) {
                parser.space();
            }
            select.add(one(Select.class, parser.word()));
        }
        parser.space();
        if (select.contains(Select.RECURSIVEMATCH) && !select.contains(Select.SUBSCRIBED)) {
            throw new Malformed("RECURSIVEMATCH goes with SUBSCRIBED");
        }
        return select;
    }

    /** The return options behind the patterns, if there are any. */
    static ListOptions parse(Set<Select> select, Parser parser) {
        Set<Tell> tell = EnumSet.noneOf(Tell.class);
        Optional<StatusCommand.Items> status = Optional.empty();
        if (parser.peek(1) == 'R' || parser.peek(1) == 'r') {
            parser.space();
            if (!parser.takeWord("RETURN")) {
                throw parser.wrong("RETURN");
            }
            parser.space();
            parser.expect('(');
            boolean first = true;
            while (!parser.take(')')) {
                if (!first) {
                    parser.space();
                }
                first = false;
                String name = parser.word();
                if (name.equals("STATUS")) {
                    parser.space();
                    status = Optional.of(StatusCommand.Items.parse(parser));
                } else {
                    tell.add(one(Tell.class, name));
                }
            }
        }
        return new ListOptions(select, tell, status);
    }

    private static <E extends Enum<E>> E one(Class<E> type, String name) {
        return Parser.named(type, name)
                .orElseThrow(() -> new Malformed("'" + Parser.cut(name) + "' is no such option of LIST"));
    }

    boolean selects(Select option) {
        return select.contains(option);
    }

    boolean tells(Tell what) {
        return tell.contains(what);
    }

    /** Whether names that are subscribed to are marked. */
    boolean marksSubscribed() {
        return selects(Select.SUBSCRIBED) || tell.contains(Tell.SUBSCRIBED);
    }
}
