package org.merpati.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.merpati.imap.sort.Digest;
import org.merpati.imap.sort.SortKey;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Parser;
import org.merpati.store.Message;

/** SORT and UID SORT (RFC 5256 §3), with the RETURN of RFC 5267 §3.1. */
record SortCommand(List<SortKey> keys, SearchCommand.Criteria criteria, boolean uid, Optional<SearchReturn> returns)
        implements Command.InMailbox {
    SortCommand {
        keys = List.copyOf(keys);
    }

    static SortCommand parse(Parser parser, boolean uid) {
        parser.space();
        Optional<SearchReturn> returns = SearchReturn.parse(parser);
        List<SortKey> keys = SortKey.parse(parser);
        parser.space();
        String charset = parser.astring();
        parser.space();
        return new SortCommand(keys, SearchCommand.Criteria.parse(parser, charset), uid, returns);
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
        Optional<int[]> numbers = criteria.find(session, view).map(found -> sorted(session, view, found));
        return criteria.answer("SORT", session, view, numbers, uid, returns);
    }

    private int[] sorted(ImapSession session, Selected view, int[] numbers) {
        Digest[] digests = session.digests().of(view, numbers);
        List<SortKey.Entry> entries = new ArrayList<>(numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            Message message = view.message(numbers[i]);
            if (message != null) {
                entries.add(new SortKey.Entry(numbers[i], message, digests[i]));
            }
        }
        entries.sort(SortKey.order(keys));
        return entries.stream().mapToInt(SortKey.Entry::number).toArray();
    }
}
