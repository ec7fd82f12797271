package org.merpati.filter;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.merpati.kernel.Malformed;

/** What is done with a message for one recipient, from the mildest to the hardest. */
public enum Action {
    /** It goes into the inbox. */
    DELIVER,
    /** It goes into the inbox, marked as spam. */
    TAG,
    /** It goes into the Junk mailbox, marked as spam. */
    JUNK,
    /** It is kept aside, where the recipient may have it released. */
    QUARANTINE,
    /** It is refused in the dialogue, so that its sender knows. */
    REJECT,
    /** Its sender is asked to come again. */
    DEFER;

    /** The name in lower case. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the recipient is shown it as spam. */
    public boolean spam() {
        return this == TAG || this == JUNK || this == QUARANTINE;
    }

    /**
     * Reads a name in lower case.
     *
     * @throws Malformed if it is none
     */
    public static Action parse(String text) {
        for (Action action : values()) {
            if (action.text().equals(text)) {
                return action;
            }
        }
        String known = Arrays.stream(values()).map(Action::text).collect(Collectors.joining(", "));
        throw new Malformed("'" + text + "' is no action; there are " + known);
    }
}
