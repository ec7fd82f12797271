package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.journal.StateMachine;
import org.merpati.kernel.DeliveryId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;
import org.merpati.store.search.Hit;
import org.merpati.store.search.SearchLimits;
import org.merpati.store.search.Where;

/** The index follows the rows through everything that happens to them, to it, and to the node. */
@Tag("slow")
class SearchIndexTest {
    @TempDir
    Path temp;

    private static String letter(String subject) {
        return "From: budi@lvlogist.com\r\nSubject: " + subject + "\r\n\r\nIsi surat tentang " + subject + ".\r\n";
    }

    private IndexedShard filled(Path folder) {
        IndexedShard shard = new IndexedShard(folder, SearchLimits.DEFAULT);
        shard.store().ensure(Shard.BUDI);
        for (int i = 0; i < 40; i++) {
            shard.append("INBOX", letter("kiriman nomor" + i));
        }
        return shard;
    }

    private static List<Long> found(MailStore store, String words) {
        return store.find(Shard.BUDI, words, 100).stream()
                .map(Hit::uid)
                .sorted()
                .toList();
    }

    private static long denied(MailStore store, String needle) {
        MailboxId inbox = store.mailbox(Shard.BUDI, "INBOX").orElseThrow().id();
        View view = store.view(Shard.BUDI, inbox);
        var mayHold = store.mayHold(Shard.BUDI, view, Where.TEXT, needle);
        return IndexedShard.uids(view).stream()
                .filter(uid -> !mayHold.test(uid))
                .count();
    }

    @Test
    void aMessageIsFoundWithinTwoSecondsOfItsDelivery() {
        try (IndexedShard shard = filled(temp)) {
            for (int i = 0; i < 10; i++) {
                String word = "mendadak" + i;
                MailId mail = new MailId(new Id(77, i));
                Delivery.Recipient budi =
                        new Delivery.Recipient(new DeliveryId(mail, 0), Shard.BUDI, "", "INBOX", Flags.NONE);
                byte[] octets = letter(word).getBytes(StandardCharsets.UTF_8);
                long delivered = System.nanoTime();
                shard.store().deliver(new Delivery(mail, Body.of(octets), List.of(budi)));
                Await.until("it is found", () -> !found(shard.store(), word).isEmpty());
                long millis = (System.nanoTime() - delivered) / 1_000_000;
                System.out.println("found " + millis + " ms after its delivery began");
                assertThat(millis).isLessThan(2_000);
            }
        }
    }

    /** An index takes its time while nobody searches; who does, waits for what came before. */
    @Test
    void theFirstSearchFindsWhatCameJustBeforeIt() {
        try (IndexedShard shard = new IndexedShard(temp, SearchLimits.DEFAULT)) {
            shard.store().ensure(Shard.BUDI);
            shard.append("INBOX", letter("pertama"));
            assertThat(found(shard.store(), "pertama")).hasSize(1);
            shard.append("INBOX", letter("kedua"));
            assertThat(found(shard.store(), "kedua")).hasSize(1);
        }
    }

    @Test
    void aRestartCatchesUpWithWhatTheIndexMissed() throws Exception {
        try (IndexedShard shard = filled(temp.resolve("a"))) {
            shard.settle();
            shard.stop();
            try (ShardState without = ShardState.open(temp.resolve("a/vault"), Shard.IDENTITY, Shard.SMALL)) {
                shard.journal.resume(without);
                JournaledStore store = shard.serve(without);
                MailboxId inbox =
                        store.mailbox(Shard.BUDI, "INBOX").orElseThrow().id();
                MailboxId archive =
                        store.mailbox(Shard.BUDI, "Archive").orElseThrow().id();
                store.move(Shard.BUDI, inbox, List.of(1L, 2L, 3L), archive);
                delete(store, inbox, List.of(4L, 5L));
                store.append(Shard.BUDI, inbox, List.of(Shard.message(letter("susulan"))));
                shard.journal.submit(CommandCodec.encode(new Command.Flush()));
                without.vault().finish();
                store.close();
            }
            shard.start();
            shard.settle();
            assertThat(found(shard.store(), "susulan")).containsExactly(41L);
            assertThat(denied(shard.store(), "nomor7.")).isEqualTo(35);
        }
    }

    /** What is on the disk at any instant is the last commit; the rest comes from the rows. */
    @Test
    void anIndexThatWasNotClosedCatchesUp() throws Exception {
        try (IndexedShard shard = filled(temp.resolve("a"))) {
            shard.settle();
            shard.stop();
            Path kept = temp.resolve("kept");
            copy(shard.folder(), kept);
            shard.start();
            shard.append("INBOX", letter("belakangan"));
            delete(shard.store(), shard.view("INBOX").mailbox().id(), List.of(7L));
            shard.settle();
            shard.stop();
            IndexedFolder.empty(shard.folder());
            copy(kept, shard.folder());
            shard.start();
            shard.settle();
            assertThat(found(shard.store(), "belakangan")).containsExactly(41L);
            assertThat(found(shard.store(), "nomor6")).isEmpty();
        }
    }

    private static void delete(MailStore store, MailboxId mailbox, List<Long> uids) {
        FlagChange delete = new FlagChange(FlagChange.Kind.ADD, Flags.of("\\Deleted"));
        store.flags(Shard.BUDI, mailbox, uids, delete, OptionalLong.empty());
        assertThat(store.expunge(Shard.BUDI, mailbox, uids)).isEqualTo(uids);
    }

    @Test
    void anIndexThatIsGoneIsMadeAnew() throws Exception {
        try (IndexedShard shard = filled(temp)) {
            shard.settle();
            shard.stop();
            IndexedFolder.empty(shard.folder());
            shard.start();
            shard.settle();
            assertThat(found(shard.store(), "kiriman")).hasSize(40);
        }
    }

