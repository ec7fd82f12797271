package org.merpati.mailbox;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.merpati.filter.Arrival;
import org.merpati.filter.Content;
import org.merpati.filter.Suspect;
import org.merpati.filter.bayes.Bayes;
import org.merpati.filter.bayes.Lesson;
import org.merpati.filter.bayes.Mark;
import org.merpati.filter.reputation.Experience;
import org.merpati.filter.reputation.Origins;
import org.merpati.filter.waves.Fingerprints;
import org.merpati.filter.waves.Sighting;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.TryLater;
import org.merpati.store.Body;
import org.merpati.store.FlagChange;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.Message;
import org.merpati.store.View;
import org.merpati.store.people.Handling;
import org.merpati.store.people.Tally;
import org.merpati.wire.InternalErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns from what people do with their mail: what they put into Junk, or mark with the keyword $Junk, is spam; what
 * they take out of it to where mail is kept, or mark with $NotJunk, is ham. A lesson counts for the person, in her
 * shard, and for everybody, in the directory's tables, where spam is also a sighting of a wave. It is taken behind what
 * the person waits for; what a node had not taken when it died is not learned.
 */
public final class Learner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Learner.class);
    private static final String JUNK = "\\Junk";
    private static final String TRASH = "\\Trash";
    /** RFC 5788 §4, the IANA registry of keywords, and what clients used before it. */
    private static final List<String> SPAM_WORDS = List.of("$Junk", "Junk");

    private static final List<String> HAM_WORDS = List.of("$NotJunk", "NotJunk", "NonJunk");
    private static final int WAITING = 1_000;
    /** How many messages of one command are learned from. */
    private static final int OF_ONE = 2_000;

    /** How many of the filter's verdicts on the origin of a message a person's word outweighs. */
    private static final int LOUD = 5;

    private static final int BATCH = 32;
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** What someone did: put messages from one mailbox into another, or marked them where they are. */
    private record Deed(
            MailStore store, AccountId account, Optional<MailboxId> from, MailboxId in, List<Long> uids, Mark mark) {}

    /** What all share of what was learned. */
    public interface Everybody {
        /** Takes lessons to the table that all share; it may throw {@link TryLater}. */
        void teach(List<Lesson> lessons);

        /** Tells all of waves of spam; it may throw {@link TryLater}. */
        void report(List<Sighting> sightings);

        /** Tells all what became of mail; it may throw {@link TryLater}. */
        void experienced(List<Experience> experiences, int today);
    }

    /** What is learned from one message, for the person and for all. */
    private record Learned(Lesson lesson, Sighting sighting, List<Experience> experiences) {}

    private final Clock clock;
    private final Everybody everybody;
    private final BlockingQueue<Deed> deeds = new ArrayBlockingQueue<>(WAITING);
    private final List<Learned> batch = new ArrayList<>();
    private final Thread thread;
    private volatile boolean closed;

    /** Learns from now on. */
    public Learner(Clock clock, Everybody everybody) {
        this.clock = clock;
        this.everybody = everybody;
        this.thread = Thread.ofVirtual().name("learner").start(this::learn);
    }

    /** What a store is to tell of. */
    public Handling of(MailStore store) {
        return new Handling() {
            @Override
            public void put(AccountId account, MailboxId from, MailboxId to, List<Long> uids) {
                note(new Deed(store, account, Optional.of(from), to, uids, Mark.NONE));
            }

            @Override
            public void flagged(AccountId account, MailboxId mailbox, List<Long> uids, FlagChange change) {
                Mark mark = said(change);
                if (mark != Mark.NONE) {
                    note(new Deed(store, account, Optional.empty(), mailbox, uids, mark));
                }
            }
        };
    }

    /** Learns from one message that it is wanted, or that it is not, before it returns. */
    void teach(MailStore store, AccountId account, MailboxId mailbox, Message message, Mark mark) throws IOException {
        Learned learned = learned(store, account, mailbox, message, mark);
        count(store, account, learned.lesson());
        everybody.teach(List.of(learned.lesson()));
        everybody.report(List.of(learned.sighting()));
        everybody.experienced(learned.experiences(), Clock.day(clock.millis()));
    }

    private static Mark said(FlagChange change) {
        if (change.kind() == FlagChange.Kind.REMOVE || change.flags().keywords().isEmpty()) {
            return Mark.NONE;
        }
        return has(change.flags(), SPAM_WORDS) ? Mark.SPAM : has(change.flags(), HAM_WORDS) ? Mark.HAM : Mark.NONE;
    }

    private static boolean has(Flags flags, List<String> words) {
        return words.stream().anyMatch(flags::hasKeyword);
    }

    private void note(Deed deed) {
        if (!deed.uids().isEmpty() && !deeds.offer(deed)) {
            LOG.info(
                    "too much is being sorted at once: from {} messages nothing is learned",
                    deed.uids().size());
        }
    }

    private void learn() {
        while (!closed) {
            try {
                Deed deed = deeds.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                if (deed != null) {
                    learn(deed);
                }
                if (deeds.isEmpty() || batch.size() >= BATCH) {
                    tell();
                }
            } catch (Failure elsewhere) {
                LOG.debug("a message is not learned from: {}", elsewhere.sentence());
            } catch (IOException unreadable) {
                LOG.warn("a message cannot be learned from: {}", unreadable.getMessage());
            } catch (InterruptedException stop) {
                return;
            } catch (RuntimeException bug) {
                InternalErrors.report("learner", bug);
            }
        }
    }

    /** Takes the lessons to everybody's table; those that cannot be taken now are kept for the next time. */
    private void tell() {
        while (!batch.isEmpty()) {
            List<Learned> some = batch.subList(0, Math.min(BATCH, batch.size()));
            try {
                everybody.teach(some.stream().map(Learned::lesson).toList());
                everybody.report(some.stream().map(Learned::sighting).toList());
                List<Experience> experiences =
                        some.stream().flatMap(one -> one.experiences().stream()).toList();
                everybody.experienced(experiences, Clock.day(clock.millis()));
            } catch (TryLater notNow) {
                LOG.debug("{} lessons wait for the directory: {}", batch.size(), notNow.sentence());
                batch.subList(0, Math.max(0, batch.size() - WAITING)).clear();
                return;
            }
            some.clear();
        }
    }

    private void learn(Deed deed) throws IOException {
        Mark mark = deed.from().isPresent() ? meant(deed) : deed.mark();
        if (mark == Mark.NONE) {
            return;
        }
        View view = deed.store().view(deed.account(), deed.in());
        for (long uid : deed.uids().subList(0, Math.min(OF_ONE, deed.uids().size()))) {
            int place = view.place(uid);
            if (place >= 0 && !closed) {
                Learned learned = learned(deed.store(), deed.account(), deed.in(), view.message(place), mark);
                if (count(deed.store(), deed.account(), learned.lesson())) {
                    batch.add(learned);
                }
                if (batch.size() >= BATCH) {
                    tell();
                }
            }
        }
    }

    /** What is meant by putting messages from one mailbox into another. */
    private static Mark meant(Deed deed) {
        String from = use(deed, deed.from().orElseThrow());
        String to = use(deed, deed.in());
        if (from.equals(to) || (!from.equals(JUNK) && !to.equals(JUNK))) {
            return Mark.NONE;
        }
        return to.equals(JUNK) ? Mark.SPAM : to.equals(TRASH) ? Mark.NONE : Mark.HAM;
    }

    private static String use(Deed deed, MailboxId id) {
        return deed.store().mailboxes(deed.account()).stream()
                .filter(mailbox -> mailbox.id().equals(id))
                .findFirst()
                .flatMap(Mailbox::specialUse)
                .orElse("");
    }

    private Learned learned(MailStore store, AccountId account, MailboxId mailbox, Message message, Mark mark)
            throws IOException {
        Body body = store.body(account, mailbox, message);
        Content content = new Content() {
            @Override
            public long size() {
                return body.size();
            }

            @Override
            public InputStream open() throws IOException {
                return body.open(0);
            }
        };
        Arrival arrival =
                new Arrival(Optional.empty(), "", Optional.empty(), List.of(), Optional.empty(), clock.millis());
        Suspect suspect = Suspect.of(arrival, content);
        int today = Clock.day(clock.millis());
        long reporter = account.value().high() ^ account.value().low();
        return new Learned(
                Bayes.lesson(suspect, mark, clock.millis()),
                new Sighting(reporter, mark == Mark.SPAM ? 1 : 0, Fingerprints.of(suspect), today),
                experiences(suspect, mark));
    }

    /** What a person says of a message is said of where it came from, louder than the filter says it. */
    private static List<Experience> experiences(Suspect suspect, Mark mark) {
        Origins origins = Origins.parse(suspect.header(Origins.FIELD).orElse(""));
        return origins.keys().stream()
                .map(key -> new Experience(key, mark == Mark.HAM ? LOUD : 0, mark == Mark.SPAM ? LOUD : 0))
                .toList();
    }

    private static boolean count(MailStore store, AccountId account, Lesson lesson) {
        Optional<Tally.Side> side = switch (lesson.mark()) {
            case HAM -> Optional.of(Tally.Side.FIRST);
            case SPAM -> Optional.of(Tally.Side.SECOND);
            case NONE -> Optional.empty();
        };
        int day = Clock.day(lesson.millis());
        return store.count(account, new Tally(lesson.message(), side, lesson.tokens(), day));
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
