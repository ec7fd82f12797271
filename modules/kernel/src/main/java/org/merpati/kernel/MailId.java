package org.merpati.kernel;

/** One message on its way and at rest: the queue id, the trace id and IMAP's EMAILID. */
public record MailId(Id value) implements Comparable<MailId> {
    /**
     * Reads the text form.
     *
     * @throws Malformed if the text is not an id
     */
    public static MailId parse(String text) {
        return new MailId(Id.parse(text));
    }

    @Override
    public int compareTo(MailId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
