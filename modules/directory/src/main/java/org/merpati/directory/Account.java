package org.merpati.directory;

import java.util.Optional;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Quota;

/**
 * An account as mail's hot path needs it.
 *
 * @param shard the group that holds its mailboxes
 * @param admin whether it may administer the cluster
 * @param active whether it may log in and receive
 * @param mustChange whether its password has to be changed before anything else
 * @param quota how much its mailboxes may keep
 * @param move where its mailboxes are on their way to, if they are
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
        Quota quota,
        Optional<Move> move) {
    /** The shard that its mailboxes are in, or on their way to. */
    public GroupName bound() {
        return move.map(Move::to).orElse(shard);
    }

    /**
     * A move of an account's mailboxes, kept until the last of it is done: while {@link Account#shard} is the shard
     * that they leave, they are copied; once it is the other, what is left of them is dropped.
     *
     * @param id names it in the logs of both shards
     */
    public record Move(Id id, GroupName from, GroupName to) {
        /** As it stands in the directory: the three, a space between them. */
        @Override
        public String toString() {
            return id + " " + from + " " + to;
        }

        /**
         * Reads it.
         *
         * @throws Malformed if it is none
         */
        static Move parse(String text) {
            String[] words = text.split(" ", -1);
            if (words.length != 3) {
                throw new Malformed("a move is an id and two shards, not '" + text + "'");
            }
            return new Move(Id.parse(words[0]), new GroupName(words[1]), new GroupName(words[2]));
        }
    }
}
