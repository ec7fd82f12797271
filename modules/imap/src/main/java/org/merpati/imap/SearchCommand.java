package org.merpati.imap;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.merpati.kernel.Malformed;
import org.merpati.mime.Charsets;
import org.merpati.store.Message;
import org.merpati.store.search.Where;

/**
 * SEARCH and UID SEARCH (RFC 3501 §6.4.4).
 *
 * @param key none where the character set is not known here
 */
record SearchCommand(Optional<SearchKey> key, boolean uid) implements Command.InMailbox {
    /** How the texts of a search are read. */
    record Texts(Charset charset) {
        /** A text in the form that is compared. */
        String folded(Parser parser) {
            return Candidate.fold(new String(parser.astringOctets(), charset));
        }
    }

    /** What the store knows of a search's texts without a look at the messages; it is asked once for each text. */
    static final class Narrowing {
        private record Asked(Where where, String folded) {}

        private final Selected view;
        private final Map<Asked, LongPredicate> answers = new HashMap<>();

        Narrowing(Selected view) {
            this.view = view;
        }

        boolean mayHold(Where where, String folded, long uid) {
            return answers.computeIfAbsent(
                            new Asked(where, folded),
                            absent -> view.store().mayHold(view.account().id(), view.view(), where, folded))
                    .test(uid);
        }
    }

    static SearchCommand parse(Parser parser, boolean uid) {
        parser.space();
        Optional<Charset> charset = Optional.of(StandardCharsets.UTF_8);
        if (parser.peek() == 'C' || parser.peek() == 'c') {
            charset = charset(parser, charset);
        }
        SearchKey key = SearchKey.list(parser, new Texts(charset.orElse(StandardCharsets.UTF_8)), 0);
        return new SearchCommand(charset.isPresent() ? Optional.of(key) : Optional.empty(), uid);
    }

    private static Optional<Charset> charset(Parser parser, Optional<Charset> otherwise) {
        if (Character.toUpperCase(parser.peek(1)) != 'H') {
            return otherwise;
        }
        if (!parser.word().equals("CHARSET")) {
            throw new Malformed("CHARSET or a key of SEARCH is missing");
        }
        parser.space();
        String name = parser.astring().toUpperCase(Locale.ROOT);
        parser.space();
        return name.equals("US-ASCII") ? Optional.of(StandardCharsets.UTF_8) : Charsets.find(name);
    }

    @Override
    public boolean mayRenumber() {
        return uid;
    }

    @Override
    public Answer run(ImapSession session, Selected view) throws IOException {
        if (key.isEmpty()) {
            return Answer.no("[BADCHARSET (US-ASCII UTF-8)] this character set is not known here");
        }
        view.refresh();
        Reply reply = session.reply();
        SearchKey wanted = key.get();
        Narrowing narrowing = new Narrowing(view);
        List<Long> found = new ArrayList<>();
        for (int number = 1; number <= view.size(); number++) {
            Message row = view.message(number);
            if (row != null && wanted.matches(new Candidate(view, narrowing, number, row))) {
                found.add(uid ? row.uid() : number);
            }
        }
        reply.put("* SEARCH");
        for (long number : found) {
            reply.put(' ').put(number);
        }
        reply.line();
        return Answer.ok("done");
    }
}
