package org.merpati.store;

import java.time.Duration;
import java.util.function.Function;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Quota;

/**
 * What a store is told about the accounts that it keeps.
 *
 * @param quotas how much each account may keep now
 * @param keepRemoved how long a removed message can be had back; zero drops it with the next housekeeping
 */
public record StorePolicy(Function<AccountId, Quota> quotas, Duration keepRemoved) {
    /** No quota, and removed messages are kept for 14 days. */
    public static final StorePolicy DEFAULT = new StorePolicy(account -> Quota.NONE, Duration.ofDays(14));
}
