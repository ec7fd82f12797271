package org.merpati.directory;

import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Quota;

/**
 * An account as mail's hot path needs it.
 *
 * @param shard the group that holds its mailboxes
 * @param admin whether it may administer the cluster
 * @param active whether it may log in and receive
 * @param mustChange whether its password has to be changed before anything else
 * @param quota how much its mailboxes may keep
 */
public record Account(
        AccountId id,
        Address address,
        String name,
        GroupName shard,
        Credentials credentials,
        boolean admin,
        boolean active,
        boolean mustChange,
        Quota quota) {}
