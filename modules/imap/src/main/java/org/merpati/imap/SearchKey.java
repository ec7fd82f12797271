package org.merpati.imap;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Malformed;
import org.merpati.store.search.Where;

/** A condition of SEARCH (RFC 3501 §6.4.4). */
sealed interface SearchKey {
    /** Whether a message meets it. */
    boolean matches(Candidate message);

    /** What it costs: 0 for a row, 1 for a decoded row, 2 for octets. */
    default int cost() {
        return 0;
    }

    /** Every message. */
    record All() implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            return true;
        }
    }

    /** A system flag is set or not. */
    record Flag(int flag, boolean set) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            return message.row().flags().has(flag) == set;
        }
    }

    /** A keyword is set or not. */
    record Keyword(String name, boolean set) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            return message.row().flags().hasKeyword(name) == set;
        }
    }

    /** {@code \Recent} is set or not. */
    record Recent(boolean set) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            return message.recent() == set;
        }
    }

    /** Its number or UID is in a set. */
    record Numbered(NumberSet numbers, boolean uid) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            return numbers.contains(uid ? message.row().uid() : message.number(), message.star(uid));
        }
    }

    /** Its size is beyond a limit. */
    record Size(long octets, boolean larger) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            return larger ? message.row().size() > octets : message.row().size() < octets;
        }
    }

    /** A day's relation to another. */
    enum When {
        BEFORE,
        ON,
        SINCE;

        boolean matches(LocalDate day, LocalDate asked) {
            return switch (this) {
                case BEFORE -> day.isBefore(asked);
                case ON -> day.isEqual(asked);
                case SINCE -> !day.isBefore(asked);
            };
        }
    }

    /** Its internal date, as the day in UTC, or the day of its Date field as written. */
    record Dated(When when, LocalDate day, boolean sent) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            if (sent) {
                return message.sent().map(d -> when.matches(d, day)).orElse(false);
            }
            long days = Math.floorDiv(message.row().internalDate(), 86_400_000L);
            return when.matches(LocalDate.ofEpochDay(days), day);
        }

        @Override
        public int cost() {
            return sent ? 1 : 0;
        }
    }

    /** A field of that name holds a text; of the empty text: there is such a field. */
    record Header(String name, String folded) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            return message.mayHold(Where.HEADER, folded) && message.fieldHolds(name, folded);
        }

        @Override
        public int cost() {
            return 1;
        }
    }

    /** Its text holds a text, with or without the header. */
    record Text(String folded, boolean header) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            return message.mayHold(header ? Where.TEXT : Where.BODY, folded)
                    && ((header && message.header().contains(folded))
                            || message.body().contains(folded));
        }

        @Override
        public int cost() {
            return 2;
        }
    }

    /** The other one is not met. */
    record Not(SearchKey key) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            return !key.matches(message);
        }

        @Override
        public int cost() {
            return key.cost();
        }
    }

    /** One of two is met; the cheaper one is asked first. */
    record Or(SearchKey first, SearchKey second) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            boolean inOrder = first.cost() <= second.cost();
            return (inOrder ? first : second).matches(message) || (inOrder ? second : first).matches(message);
        }

        @Override
        public int cost() {
            return Math.max(first.cost(), second.cost());
        }
    }

    /** All are met; the cheaper ones are asked first. */
    record And(List<SearchKey> keys) implements SearchKey {
        public And {
            keys = keys.stream()
                    .sorted(Comparator.comparingInt(SearchKey::cost))
                    .toList();
        }

        @Override
        public boolean matches(Candidate message) {
            for (SearchKey key : keys) {
                if (!key.matches(message)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public int cost() {
            return keys.isEmpty() ? 0 : keys.getLast().cost();
        }
    }

    /** Reads keys with a space between them, to the end or to a closing parenthesis. */
    static And list(Parser parser, SearchCommand.Texts texts, int depth) {
        List<SearchKey> keys = new ArrayList<>();
        do {
            if (keys.size() == Parser.LIST_LIMIT) {
                throw new Malformed("SEARCH takes at most " + Parser.LIST_LIMIT + " keys in a row");
            }
            keys.add(one(parser, texts, depth));
        } while (parser.take(' '));
        return new And(keys);
    }

    private static SearchKey one(Parser parser, SearchCommand.Texts texts, int depth) {
        if (depth > Parser.DEPTH_LIMIT) {
            throw new Malformed("SEARCH keys are nested at most " + Parser.DEPTH_LIMIT + " deep");
        }
        int c = parser.peek();
        if (parser.take('(')) {
            And keys = list(parser, texts, depth + 1);
            parser.expect(')');
            return keys;
        }
        if (c == '*' || (c >= '0' && c <= '9')) {
            return new Numbered(NumberSet.parse(parser), false);
        }
        String name = parser.word();
        SearchKey flag = flag(name);
        return flag == null ? argued(name, parser, texts, depth) : flag;
    }

    private static @org.jspecify.annotations.Nullable SearchKey flag(String name) {
        return switch (name) {
            case "ALL" -> new All();
            case "ANSWERED" -> new Flag(Flags.ANSWERED, true);
            case "UNANSWERED" -> new Flag(Flags.ANSWERED, false);
            case "DELETED" -> new Flag(Flags.DELETED, true);
            case "UNDELETED" -> new Flag(Flags.DELETED, false);
            case "DRAFT" -> new Flag(Flags.DRAFT, true);
            case "UNDRAFT" -> new Flag(Flags.DRAFT, false);
            case "FLAGGED" -> new Flag(Flags.FLAGGED, true);
            case "UNFLAGGED" -> new Flag(Flags.FLAGGED, false);
            case "SEEN" -> new Flag(Flags.SEEN, true);
            case "UNSEEN" -> new Flag(Flags.SEEN, false);
            case "RECENT" -> new Recent(true);
            case "OLD" -> new Recent(false);
            case "NEW" -> new And(List.of(new Recent(true), new Flag(Flags.SEEN, false)));
            default -> null;
        };
    }

    private static SearchKey argued(String name, Parser parser, SearchCommand.Texts texts, int depth) {
        parser.space();
        return switch (name) {
            case "NOT" -> new Not(one(parser, texts, depth + 1));
            case "OR" -> {
                SearchKey first = one(parser, texts, depth + 1);
                parser.space();
                yield new Or(first, one(parser, texts, depth + 1));
            }
            case "UID" -> new Numbered(NumberSet.parse(parser), true);
            case "KEYWORD" -> new Keyword(parser.atom(), true);
            case "UNKEYWORD" -> new Keyword(parser.atom(), false);
            case "LARGER" -> new Size(parser.number(0xffff_ffffL), true);
            case "SMALLER" -> new Size(parser.number(0xffff_ffffL), false);
            case "BEFORE", "ON", "SINCE" -> new Dated(When.valueOf(name), parser.date(), false);
            case "SENTBEFORE", "SENTON", "SENTSINCE" -> new Dated(When.valueOf(name.substring(4)), parser.date(), true);
            case "FROM", "TO", "CC", "BCC", "SUBJECT" ->
                new Header(name.toLowerCase(Locale.ROOT), texts.folded(parser));
            case "HEADER" -> {
                String field = parser.astring();
                parser.space();
                yield new Header(field, texts.folded(parser));
            }
            case "BODY" -> new Text(texts.folded(parser), false);
            case "TEXT" -> new Text(texts.folded(parser), true);
            default ->
                throw new Malformed(
                        "'" + (name.length() > 30 ? name.substring(0, 30) : name) + "' is no key of SEARCH");
        };
    }
}
