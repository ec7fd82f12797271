package org.merpati.imap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.merpati.imap.text.Answer;

/** IDLE (RFC 2177): changes are told as they happen, until the client says DONE. */
record IdleCommand() implements Command.AfterLogin {
    @Override
    public Answer run(ImapSession session) throws IOException {
        session.reply().put("+ idling").line().flush();
        IdlePush push = IdlePush.begin(session);
        byte[] line;
        session.lock().unlock();
        try {
            line = session.lines().line();
        } finally {
            session.lock().lock();
            push.close();
        }
        if (line == null) {
            session.end();
            return Answer.ok("done");
        }
        return isDone(line) ? Answer.ok("done") : Answer.bad("DONE was expected");
    }

    private static boolean isDone(byte[] line) {
        return line.length == 4 && new String(line, StandardCharsets.US_ASCII).equalsIgnoreCase("DONE");
    }
}
