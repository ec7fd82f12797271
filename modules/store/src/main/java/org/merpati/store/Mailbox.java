package org.merpati.store;

import java.util.Optional;
import org.merpati.kernel.MailboxId;

/**
 * A mailbox of an account as it is listed.
 *
 * @param name its name in NFC, levels separated by {@code /}; {@code INBOX} is written so
 * @param specialUse its RFC 6154 use, such as {@code \Sent}
 * @param selectable false for a level that only holds others
 * @param messages how many messages it holds
 * @param unseen how many of them lack {@code \Seen}
 * @param deleted how many of them have {@code \Deleted}
 * @param octets the sum of their sizes
 */
public record Mailbox(
        MailboxId id,
        String name,
        long uidValidity,
        long uidNext,
        long highestModSeq,
        boolean subscribed,
        boolean selectable,
        Optional<String> specialUse,
        int messages,
        int unseen,
        int deleted,
        long octets) {}
