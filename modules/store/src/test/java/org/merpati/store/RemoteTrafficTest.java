package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Quota;
import org.merpati.store.people.Rights;
import org.merpati.store.remote.RemoteAnswers;
import org.merpati.store.remote.RemoteStore;
import org.merpati.store.search.Where;
import org.merpati.vault.VaultLimits;

/** What travels between a node and the leader of a shard that it has no copy of: it grows with what is asked for. */
class RemoteTrafficTest {
    private static final int MESSAGES = 10_000;
    private static final int BATCH = 100;

    @TempDir
    Path folder;

    private FarNodes nodes;
    private Shard leader;
    private RemoteAnswers answers;
    private RemoteStore store;
    private MailboxId archive;

    @BeforeEach
    void fill() throws IOException {
        nodes = new FarNodes(folder);
        leader = new Shard(folder.resolve("leader"), 1, VaultLimits.DEFAULT);
        answers = nodes.lead(TapeJournal.HERE, leader.store(), leader.journal);
        store = nodes.at(FarNodes.FAR, Proposer::summary, () -> Quota.NONE);
        leader.store().ensure(Shard.BUDI);
        archive = leader.store().mailbox(Shard.BUDI, "Archive").orElseThrow().id();
        leader.store().grant(Shard.BUDI, archive, Shard.SITI, FlagChange.Kind.SET, Rights.parse("lrs"));
        for (int i = 0; i < MESSAGES; i += BATCH) {
            store.append(
                    Shard.BUDI,
                    archive,
                    IntStream.range(i, i + BATCH)
                            .mapToObj(RemoteTrafficTest::letter)
                            .toList());
        }
    }

    private static NewMessage letter(int number) {
        String header = "Return-Path: <siti@lvlogist.com>\r\nReceived: from mta1 by box1 with LMTP id " + number
                + "\r\nDate: Tue, 24 Nov 2026 12:00:00 +0700\r\nFrom: Siti Rahma <siti@lvlogist.com>\r\n"
                + "To: Budi Santoso <budi@lvlogist.com>, gudang@lvlogist.com\r\nMessage-ID: <" + number
                + "@lvlogist.com>\r\nIn-Reply-To: <" + (number - 1) + "@lvlogist.com>\r\nSubject: kontainer " + number
                + "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
        byte[] octets = (header + "laporan\r\n".repeat(40)).getBytes(StandardCharsets.US_ASCII);
        return new NewMessage(Body.of(octets), Flags.of("\\Seen"), OptionalLong.of(1_750_000_000_000L + number));
    }

    @AfterEach
    void close() {
        store.close();
        answers.remove(store.shard());
        leader.close();
        nodes.close();
    }

    /** What an action costs: octets and questions. */
    private record Cost(long octets, long questions) {}

    private Cost cost(String what, Runnable action) {
        long octets = nodes.octets.get();
        long questions = nodes.questions.get();
        action.run();
        Cost cost = new Cost(nodes.octets.get() - octets, nodes.questions.get() - questions);
        System.out.println("travels for " + what + ": " + cost.octets + " octets in " + cost.questions + " questions");
        return cost;
    }

    private View view() {
        assertThat(store.rights(Shard.SITI, Shard.BUDI, archive)).isEqualTo(Rights.parse("lrs"));
        return store.view(Shard.BUDI, archive);
    }

    @Test
    void whatTravelsGrowsWithWhatIsAskedForAndWithWhatHasChanged() {
        Cost select = cost("SELECT", () -> {
            store.fresh();
            assertThat(view().size()).isEqualTo(MESSAGES);
        });
        assertThat(select.octets).isLessThan(16L * MESSAGES);
        assertThat(select.questions).isEqualTo(3);

        Cost nothing = cost("NOOP when nothing has changed", this::view);
        assertThat(nothing.octets).isLessThan(250);
        assertThat(nothing.questions).isEqualTo(2);

        FlagChange flagged = new FlagChange(FlagChange.Kind.ADD, Flags.of("\\Flagged"));
        leader.store().flags(Shard.BUDI, archive, List.of(5_000L), flagged, OptionalLong.empty());
        Cost changed = cost(
                "NOOP after one flag has changed",
                () -> assertThat(view().message(4_999).flags()).isEqualTo(Flags.of("\\Seen", "\\Flagged")));
        assertThat(changed.octets).isLessThan(280);
        assertThat(changed.questions).isEqualTo(2);

        View view = view();
        Cost envelopes = cost(
                "FETCH of 50 envelopes",
                () -> IntStream.range(4_000, 4_050)
                        .forEach(place -> assertThat(
                                        view.message(place).summary().envelope().subject())
                                .contains("kontainer " + place)));
        long one = view.message(4_000).summaryOctets().array().length;
        assertThat(envelopes.octets).isLessThan(70 * (one + 100));
        assertThat(envelopes.questions).isLessThanOrEqualTo(5);
        assertThat(cost("the same again", () -> view.message(4_010).mail()).octets)
                .isZero();

        Cost search = cost("SEARCH of a text", () -> {
            LongPredicate held = store.mayHold(Shard.BUDI, view, Where.TEXT, "laporan");
            assertThat(IntStream.range(0, MESSAGES)
                            .allMatch(place -> held.test(view.message(place).uid())))
                    .isTrue();
        });
        assertThat(search.octets).isLessThan(1_000);

        Cost listed =
                cost("LIST", () -> assertThat(store.sharedWith(Shard.SITI, 100)).hasSize(1));
        assertThat(listed.octets).isLessThan(400);
        assertThat(listed.questions).isEqualTo(1);
    }
}