    /** A search beside the rebuilding is answered by what is not denied. */
    @Test
    void anIndexWithAFlippedBitIsMadeAnew() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random chance = new Random(seed);
        try (IndexedShard shard = filled(temp)) {
            shard.settle();
            for (int i = 0; i < 15; i++) {
                shard.stop();
                IndexedFolder.flip(shard.folder(), chance);
                shard.start();
                View view = shard.view("INBOX");
                assertThat(shard.store()
                                .mayHold(Shard.BUDI, view, Where.TEXT, "nomor7.")
                                .test(8))
                        .isTrue();
                IndexedShard.compare(shard.state());
                assertThat(found(shard.store(), "nomor7")).containsExactly(8L);
                assertThat(denied(shard.store(), "nomor7.")).isEqualTo(39);
            }
        }
    }

    @Test
    void whatIsExpungedOrMovedLeavesTheIndex() {
        try (IndexedShard shard = filled(temp)) {
            MailboxId inbox = shard.view("INBOX").mailbox().id();
            MailboxId archive = shard.view("Archive").mailbox().id();
            shard.settle();
            delete(shard.store(), inbox, List.of(10L));
            shard.store().move(Shard.BUDI, inbox, List.of(11L), archive);
            shard.settle();
            assertThat(found(shard.store(), "nomor9")).isEmpty();
            assertThat(shard.store().find(Shard.BUDI, "nomor10", 10)).containsExactly(new Hit(archive, 1));
            shard.store().delete(Shard.BUDI, "Archive");
            shard.settle();
            assertThat(found(shard.store(), "nomor10")).isEmpty();
        }
    }

    @Test
    void aFollowerIsWarmWhenItTakesOver() {
        try (IndexedShard leader = filled(temp.resolve("leader"));
                ShardState follower = IndexedShard.open(temp.resolve("follower"), SearchLimits.DEFAULT)) {
            for (int i = 1; i <= leader.journal.size(); i++) {
                leader.journal.play(i, follower);
            }
            IndexedShard.compare(follower);
            try (JournaledStore store = leader.serve(follower)) {
                assertThat(found(store, "nomor17")).containsExactly(18L);
                assertThat(denied(store, "nomor17.")).isEqualTo(39);
            }
        }
    }

    @Test
    void anInstalledCheckpointIsCaughtUpWith() throws Exception {
        try (IndexedShard leader = filled(temp.resolve("leader"));
                ShardState follower = IndexedShard.open(temp.resolve("follower"), SearchLimits.DEFAULT)) {
            int behind = leader.journal.size() / 2;
            for (int i = 1; i <= behind; i++) {
                leader.journal.play(i, follower);
            }
            IndexedShard.compare(follower);
            delete(leader.store(), leader.view("INBOX").mailbox().id(), List.of(3L));
            leader.journal.submit(CommandCodec.encode(new Command.Flush()));
            leader.state().vault().finish();
            try (StateMachine.Pinned pin = leader.state().pin();
                    StateMachine.Installation install = follower.install(pin.index(), pin.files())) {
                for (StateMachine.CheckpointFile file : pin.files()) {
                    if (!install.has(file)) {
                        install.put(file, pin.open(file.name()));
                    }
                }
                install.commit();
            }
            IndexedShard.compare(follower);
            try (JournaledStore store = leader.serve(follower)) {
                assertThat(found(store, "nomor39")).containsExactly(40L);
                assertThat(found(store, "nomor2")).isEmpty();
            }
        }
    }

    @Test
    void anIndexThatIsOpenElsewhereIsLeftAlone() throws Exception {
        try (IndexedShard shard = filled(temp.resolve("a"))) {
            shard.settle();
            try (ShardState other = ShardState.open(
                            temp.resolve("b"), Shard.IDENTITY, Shard.SMALL, shard.folder(), IndexedShard.TIGHT);
                    JournaledStore store = shard.serve(other)) {
                for (int i = 1; i <= shard.journal.size(); i++) {
                    shard.journal.play(i, other);
                }
                assertThat(denied(store, "nomor7.")).isZero();
                shard.append("INBOX", letter("susulan"));
                shard.settle();
                assertThat(found(shard.store(), "kiriman")).hasSize(40);
                assertThat(denied(store, "nomor7.")).isZero();
            }
        }
    }

    @Test
    void aClosedShardHasClosedItsIndex() throws Exception {
        IndexedShard shard = filled(temp);
        shard.settle();
        shard.stop();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("index-"));
        try (ShardState again = IndexedShard.open(temp, SearchLimits.DEFAULT)) {
            shard.journal.resume(again);
            IndexedShard.compare(again);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }

    /** What a bad disk does to an index's folder. */
    private static final class IndexedFolder {
        static void empty(Path folder) throws IOException {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }

        static void flip(Path folder, Random chance) throws IOException {
            try (var files = Files.list(folder)) {
                List<Path> all = files.sorted().toList();
                long at = chance.nextLong(
                        all.stream().mapToLong(file -> file.toFile().length()).sum());
                for (Path file : all) {
                    if (at >= 0 && at < Files.size(file)) {
                        flip(file, at, 1 << chance.nextInt(8));
                    }
                    at -= Files.size(file);
                }
            }
        }

        private static void flip(Path file, long at, int bit) throws IOException {
            System.out.println("flips a bit of octet " + at + " of " + file.getFileName());
            try (RandomAccessFile octets = new RandomAccessFile(file.toFile(), "rw")) {
                octets.seek(at);
                int octet = octets.read();
                octets.seek(at);
                octets.write(octet ^ bit);
            }
        }
    }
}
