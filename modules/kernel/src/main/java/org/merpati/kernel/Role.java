package org.merpati.kernel;

import java.util.Locale;

/** What a node does. */
public enum Role {
    DIRECTORY,
    MTA,
    MAILBOX,
    PROXY,
    CONSOLE,
    WITNESS;

    /** The name used in configuration and status. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads the name used in configuration.
     *
     * @throws Malformed if there is no such role
     */
    public static Role parse(String text) {
        for (Role role : values()) {
            if (role.text().equals(text)) {
                return role;
            }
        }
        throw new Malformed("no role '" + text + "': directory, mta, mailbox, proxy, console, witness");
    }
}
