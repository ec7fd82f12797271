package org.merpati.filter.bayes;

import java.util.Optional;
import org.merpati.kernel.AccountId;

/**
 * Whose mail was learned from.
 *
 * @param account the person; nobody means everybody
 */
public record Scope(Optional<AccountId> account) {
    /** Everybody's. */
    public static final Scope GLOBAL = new Scope(Optional.empty());

    /** One person's. */
    public static Scope of(AccountId account) {
        return new Scope(Optional.of(account));
    }
}
