package org.merpati.filter;

import java.util.Optional;

/** Looks for what decides by itself. It keeps to the same rules as a {@link Check}. */
@FunctionalInterface
public interface Guard {
    /** Its objection, if it has one. */
    Optional<Objection> object(Suspect suspect);
}
