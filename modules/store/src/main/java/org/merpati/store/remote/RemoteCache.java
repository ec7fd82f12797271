package org.merpati.store.remote;

import org.merpati.kernel.GroupName;
import org.merpati.store.search.Place;

/**
 * What a node keeps in memory of the shards that it has no copy of: mailboxes, and what never changes of messages.
 */
record RemoteCache(
        RecentlyUsed<RemoteCache.Box, RemoteView> views, RecentlyUsed<RemoteCache.Key, Forms.Content> contents) {
    /** Of all mailboxes together, about 60 octets each. */
    private static final long MESSAGES = 1_000_000;
    /** What a mailbox weighs beside its messages, in messages. */
    private static final int MAILBOX = 500;

    private static final long OCTETS = 32 << 20;
    /** What a message's envelope and structure cost beside their octets. */
    private static final int OVERHEAD = 200;

    /** A mailbox, as long as it is in a shard. */
    record Box(GroupName shard, Place place) {}

    /** A message. */
    record Key(Place place, long uidValidity, long uid) {}

    RemoteCache() {
        this(
                new RecentlyUsed<>(MESSAGES, view -> MAILBOX + view.size()),
                new RecentlyUsed<>(
                        OCTETS, content -> OVERHEAD + content.summary().array().length));
    }
}
