package org.merpati.imap;

import java.time.Duration;

/**
 * Limits of IMAP after a login.
 *
 * @param lineLimit the most octets of a line
 * @param commandLimit the most octets of a command with its literals, APPEND's message apart
 * @param appendLimit the most octets of a message that APPEND takes
 * @param idle how long a client may be silent; RFC 9051 §5.4 wants 30 minutes at least
 * @param recentMailboxes for how many mailboxes {@code \Recent} is remembered
 */
public record ImapSettings(int lineLimit, int commandLimit, int appendLimit, Duration idle, int recentMailboxes) {
    /** What the shipped configuration says. */
    public static final ImapSettings DEFAULTS =
            new ImapSettings(64 * 1024, 1024 * 1024, 50 * 1024 * 1024, Duration.ofMinutes(31), 100_000);
}
