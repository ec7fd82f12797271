package org.merpati.kernel;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * It cannot be done now or not here, and nothing is known to have been done: IMAP {@code NO [UNAVAILABLE]}, SMTP
 * {@code 4xx}. It may name the node that can do it.
 */
public final class TryLater extends Failure {
    private static final long serialVersionUID = 1;

    private final transient @Nullable Route moved;

    public TryLater(String sentence) {
        super(sentence);
        this.moved = null;
    }

    public TryLater(String sentence, Route moved) {
        super(sentence);
        this.moved = moved;
    }

    /** Where to ask instead, if that is known. */
    public Optional<Route> moved() {
        return Optional.ofNullable(moved);
    }
}
