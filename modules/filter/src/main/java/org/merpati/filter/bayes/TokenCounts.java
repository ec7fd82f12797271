package org.merpati.filter.bayes;

/**
 * The counts that learning is made of, wherever they are kept: {@link TokenTable} in a file, in a replicated table
 * beside the directory's entries (everybody's), or in a person's shard (hers). Safe for use by many threads.
 */
public interface TokenCounts {
    /**
     * The counts of many tokens at once; a scope from which nothing was learned has counts of nought. It answers at
     * once from memory, or within a bounded time from elsewhere.
     *
     * @param tokens digests as {@link Tokens} makes them, in any order
     * @throws org.merpati.kernel.TryLater if the counts cannot be had now
     */
    Counts counts(Scope scope, long[] tokens);

    /**
     * Adds a lesson. A second lesson on the same message changes what the first did: the same mark changes nothing,
     * another mark takes the first back and counts anew, {@link Mark#NONE} only takes back.
     *
     * @return whether anything changed
     * @throws org.merpati.kernel.TryLater if it cannot be kept now
     */
    boolean learn(Scope scope, Lesson lesson);
}
