package org.merpati.filter;

/** Finds out who has proved that a message is theirs. It keeps to the same rules as a {@link Check}. */
@FunctionalInterface
public interface Prover {
    /** What is proved. */
    Proof prove(Suspect suspect);
}
