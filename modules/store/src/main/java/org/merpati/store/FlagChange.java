package org.merpati.store;

import org.merpati.kernel.Flags;

/** How STORE changes flags (RFC 9051 §6.4.6). */
public record FlagChange(Kind kind, Flags flags) {
    /** What is done with the flags given. */
    public enum Kind {
        SET,
        ADD,
        REMOVE
    }

    /** The flags after the change. */
    public Flags applyTo(Flags before) {
        return switch (kind) {
            case SET -> flags;
            case ADD -> before.plus(flags);
            case REMOVE -> before.minus(flags);
        };
    }
}
