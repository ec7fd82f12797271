package org.merpati.smtp;

import java.io.IOException;

/** A server's negative reply to the greeting, the sender or the whole message. */
public final class SmtpRefusal extends IOException {
    private static final long serialVersionUID = 1;

    private final transient Reply reply;

    SmtpRefusal(Reply reply) {
        super(reply.toString());
        this.reply = reply;
    }

    /** The reply. */
    public Reply reply() {
        return reply;
    }
}
