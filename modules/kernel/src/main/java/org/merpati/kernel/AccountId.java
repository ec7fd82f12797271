package org.merpati.kernel;

/** An account: a person's or a function's set of mailboxes. */
public record AccountId(Id value) implements Comparable<AccountId> {
    /**
     * Reads the text form.
     *
     * @throws Malformed if the text is not an id
     */
    public static AccountId parse(String text) {
        return new AccountId(Id.parse(text));
    }

    @Override
    public int compareTo(AccountId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
