package org.merpati.imap;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.mime.Charsets;
import org.merpati.store.Message;
import org.merpati.store.search.Where;

/**
 * SEARCH and UID SEARCH (RFC 3501 §6.4.4, with RFC 4731's and RFC 5182's RETURN).
 *
 * @param charset whether a character set was named
 */
record SearchCommand(Criteria criteria, boolean uid, Optional<SearchReturn> returns, boolean charset)
        implements Command.InMailbox {
    static final Answer BAD_CHARSET = Answer.no("[BADCHARSET (US-ASCII UTF-8)] this character set is not known here");

    /** Tells a client that waits how far its command has come, every ten seconds (RFC 9585 §4). */
    private static final class Progress {
        private static final long INTERVAL_MILLIS = 10_000;
        /** After how many messages the clock is looked at. */
        private static final int STRIDE = 16;

        private final ImapSession session;
        private final int goal;
        private long told;

        Progress(ImapSession session, int goal) {
            this.session = session;
            this.goal = goal;
            this.told = session.millis();
        }

        void done(int count) {
            if (count % STRIDE != 0 || session.millis() - told < INTERVAL_MILLIS) {
                return;
            }
            told = session.millis();
            try {
                Reply reply = session.reply();
                reply.put("* OK [INPROGRESS (").string(session.tag()).put(' ').put(count);
                reply.put(' ').put(goal).put(")] still searching").line().flush();
            } catch (IOException peerGone) {
                throw new UncheckedIOException(peerGone);
            }
        }
    }

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
            return key.map(k -> find(k, view, session));
        }

        private static int[] find(SearchKey key, Selected view, ImapSession session) {
            long now = session.millis();
            Progress progress = new Progress(session, view.size());
            int[] found = new int[view.size()];
            int count = 0;
            Narrowing narrowing = new Narrowing(view);
            for (int number = 1; number <= view.size(); number++) {
                progress.done(number - 1);
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
            if (returns.isPresent() || session.enabled().rev2()) {
                return returns.orElse(SearchReturn.EVERYTHING).put(session, view, found);
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

        /** Whether it names messages by their sequence numbers. */
        boolean numbered() {
            return key.map(SearchKey::numbered).orElse(false);
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
        boolean given = parser.takeWord("CHARSET");
        if (given) {
            parser.space();
            charset = parser.astring().toUpperCase(Locale.ROOT);
            parser.space();
        }
        return new SearchCommand(Criteria.parse(parser, charset), uid, returns, given);
    }

    @Override
    public boolean mayRenumber() {
        return uid;
    }

    @Override
    public boolean numbered() {
        return !uid || criteria.numbered();
    }

    @Override
    public Answer run(ImapSession session, Selected view) throws IOException {
        if (charset && session.enabled().utf8Only()) {
            throw new Malformed("SEARCH takes no CHARSET since ENABLE UTF8=ACCEPT");
        }
        return criteria.answer("SEARCH", session, view, criteria.find(session, view), uid, returns);
    }
}
