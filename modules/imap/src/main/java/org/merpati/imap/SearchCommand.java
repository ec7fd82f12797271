package org.merpati.imap;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Refused;
import org.merpati.mime.Charsets;
import org.merpati.store.Message;
import org.merpati.store.search.Where;

/** SEARCH and UID SEARCH (RFC 3501 §6.4.4, with RFC 4731's and RFC 5182's RETURN). */
record SearchCommand(Criteria criteria, boolean uid, Optional<SearchReturn> returns) implements Command.InMailbox {
    static final Answer BAD_CHARSET = Answer.no("[BADCHARSET (US-ASCII UTF-8)] this character set is not known here");

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

    /**
     * What is searched for.
     *
     * @param key none where the character set is not known here
     */
    record Criteria(Optional<SearchKey> key) {
        /** Reads the keys behind the name of their character set. */
        static Criteria parse(Parser parser, String charset) {
            boolean ascii = charset.equalsIgnoreCase("US-ASCII");
            Optional<Charset> known = ascii ? Optional.of(StandardCharsets.UTF_8) : Charsets.find(charset);
            SearchKey key = SearchKey.list(parser, new Texts(known.orElse(StandardCharsets.UTF_8)), 0);
            return new Criteria(known.map(charsetKnown -> key));
        }

        /** The numbers of the messages that meet it, ascending; none where the character set is not known. */
        Optional<int[]> find(ImapSession session, Selected view) {
            view.refresh();
            return key.map(k -> find(k, view, session.millis()));
        }

        private static int[] find(SearchKey key, Selected view, long now) {
            int[] found = new int[view.size()];
            int count = 0;
            Narrowing narrowing = new Narrowing(view);
            for (int number = 1; number <= view.size(); number++) {
                Message row = view.message(number);
                if (row != null && matches(key, new Candidate(view, narrowing, number, row, now))) {
                    found[count++] = number;
                }
            }
            return Arrays.copyOf(found, count);
        }

        private static boolean matches(SearchKey key, Candidate message) {
            try {
                return key.matches(message);
            } catch (Refused expunged) {
                return false;
            }
        }

        /**
         * Answers with numbers, or says that the character set is not known.
         *
         * @param name of the untagged answer
         */
        Answer answer(
                String name,
                ImapSession session,
                Selected view,
                Optional<int[]> numbers,
                boolean uid,
                Optional<SearchReturn> returns)
                throws IOException {
            if (numbers.isEmpty()) {
                returns.ifPresent(r -> r.none(view));
                return BAD_CHARSET;
            }
            SearchReturn.Found found = new SearchReturn.Found(numbers.get(), uid, modSeq());
            if (returns.isPresent()) {
                return returns.get().put(session, view, found);
            }
            Reply reply = session.reply();
            reply.put("* ").put(name);
            for (int number : found.numbers()) {
                reply.put(' ').put(found.shown(view, number));
            }
            if (found.modSeq() && found.numbers().length > 0) {
                reply.put(" (MODSEQ ")
                        .put(SearchReturn.highest(view, found.numbers()))
                        .put(')');
            }
            reply.line();
            return Answer.ok("done");
        }

        /** Whether the answer tells the highest MODSEQ (RFC 7162 §3.1.5). */
        boolean modSeq() {
            return key.map(SearchKey::modSeq).orElse(false);
        }
    }

    static SearchCommand parse(Parser parser, boolean uid) {
        parser.space();
        Optional<SearchReturn> returns = SearchReturn.parse(parser);
        String charset = "UTF-8";
        if (parser.takeWord("CHARSET")) {
            parser.space();
            charset = parser.astring().toUpperCase(Locale.ROOT);
            parser.space();
        }
        return new SearchCommand(Criteria.parse(parser, charset), uid, returns);
    }

    @Override
    public boolean mayRenumber() {
        return uid;
    }

    @Override
    public Answer run(ImapSession session, Selected view) throws IOException {
        return criteria.answer("SEARCH", session, view, criteria.find(session, view), uid, returns);
    }
}
