package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;
import org.merpati.store.people.Tally;
import org.merpati.store.remote.RemoteAnswers;
import org.merpati.store.remote.RemoteStore;
import org.merpati.wire.InternalErrors;

/** A store at a node without a copy does all that others may do with mailboxes, over the node channel. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RemoteStoreTest implements AccountContract, GrantContract {
    @TempDir
    private static Path folder = Path.of("");

    private FarNodes nodes;
    private Shard leader;
    private RemoteAnswers answers;
    private RemoteStore store;
    private Quota quota = Quota.NONE;
    private int shards;

    @BeforeAll
    void join() throws IOException {
        nodes = new FarNodes(folder);
    }

    @BeforeEach
    void open() {
        quota = Quota.NONE;
        leader = new Shard(folder.resolve("leader-" + ++shards), 1);
        answers = nodes.lead(TapeJournal.HERE, leader.store(), leader.journal);
        store = nodes.at(FarNodes.FAR, Shard::summary, () -> quota);
    }

    @AfterEach
    void close() {
        store.close();
        answers.remove(store.shard());
        leader.close();
    }

    @AfterAll
    void end() {
        nodes.close();
        assertThat(InternalErrors.count()).isZero();
    }

    @Override
    public MailStore store() {
        return store;
    }

    @Override
    public MailStore owners() {
        return leader.store();
    }

    @Override
    public void pass(long millis) {
        leader.journal.pass(millis);
    }

    @Override
    public void expire() {
        leader.journal.submit(CommandCodec.encode(new Command.Expire(Shard.KEPT.toMillis())));
    }

    @Override
    public void quota(Quota each) {
        quota = each;
        leader.quota(each);
    }

    @Test
    void whatIsTheOwnersAloneIsRefused() {
        MailId mail = new MailId(new Id(1, 1));
        for (Runnable call : List.<Runnable>of(
                () -> store.ensure(Shard.BUDI),
                () -> store.subscriptions(Shard.BUDI),
                () -> store.subscribe(Shard.BUDI, "INBOX", false),
                () -> store.find(Shard.BUDI, "words", 10),
                () -> store.removed(Shard.BUDI, 0, Octets.NONE, removed -> true),
                () -> store.undelete(Shard.BUDI, Optional.empty(), 0),
                () -> store.restore(Shard.BUDI, List.of()),
                () -> store.count(Shard.BUDI, new Tally(1, Optional.empty(), new long[0], 1)),
                () -> store.counts(Shard.BUDI, new long[0]),
                () -> store.deliver(delivery(mail, "text")),
                () -> store.arrivals(mail),
                () -> store.verify())) {
            assertThatThrownBy(call::run)
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.reason()).isEqualTo(Refused.Reason.CANNOT));
        }
    }

    @Test
    void aLeaderThatMovedIsFoundAndWhatItChangesIsTold() {
        owners().ensure(Shard.BUDI);
        MailboxId inbox = id("INBOX");
        append("INBOX", "one");
        AtomicInteger calls = new AtomicInteger();
        try (MailStore.Watch watch = store.watch(Shard.BUDI, inbox, calls::incrementAndGet)) {
            assertThat(watch).isNotNull();
            Await.until("it is watched", () -> calls.get() > 0);
            answers.remove(store.shard());
            answers = nodes.lead(TapeJournal.ELSEWHERE, leader.store(), leader.journal);
            append("INBOX", "two");
            assertThat(view("INBOX").size()).isEqualTo(2);
            int before = calls.get();
            Await.until("it is watched at the new leader", () -> calls.get() > before);
            int now = calls.get();
            owners().append(Shard.BUDI, inbox, List.of(Shard.message("three")));
            Await.until("it is told", () -> calls.get() > now);
        }
    }

    @Test
    void whoWaitsForChangesIsToldAtOnceAndAsksNowAndThen() {
        owners().ensure(Shard.BUDI);
        MailboxId inbox = id("INBOX");
        AtomicInteger calls = new AtomicInteger();
        try (MailStore.Watch watch = store.watch(Shard.BUDI, inbox, calls::incrementAndGet)) {
            assertThat(watch).isNotNull();
            Await.until("it is watched", () -> calls.get() > 0);
            long questions = nodes.questions.get();
            long asked = System.nanoTime();
            Await.until("it is asked again", () -> nodes.questions.get() > questions + 1);
            assertThat(System.nanoTime() - asked).as("it is held for a while").isGreaterThan(1_000_000_000L);
            int before = calls.get();
            long changed = System.nanoTime();
            owners().append(Shard.BUDI, inbox, List.of(Shard.message("one")));
            Await.until("it is told", () -> calls.get() > before);
            assertThat(System.nanoTime() - changed).as("nanoseconds").isLessThan(1_000_000_000L);
        }
    }

    @Test
    void whatWasToldInAnAnswerThatIsLostIsToldAgain() {
        owners().ensure(Shard.BUDI);
        MailboxId inbox = id("INBOX");
        AtomicInteger calls = new AtomicInteger();
        try (MailStore.Watch watch = store.watch(Shard.BUDI, inbox, calls::incrementAndGet)) {
            assertThat(watch).isNotNull();
            Await.until("it is watched", () -> calls.get() > 0);
            int before = calls.get();
            nodes.losing.set(true);
            owners().append(Shard.BUDI, inbox, List.of(Shard.message("one")));
            Await.until("an answer is lost", () -> !nodes.losing.get());
            Await.until("it is told", () -> calls.get() > before);
        }
    }

    @Test
    void whoLeadsNoMoreAnswersNothing() {
        owners().ensure(Shard.BUDI);
        MailboxId inbox = id("INBOX");
        View known = view("INBOX");
        leader.journal.lead(false);
        for (Runnable call : List.<Runnable>of(
                () -> store.sharedWith(Shard.SITI, 10),
                () -> store.view(Shard.BUDI, inbox),
                () -> store.append(Shard.BUDI, inbox, List.of(Shard.message("x"))))) {
            assertThatThrownBy(call::run).isInstanceOf(TryLater.class);
        }
        leader.journal.lead(true);
        assertThat(store.view(Shard.BUDI, inbox)).isSameAs(known);
    }

    @Test
    void aChangeOfWhichNothingIsHeardIsSaidToBePossible() {
        owners().ensure(Shard.BUDI);
        MailboxId inbox = id("INBOX");
        leader.journal.lead(false);
        assertThatThrownBy(() -> store.append(Shard.BUDI, inbox, List.of(Shard.message("x"))))
                .isInstanceOf(TryLater.class)
                .hasMessageContaining("it may have been");
        leader.journal.lead(true);
        assertThat(view("INBOX").size()).isZero();
    }

    @Test
    void everyChangeOfAMailboxIsToldAndTheViewIsWhatTheLeaderHas() throws Exception {
        owners().ensure(Shard.BUDI);
        MailboxId inbox = id("INBOX");
        Random chance = new Random(7);
        for (int i = 0; i < 60; i++) {
            View now = owners().view(Shard.BUDI, inbox);
            List<Long> some =
                    uids(now).stream().filter(uid -> chance.nextInt(3) == 0).toList();
            switch (chance.nextInt(4)) {
                case 0 ->
                    owners().append(Shard.BUDI, inbox, List.of(Shard.message("x"), Shard.message("y", "Word" + i)));
                case 1 -> owners().flags(Shard.BUDI, inbox, some, added("\\Seen", "Key" + i % 5), OptionalLong.empty());
                case 2 -> owners().flags(Shard.BUDI, inbox, some, added("\\Deleted"), OptionalLong.empty());
                default -> owners().expunge(Shard.BUDI, inbox, uids(now));
            }
            View there = owners().view(Shard.BUDI, inbox);
            View here = store.view(Shard.BUDI, inbox);
            assertThat(here.mailbox()).isEqualTo(there.mailbox());
            assertThat(uids(here)).isEqualTo(uids(there));
            assertThat(here.keywords()).isEqualTo(there.keywords());
            assertThat(rows(here)).isEqualTo(rows(there));
            assertThat(here.expungedSince(0)).isEqualTo(there.expungedSince(0));
            assertThat(store.view(Shard.BUDI, inbox)).as("nothing has changed").isSameAs(here);
        }
    }

    @Test
    void manySessionsSeeOneMailboxWhileItChanges() throws Exception {
        owners().ensure(Shard.BUDI);
        MailboxId inbox = id("INBOX");
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService sessions = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> seen = IntStream.range(0, 4)
                    .mapToObj(session -> sessions.submit(() -> looks(inbox, over)))
                    .toList();
            for (int i = 0; i < 100; i++) {
                owners().append(Shard.BUDI, inbox, List.of(Shard.message("x"), Shard.message("y", "\\Deleted")));
                owners().expunge(Shard.BUDI, inbox, uids(owners().view(Shard.BUDI, inbox)));
            }
            over.set(true);
            for (Future<Integer> session : seen) {
                assertThat(session.get()).isEqualTo(100);
            }
        }
    }

    /** Looks until all is over; how many messages there are in the end. */
    private int looks(MailboxId inbox, AtomicBoolean over) {
        View last = store.view(Shard.BUDI, inbox);
        for (boolean more = true; more; ) {
            more = !over.get();
            View next = store.view(Shard.BUDI, inbox);
            assertThat(next.mailbox().highestModSeq())
                    .isGreaterThanOrEqualTo(last.mailbox().highestModSeq());
            assertThat(next.size()).isEqualTo(next.mailbox().messages());
            assertThat(uids(next)).isSorted().doesNotHaveDuplicates();
            last = next;
        }
        return last.size();
    }

    private static FlagChange added(String... flags) {
        return new FlagChange(FlagChange.Kind.ADD, Flags.of(flags));
    }

    private static List<String> rows(View view) {
        List<String> rows = new ArrayList<>();
        for (int place = 0; place < view.size(); place++) {
            Message message = view.message(place);
            rows.add(message.uid() + " " + message.modSeq() + " " + message.flags() + " " + message.size() + " "
                    + message.internalDate() + " " + message.savedDate() + " " + message.mail() + " "
                    + message.thread());
        }
        return rows;
    }

    @Test
    void aLargeMessageIsReadInRangesAndAnExpungedOneIsRefused() throws Exception {
        owners().ensure(Shard.BUDI);
        MailboxId inbox = id("INBOX");
        byte[] octets = new byte[3_000_000];
        new Random(3).nextBytes(octets);
        store.append(Shard.BUDI, inbox, List.of(new NewMessage(Body.of(octets), Flags.NONE, OptionalLong.empty())));
        Message message = view("INBOX").message(0);
        Body body = store.body(Shard.BUDI, inbox, message);
        long before = nodes.octets.get();
        try (InputStream in = body.open(2_000_000)) {
            assertThat(in.readNBytes(1_000)).isEqualTo(Arrays.copyOfRange(octets, 2_000_000, 2_001_000));
        }
        assertThat(nodes.octets.get() - before).isLessThan(300_000);
        store.flags(Shard.BUDI, inbox, List.of(message.uid()), added("\\Deleted"), OptionalLong.empty());
        store.expunge(Shard.BUDI, inbox, List.of(message.uid()));
        assertThatThrownBy(() -> store.body(Shard.BUDI, inbox, message)).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> body.open(2_500_000).readAllBytes()).isInstanceOf(IOException.class);
        assertThatThrownBy(message::mail).isInstanceOf(Refused.class);
    }

    @Test
    void aNodeAsksSoManyQuestionsAtATime() throws Exception {
        owners().ensure(Shard.BUDI);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch over = new CountDownLatch(1);
        MailStore slow = (MailStore) Proxy.newProxyInstance(
                MailStore.class.getClassLoader(), new Class<?>[] {MailStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("mailboxes")) {
                        most.accumulateAndGet(now.incrementAndGet(), Math::max);
                        assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
                        now.decrementAndGet();
                    }
                    return method.invoke(leader.store(), arguments);
                });
        answers.add(slow);
        try (ExecutorService sessions = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Mailbox>>> asked = IntStream.range(0, 80)
                    .mapToObj(session -> sessions.submit(() -> store.mailboxes(Shard.BUDI)))
                    .toList();
            Await.until("as many as may are answered", () -> now.get() == 64);
            over.countDown();
            for (Future<List<Mailbox>> answer : asked) {
                assertThat(answer.get()).hasSize(6);
            }
        }
        assertThat(most).hasValue(64);
    }

    @Test
    void onlyMailboxNodesAreAnswered() {
        owners().ensure(Shard.BUDI);
        try (RemoteStore mta = nodes.at(FarNodes.SMTP, Shard::summary, () -> quota)) {
            assertThatThrownBy(() -> mta.sharedWith(Shard.SITI, 10))
                    .isInstanceOf(TryLater.class)
                    .hasMessageContaining("does not run the role mailbox");
        }
    }

    @Test
    void whateverAPeerSendsIsAnsweredOrRefused() {
        owners().ensure(Shard.BUDI);
        append("INBOX", "one");
        Random chance = new Random(11);
        AccountId account = Shard.BUDI;
        for (int i = 0; i < 400; i++) {
            byte[] noise = new byte[chance.nextInt(60)];
            chance.nextBytes(noise);
            BinaryWriter request =
                    new BinaryWriter().text(store.shard().value()).u8(chance.nextInt(14));
            if (chance.nextBoolean()) {
                request.id(account.value()).id(id("INBOX").value());
            }
            request.raw(noise, 0, noise.length);
            try {
                assertThat(nodes.ask(FarNodes.FAR, "shard.read", request.toByteArray()))
                        .isNotEmpty();
            } catch (Malformed refused) {
                assertThat(refused.sentence()).isNotEmpty();
            } catch (Failure other) {
                throw new AssertionError("a peer's mistake is not " + other, other);
            }
        }
        assertThat(InternalErrors.count()).isZero();
    }
}
