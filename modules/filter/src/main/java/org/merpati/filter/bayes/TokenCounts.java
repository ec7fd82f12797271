package org.merpati.filter.bayes;

/**
 * The counts that learning is made of, wherever they are kept: {@link TokenTable} in a file, in a replicated table
 * beside the directory's entries (everybody's), or in a person's shard (hers). Safe for use by many threads.
 */
@FunctionalInterface
public interface TokenCounts {
    /**
     * The counts of many tokens at once; a scope from which nothing was learned has counts of nought. It answers at
     * once from memory, or within a bounded time from elsewhere.
     *
     * @param tokens digests as {@link Tokens} makes them, in any order
     * @throws org.merpati.kernel.TryLater if the counts cannot be had now
     */
    Counts counts(Scope scope, long[] tokens);
}
