package org.merpati.imap.sort;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Malformed;
import org.merpati.store.Message;

/** By what SORT orders (RFC 5256 §3, RFC 5957). */
public record SortKey(Kind kind, boolean reverse) {
    private static final int LIMIT = 20;

    /** A message that is sorted. */
    public record Entry(int number, Message message, Digest digest) {}

    /** What is compared. */
    public enum Kind {
        ARRIVAL,
        CC,
        DATE,
        DISPLAYFROM,
        DISPLAYTO,
        FROM,
        SIZE,
        SUBJECT,
        TO;

        private Comparator<Entry> order() {
            return switch (this) {
                case ARRIVAL -> Comparator.comparingLong(entry -> entry.message.internalDate());
                case CC -> Comparator.comparing(entry -> entry.digest.cc());
                case DATE -> Comparator.comparingLong(entry -> entry.digest.sent());
                case DISPLAYFROM -> Comparator.comparing(entry -> entry.digest.fromDisplay());
                case DISPLAYTO -> Comparator.comparing(entry -> entry.digest.toDisplay());
                case FROM -> Comparator.comparing(entry -> entry.digest.from());
                case SIZE -> Comparator.comparingInt(entry -> entry.message.size());
                case SUBJECT ->
                    Comparator.comparing(entry -> entry.digest.subject().text());
                case TO -> Comparator.comparing(entry -> entry.digest.to());
            };
        }
    }

    /** Reads keys with their parentheses. */
    public static List<SortKey> parse(Parser parser) {
        parser.expect('(');
        List<SortKey> keys = new ArrayList<>();
        do {
            if (keys.size() == LIMIT) {
                throw new Malformed("SORT takes at most " + LIMIT + " keys");
            }
            boolean reverse = parser.takeWord("REVERSE");
            if (reverse) {
                parser.space();
            }
            String name = parser.word();
            Kind kind = Parser.named(Kind.class, name)
                    .orElseThrow(() -> new Malformed("'" + Parser.cut(name) + "' is no key of SORT"));
            keys.add(new SortKey(kind, reverse));
        } while (parser.take(' '));
        parser.expect(')');
        return keys;
    }

    /** The order of all keys and, where they do not decide, of the numbers, which are never reversed. */
    public static Comparator<Entry> order(List<SortKey> keys) {
        Comparator<Entry> order = Comparator.comparingInt(Entry::number);
        for (SortKey key : keys.reversed()) {
            order = (key.reverse ? key.kind.order().reversed() : key.kind.order()).thenComparing(order);
        }
        return order;
    }
}
