package org.merpati.imap;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.merpati.imap.sort.Digest;
import org.merpati.imap.sort.ReferenceThreads;
import org.merpati.imap.sort.SubjectThreads;
import org.merpati.imap.sort.ThreadNode;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Malformed;

/** THREAD and UID THREAD (RFC 5256 §3). */
record ThreadCommand(Algorithm algorithm, SearchCommand.Criteria criteria, boolean uid) implements Command.InMailbox {
    /** How conversations are found. */
    enum Algorithm {
        ORDEREDSUBJECT,
        REFERENCES
    }

    static ThreadCommand parse(Parser parser, boolean uid) {
        parser.space();
        String name = parser.word();
        Algorithm algorithm = Parser.named(Algorithm.class, name)
                .orElseThrow(() -> new Malformed("THREAD knows ORDEREDSUBJECT and REFERENCES"));
        parser.space();
        String charset = parser.astring();
        parser.space();
        return new ThreadCommand(algorithm, SearchCommand.Criteria.parse(parser, charset), uid);
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
        Optional<int[]> numbers = criteria.find(session, view);
        if (numbers.isEmpty()) {
            return SearchCommand.BAD_CHARSET;
        }
        Digest[] digests = session.digests().of(view, numbers.get());
        List<ThreadNode> threads = switch (algorithm) {
            case ORDEREDSUBJECT -> SubjectThreads.of(numbers.get(), digests);
            case REFERENCES -> ReferenceThreads.of(numbers.get(), digests);
        };
        Reply reply = session.reply();
        reply.put("* THREAD").put(threads.isEmpty() ? "" : " ");
        for (ThreadNode thread : threads) {
            reply.put('(');
            thread.put(reply, uid ? view::uid : number -> number);
            reply.put(')');
        }
        reply.line();
        return Answer.ok("done");
    }
}
