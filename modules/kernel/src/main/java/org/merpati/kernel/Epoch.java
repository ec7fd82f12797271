package org.merpati.kernel;

/** A group's leadership in time: the Raft term. The higher epoch wins, always. */
public record Epoch(long term) implements Comparable<Epoch> {
    /** Before any leader. */
    public static final Epoch NONE = new Epoch(0);

    @Override
    public int compareTo(Epoch other) {
        return Long.compare(term, other.term);
    }

    /** Whether this epoch supersedes the other. */
    public boolean after(Epoch other) {
        return term > other.term;
    }

    @Override
    public String toString() {
        return Long.toString(term);
    }
}
