package org.merpati.imap;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.merpati.imap.fetch.ObjectId;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Malformed;
import org.merpati.store.search.Where;

/** A condition of SEARCH (RFC 3501 §6.4.4, RFC 5032, RFC 7162 §3.1.5, RFC 8474 §5.3, RFC 8514 §4.3). */
sealed interface SearchKey {
    /** Whether a message meets it. */
    boolean matches(Candidate message);

    /** What it costs: 0 for a row, 1 for a decoded row, 2 for octets. */
    default int cost() {
        return 0;
    }

    /** Whether it asks for MODSEQ. */
    default boolean modSeq() {
        return false;
    }

    /** Whether it names messages by their sequence numbers. */
    default boolean numbered() {
        return false;
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
            return numbers.saved()
                    ? message.saved()
                    : numbers.contains(uid ? message.row().uid() : message.number(), message.star(uid));
        }

        @Override
        public boolean numbered() {
            return !uid && !numbers.saved();
        }
    }

    /** Its size is beyond a limit. */
    record Size(long octets, boolean larger) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            return larger ? message.row().size() > octets : message.row().size() < octets;
        }
    }

    /** Its internal date lies within so many milliseconds, or not within them (RFC 5032 §3). */
    record Age(long millis, boolean younger) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            return younger ? message.age() <= millis : message.age() >= millis;
        }
    }

    /** Its MODSEQ is at least so large (RFC 7162 §3.1.5). */
    record ModSeq(long least) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            return message.row().modSeq() >= least;
        }

        @Override
        public boolean modSeq() {
            return true;
        }

        /** Behind the name; which flag changed, and whose, is not kept apart. */
        private static ModSeq parse(Parser parser) {
            if (parser.peek() == '"') {
                parser.string();
                parser.space();
                if (!List.of("ALL", "PRIV", "SHARED").contains(parser.word())) {
                    throw new Malformed("a metadata item is all, priv or shared");
                }
                parser.space();
            }
            return new ModSeq(parser.modSeq());
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

    /** Which of a message's dates. */
    enum Which {
        INTERNAL,
        SENT,
        SAVED
    }

    /** Its internal or saved date, as the day in UTC, or the day of its Date field as written. */
    record Dated(When when, LocalDate day, Which which) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            return switch (which) {
                case INTERNAL -> when.matches(utc(message.row().internalDate()), day);
                case SAVED -> when.matches(utc(message.row().savedDate()), day);
                case SENT -> message.sent().map(d -> when.matches(d, day)).orElse(false);
            };
        }

        private static LocalDate utc(long millis) {
            return LocalDate.ofEpochDay(Math.floorDiv(millis, 86_400_000L));
        }

        @Override
        public int cost() {
            return which == Which.INTERNAL ? 0 : 1;
        }
    }

    /** It is the message, or of the conversation, with an id (RFC 8474 §5.3). */
    record Identified(String id, boolean thread) implements SearchKey {
        @Override
        public boolean matches(Candidate message) {
            return id.equals(thread ? ObjectId.thread(message.row()) : ObjectId.email(message.row()));
        }

        @Override
        public int cost() {
            return 1;
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

        @Override
        public boolean modSeq() {
            return key.modSeq();
        }

        @Override
        public boolean numbered() {
            return key.numbered();
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

        @Override
        public boolean modSeq() {
            return first.modSeq() || second.modSeq();
        }

        @Override
        public boolean numbered() {
            return first.numbered() || second.numbered();
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

        @Override
        public boolean modSeq() {
            return keys.stream().anyMatch(SearchKey::modSeq);
        }

        @Override
        public boolean numbered() {
            return keys.stream().anyMatch(SearchKey::numbered);
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
        if (c == '*' || c == '$' || (c >= '0' && c <= '9')) {
            return new Numbered(NumberSet.parse(parser), false);
        }
        String name = parser.word();
        SearchKey flag = flag(name);
        return flag == null ? argued(name, parser, texts, depth) : flag;
    }

    private static @org.jspecify.annotations.Nullable SearchKey flag(String name) {
        return switch (name) {
            case "ALL", "SAVEDATESUPPORTED" -> new All();
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

    private static long seconds(Parser parser) {
        long seconds = parser.number(0xffff_ffffL);
        if (seconds == 0) {
            throw new Malformed("an age is at least a second");
        }
        return seconds;
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
            case "MODSEQ" -> ModSeq.parse(parser);
            case "KEYWORD" -> new Keyword(parser.atom(), true);
            case "UNKEYWORD" -> new Keyword(parser.atom(), false);
            case "LARGER" -> new Size(parser.number(0xffff_ffffL), true);
            case "SMALLER" -> new Size(parser.number(0xffff_ffffL), false);
            case "OLDER", "YOUNGER" -> new Age(seconds(parser) * 1_000, name.equals("YOUNGER"));
            case "BEFORE", "ON", "SINCE" -> new Dated(When.valueOf(name), parser.date(), Which.INTERNAL);
            case "SENTBEFORE", "SENTON", "SENTSINCE" ->
                new Dated(When.valueOf(name.substring(4)), parser.date(), Which.SENT);
            case "SAVEDBEFORE", "SAVEDON", "SAVEDSINCE" ->
                new Dated(When.valueOf(name.substring(5)), parser.date(), Which.SAVED);
            case "EMAILID", "THREADID" -> new Identified(parser.astring(), name.equals("THREADID"));
            case "FROM", "TO", "CC", "BCC", "SUBJECT" ->
                new Header(name.toLowerCase(Locale.ROOT), texts.folded(parser));
            case "HEADER" -> {
                String field = parser.astring();
                parser.space();
                yield new Header(field, texts.folded(parser));
            }
            case "BODY" -> new Text(texts.folded(parser), false);
            case "TEXT" -> new Text(texts.folded(parser), true);
            default -> throw new Malformed("'" + Parser.cut(name) + "' is no key of SEARCH");
        };
    }
}
