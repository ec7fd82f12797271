package org.merpati.runtime;

import java.util.Arrays;
import org.merpati.kernel.MailId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mail log: one line an event, each with the mail's id, from reception to mailbox. */
public final class MailLog {
    private static final Logger LOG = LoggerFactory.getLogger("mail");

    private MailLog() {}

    /**
     * Writes an event.
     *
     * @param event a word: {@code accepted}, {@code delivered}, {@code deferred}, {@code bounced}, …
     * @param fields names and values in turn
     */
    public static void event(MailId mail, String event, Object... fields) {
        if (fields.length % 2 != 0) {
            throw new IllegalArgumentException("names and values in turn: " + Arrays.toString(fields));
        }
        StringBuilder line = new StringBuilder(80).append(mail).append(' ').append(event);
        for (int i = 0; i < fields.length; i += 2) {
            line.append(' ').append(fields[i]).append('=').append(clean(String.valueOf(fields[i + 1])));
        }
        LOG.info("{}", line);
    }

    /** Keeps a peer's text from making lines or fields of its own. */
    private static String clean(String value) {
        String oneLine = value.replaceAll("\\p{Cntrl}", "?");
        return oneLine.indexOf(' ') < 0 ? oneLine : '"' + oneLine.replace("\"", "'") + '"';
    }
}
