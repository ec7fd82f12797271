package org.merpati.store.remote;

import org.merpati.kernel.Malformed;

/**
 * What is asked of the node that leads a shard. The first octet of a question behind the shard's name is the place of
 * its kind here, so a new kind comes last.
 */
enum Question {
    /** Whether it knows all that was acknowledged. */
    FRESH,
    /** An account's mailboxes. */
    MAILBOXES,
    /** The mailbox of a name. */
    MAILBOX,
    /** The annotations of a mailbox. */
    ANNOTATIONS,
    /** What is granted of a mailbox. */
    ACL,
    /** What somebody may look up. */
    SHARED,
    /** What an account keeps. */
    USAGE,
    /** A mailbox's messages, or what has changed of them; the answer comes in pieces. */
    VIEW,
    /** The UIDs expunged after a MODSEQ. */
    EXPUNGED,
    /** What never changes of messages. */
    CONTENTS,
    /** Octets of a message. */
    BODY,
    /** Which messages can hold a text. */
    MAY_HOLD;

    /** The service that answers. */
    static final String SERVICE = "shard.read";
    /** The service that says what has changed; see {@link HeldWatch}. */
    static final String WATCH = "shard.watch";

    /** The most UIDs of one list. */
    static final int UIDS = 1_000_000;
    /** The most mailboxes that a node watches of a shard. */
    static final int PLACES = 10_000;

    private static final Question[] ALL = values();

    static Question of(int code) {
        if (code >= ALL.length) {
            throw new Malformed("this node does not know the question " + code + " about a shard's mailboxes");
        }
        return ALL[code];
    }
}
