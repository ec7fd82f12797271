package org.merpati.kernel;

/** A mailbox (an IMAP folder); it outlives every rename. */
public record MailboxId(Id value) implements Comparable<MailboxId> {
    /**
     * Reads the text form.
     *
     * @throws Malformed if the text is not an id
     */
    public static MailboxId parse(String text) {
        return new MailboxId(Id.parse(text));
    }

    @Override
    public int compareTo(MailboxId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
