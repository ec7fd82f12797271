package org.merpati.imap;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Partial;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Malformed;
import org.merpati.store.Message;

/**
 * What SEARCH and its kin say of their result where RETURN asks for something (RFC 4731 §3.1), and whether the session
 * keeps the result as {@code $} (RFC 5182 §2.1).
 *
 * @param partial the page that is told (RFC 9394 §3.1)
 */
record SearchReturn(Set<Item> items, Optional<Partial> partial) {
    /** What is told where IMAP4rev2 is spoken and nothing is asked for (RFC 9051 §6.4.4). */
    static final SearchReturn EVERYTHING = new SearchReturn(Set.of(Item.ALL), Optional.empty());

    /** What of the result. */
    enum Item {
        MIN,
        MAX,
        ALL,
        COUNT,
        SAVE
    }

    /**
     * A result.
     *
     * @param numbers the sequence numbers in the order of the answer
     * @param uid whether UIDs are answered
     * @param modSeq whether the highest MODSEQ is told (RFC 7162 §3.1.5)
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Found(int[] numbers, boolean uid, boolean modSeq) {
        private int first() {
            return numbers[0];
        }

        private int last() {
            return numbers[numbers.length - 1];
        }

        /** What the client is told of a number. */
        long shown(Selected view, int number) {
            return uid ? view.uid(number) : number;
        }
    }

    SearchReturn {
        items = Set.copyOf(items);
    }

    /** Reads it with the space that follows it, if it is there. */
    static Optional<SearchReturn> parse(Parser parser) {
        if (!parser.takeWord("RETURN")) {
            return Optional.empty();
        }
        parser.space();
        parser.expect('(');
        Set<Item> items = EnumSet.noneOf(Item.class);
        Optional<Partial> partial = Optional.empty();
        while (!parser.take(')')) {
            if (!items.isEmpty() || partial.isPresent()) {
                parser.space();
            }
            String name = parser.word();
            if (name.equals("PARTIAL") && partial.isEmpty()) {
                parser.space();
                partial = Optional.of(Partial.parse(parser));
                continue;
            }
            items.add(Parser.named(Item.class, name)
                    .orElseThrow(() -> new Malformed("RETURN knows MIN, MAX, ALL, COUNT, SAVE and one PARTIAL")));
        }
        parser.space();
        if (items.isEmpty() && partial.isEmpty()) {
            items.add(Item.ALL);
        }
        if (items.contains(Item.ALL) && partial.isPresent()) {
            throw new Malformed("PARTIAL and ALL do not go together");
        }
        return Optional.of(new SearchReturn(items, partial));
    }

    private boolean has(Item item) {
        return items.contains(item);
    }

    /** Answers a command whose result could not be had: nothing is kept then (RFC 5182 §2.1). */
    void none(Selected view) {
        if (has(Item.SAVE)) {
            view.save(new int[0]);
        }
    }

    /** Writes the ESEARCH line, and keeps the result where that is asked for. */
    Answer put(ImapSession session, Selected view, Found found) throws IOException {
        boolean kept = !has(Item.SAVE) || view.save(meant(found));
        if (!kept) {
            return Answer.no("[NOTSAVED] the result is too large to be kept");
        }
        if (items.size() > 1 || partial.isPresent() || !has(Item.SAVE)) {
            line(session, view, found);
        }
        return Answer.ok("done");
    }

    /** With MIN or MAX and nothing that needs them all, it is about those only (RFC 5182 §2.4, RFC 7162 §3.1.5). */
    private int[] meant(Found found) {
        boolean ends = has(Item.MIN) || has(Item.MAX);
        if (!ends || has(Item.ALL) || has(Item.COUNT) || found.numbers.length == 0) {
            boolean paged = partial.isPresent() && !has(Item.COUNT);
            return paged ? partial.get().of(found.numbers) : found.numbers;
        }
        return new int[] {has(Item.MIN) ? found.first() : found.last(), has(Item.MAX) ? found.last() : found.first()};
    }

    /** Numbers as a set that keeps their order. */
    private static String text(Selected view, Found found, int[] numbers) {
        return NumberSet.text(
                Arrays.stream(numbers).mapToObj(n -> found.shown(view, n)).toList());
    }

    private void line(ImapSession session, Selected view, Found found) throws IOException {
        Reply reply = session.reply();
        reply.put("* ESEARCH (TAG ").string(session.tag()).put(found.uid ? ") UID" : ")");
        boolean some = found.numbers.length > 0;
        if (has(Item.MIN) && some) {
            reply.put(" MIN ").put(found.shown(view, found.first()));
        }
        if (has(Item.MAX) && some) {
            reply.put(" MAX ").put(found.shown(view, found.last()));
        }
        if (has(Item.ALL) && some) {
            reply.put(" ALL ").put(text(view, found, found.numbers));
        }
        if (partial.isPresent()) {
            int[] page = partial.get().of(found.numbers);
            reply.put(" PARTIAL (").put(partial.get().toString()).put(' ');
            reply.put(page.length == 0 ? "NIL" : text(view, found, page)).put(')');
        }
        if (has(Item.COUNT)) {
            reply.put(" COUNT ").put(found.numbers.length);
        }
        if (found.modSeq && some) {
            reply.put(" MODSEQ ").put(highest(view, meant(found)));
        }
        reply.line();
    }

    /** The highest MODSEQ of messages. */
    static long highest(Selected view, int[] numbers) {
        long highest = 0;
        for (int number : numbers) {
            Message message = view.message(number);
            highest = message == null ? highest : Math.max(highest, message.modSeq());
        }
        return highest;
    }
}
