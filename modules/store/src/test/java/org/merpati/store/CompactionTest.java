package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.merpati.store.Shard.BUDI;
import static org.merpati.store.Shard.message;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.MailboxId;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;
import org.merpati.vault.FileEntry;
import org.merpati.vault.Pin;
import org.merpati.vault.VaultLimits;

/** The room of bodies that nobody needs is given back, and nothing else is. */
class CompactionTest {
    /** Segments of 64 KiB. */
    private static final VaultLimits TINY = new VaultLimits(32 << 10, 1 << 20, 64 << 10, 1024, 3, 64);

    private static final int MESSAGES = 60;
    private static final int OCTETS = 8 << 10;
    private static final long HOUR = 3_600_000;

    @TempDir
    Path temp;

    private Shard shard;
    private MailboxId inbox;

    @BeforeEach
    void fill() {
        shard = new Shard(temp.resolve("shard"), 7, TINY);
        shard.store().ensure(BUDI);
        inbox = shard.store().mailbox(BUDI, "INBOX").orElseThrow().id();
        for (int i = 0; i < MESSAGES; i++) {
            // Three of four go.
            String[] flags = i % 4 == 0 ? new String[0] : new String[] {"\\Deleted"};
            shard.store().append(BUDI, inbox, List.of(message(text(i), flags)));
        }
    }

    private static String text(int number) {
        return (number + " ").repeat(OCTETS).substring(0, OCTETS);
    }

    private void expire() {
        shard.journal.submit(CommandCodec.encode(new Command.Expire(Shard.KEPT.toMillis())));
    }

    /** Removes messages, and lets all the time pass that their bodies are kept for. */
    private void remove() {
        List<Long> all = new ArrayList<>();
        for (long uid = 1; uid <= MESSAGES; uid++) {
            all.add(uid);
        }
        shard.store().expunge(BUDI, inbox, all);
        shard.journal.pass(Shard.KEPT.toMillis() + 1000);
        expire();
        shard.journal.pass(2 * HOUR);
        expire();
        shard.checkpoint();
    }

    private long segments() {
        return shard.files().stream()
                .filter(file -> file.name().endsWith(".blobs"))
                .mapToLong(FileEntry::length)
                .sum();
    }

    private void bodiesAreWhole() throws Exception {
        View view = shard.store().view(BUDI, inbox);
        assertThat(view.size()).isEqualTo(MESSAGES / 4);
        for (int place = 0; place < view.size(); place++) {
            Message message = view.message(place);
            byte[] body = shard.store().body(BUDI, inbox, message).bytes();
            assertThat(new String(body, StandardCharsets.UTF_8)).isEqualTo(text((int) message.uid() - 1));
        }
        assertThat(shard.store().verify()).isEmpty();
    }

    private int compact() throws Exception {
        return ((JournaledStore) shard.store()).compaction().run();
    }

    @Test
    void whatIsInUseTakesAtMostAboutTwiceItsRoom() throws Exception {
        long before = segments();
        remove();
        assertThat(segments()).isGreaterThanOrEqualTo(before);
        Body open =
                shard.store().body(BUDI, inbox, shard.store().view(BUDI, inbox).message(0));
        assertThat(compact()).isPositive();
        shard.checkpoint();
        bodiesAreWhole();
        assertThat(segments()).isLessThan((long) MESSAGES / 4 * OCTETS * 2 + 2 * TINY.segmentBytes());
        assertThat(new String(open.bytes(), StandardCharsets.UTF_8)).isEqualTo(text(0));
        assertThat(compact()).as("there is nothing left to do").isZero();
        shard.close();
    }

    @Test
    void aCrashAnywhereInItLosesNothingAndCopiesStayEqual() throws Exception {
        remove();
        assertThat(compact()).isPositive();
        shard.crash();
        bodiesAreWhole();
        shard.checkpoint();
        bodiesAreWhole();
        List<FileEntry> files = shard.files();
        ShardState copy = Shard.open(temp.resolve("copy"), TINY);
        shard.journal.resume(copy);
        copy.vault().finish();
        assertThat(copy.verify()).isEmpty();
        try (Pin pin = copy.vault().pin()) {
            assertThat(pin.files()).isEqualTo(files);
        }
        copy.close();
    }

    @Test
    void whatCanBeHadBackIsNotGivenUp() throws Exception {
        shard.store().expunge(BUDI, inbox, List.of(2L, 3L, 4L));
        shard.journal.pass(2 * HOUR);
        expire();
        shard.checkpoint();
        compact();
        shard.checkpoint();
        assertThat(shard.store().undelete(BUDI, Optional.empty(), 0)).isEqualTo(3);
        View view = shard.store().view(BUDI, inbox);
        byte[] last =
                shard.store().body(BUDI, inbox, view.message(view.size() - 1)).bytes();
        assertThat(new String(last, StandardCharsets.UTF_8)).isEqualTo(text(3));
        shard.close();
    }
}
