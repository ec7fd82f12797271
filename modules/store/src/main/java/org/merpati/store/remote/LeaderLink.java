package org.merpati.store.remote;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.Routes;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.merpati.store.log.Answer;
import org.merpati.store.relay.RelayedJournal;
import org.merpati.store.search.Place;

/**
 * The way to the node that leads a shard, whichever that is. A question that is not answered is put to the leader of by
 * then, for as long as an election takes; a change never is, since it may have been made.
 */
final class LeaderLink {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    /** How long one shard of all that are asked is waited for. */
    private static final Duration ONE_OF_ALL = Duration.ofSeconds(2);
    /** How long the leader holds a request that waits for changes. */
    static final Duration HOLD = Duration.ofSeconds(4);

    /** A mailbox of a million messages. */
    private static final int ANSWER_LIMIT = 32 << 20;

    private final GroupName shard;
    private final Routes routes;
    private final NodeChannel channel;

    LeaderLink(GroupName shard, Routes routes, NodeChannel channel) {
        this.shard = shard;
        this.routes = routes;
        this.channel = channel;
    }

    GroupName shard() {
        return shard;
    }

    /** Begins a question, behind which what it needs is written. */
    BinaryWriter question(Question what) {
        return new BinaryWriter().text(shard.value()).u8(what.ordinal());
    }

    /**
     * Asks, and reads the answer.
     *
     * @throws Refused if the answer says so
     * @throws TryLater if the answer says so, or there is none
     */
    <T> T ask(BinaryWriter question, Function<BinaryReader, T> form) {
        return read(routes.askLeader(shard, leader -> answer(leader, Question.SERVICE, question, LIMIT)), form);
    }

    /** The same where all shards are asked: a new leader is not waited for. */
    <T> T askOnce(BinaryWriter question, Function<BinaryReader, T> form) {
        return read(routes.askOnce(shard, leader -> answer(leader, Question.SERVICE, question, ONE_OF_ALL)), form);
    }

    /**
     * Waits until some of these mailboxes have changed, or for a while.
     *
     * @param afresh whether what was answered last may be lost: then all of them count as changed
     */
    List<Place> changed(Collection<Place> places, boolean afresh) {
        BinaryWriter question = new BinaryWriter().text(shard.value()).flag(afresh);
        Forms.list(question, places, Forms::place);
        Duration limit = HOLD.plus(LIMIT);
        return read(
                routes.askOnce(shard, leader -> answer(leader, Question.WATCH, question, limit)),
                from -> Forms.list(from, Forms::place));
    }

    private byte[] answer(NodeName leader, String service, BinaryWriter question, Duration limit) {
        try (InputStream in = channel.stream(leader, service, question.toByteArray(), limit)) {
            byte[] octets = in.readNBytes(ANSWER_LIMIT + 1);
            if (octets.length > ANSWER_LIMIT) {
                throw new TryLater("node " + leader + " answers with more than " + ANSWER_LIMIT + " octets");
            }
            return octets;
        } catch (IOException broken) {
            throw new TryLater("node " + leader + " broke off its answer: " + broken.getMessage());
        } catch (Refused | Malformed strange) {
            throw new TryLater("node " + leader + " does not answer for " + shard + ": " + strange.sentence());
        }
    }

    private <T> T read(byte[] answer, Function<BinaryReader, T> form) {
        try {
            return form.apply(Answer.open(answer));
        } catch (Malformed strange) {
            throw new TryLater("the leader of " + shard + " answers what cannot be read: " + strange.sentence());
        }
    }

    /**
     * Has the leader that is known carry out a command, once.
     *
     * @throws Refused if it does not know commands of that kind yet
     * @throws TryLater if it does not say that it did; it may have
     */
    byte[] submit(byte[] command) {
        Route leader = routes.find(shard);
        try {
            return RelayedJournal.carry(channel, leader.node(), shard, command);
        } catch (TryLater | Malformed unknown) {
            routes.table().forget(leader);
            throw new TryLater("node " + leader.node() + " did not say that the change was made, and it may have been: "
                    + unknown.sentence());
        }
    }
}
