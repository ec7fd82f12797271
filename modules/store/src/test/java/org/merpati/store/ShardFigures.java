package org.merpati.store;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailboxId;
import org.merpati.vault.VaultLimits;

/**
 * Prints what a mailbox of 100,000 messages costs in CPU time of the calling thread; run by
 * {@code -Dtest=ShardFigures}.
 */
@Tag("bench")
class ShardFigures {
    private static final int MESSAGES = 100_000;

    @TempDir
    Path temp;

    private static long memory() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void print(String what, long nanos, int count) {
        System.out.printf("%-60s %10.2f us%n", what, nanos / 1000.0 / count);
    }

    @Test
    void figures() throws Exception {
        try (Shard shard = new Shard(temp, 1, VaultLimits.DEFAULT)) {
            shard.store().ensure(Shard.BUDI);
            MailboxId inbox =
                    shard.store().mailbox(Shard.BUDI, "INBOX").orElseThrow().id();
            fill(shard, inbox);
            flags(shard, inbox, "closed mailbox");
            shard.checkpoint();
            open(shard, inbox, "first open (cold blocks, warm page cache)");
            shard.state().forgetOpen();
            open(shard, inbox, "open with blocks in memory");
            long with = memory();
            shard.state().forgetOpen();
            System.out.printf("memory of the open mailbox: %d octets a message%n", (with - memory()) / MESSAGES);
            open(shard, inbox, "open again with blocks in memory");
            open(shard, inbox, "open of what is open");
            flags(shard, inbox, "open mailbox of 100,000");
            read(shard, inbox);
            read(shard, inbox);
        }
        reopen();
    }

    private static void fill(Shard shard, MailboxId inbox) {
        long start = cpu();
        List<NewMessage> batch = new ArrayList<>();
        byte[] octets = "x".repeat(400).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < MESSAGES; i++) {
            batch.add(
                    new NewMessage(Body.of(octets), i % 3 == 0 ? Flags.NONE : Flags.of("\\Seen"), OptionalLong.of(i)));
            if (batch.size() == 100) {
                shard.store().append(Shard.BUDI, inbox, batch);
                batch.clear();
            }
        }
        print("append of 400 octets, a hundred a command, each", cpu() - start, MESSAGES);
    }

    private static void flags(Shard shard, MailboxId inbox, String what) {
        int rounds = 20_000;
        FlagChange add = new FlagChange(FlagChange.Kind.ADD, Flags.of("\\Flagged"));
        FlagChange remove = new FlagChange(FlagChange.Kind.REMOVE, Flags.of("\\Flagged"));
        for (int round = 0; round < 2; round++) {
            long start = cpu();
            for (int i = 0; i < rounds; i++) {
                long uid = 1 + (i * 7919L) % MESSAGES;
                shard.store().flags(Shard.BUDI, inbox, List.of(uid), round == 0 ? add : remove, OptionalLong.empty());
            }
            print("flag change, " + what + ", round " + round, cpu() - start, rounds);
        }
    }

    private static void open(Shard shard, MailboxId inbox, String what) {
        long start = cpu();
        View view = shard.store().view(Shard.BUDI, inbox);
        print(what, cpu() - start, 1);
        if (view.size() != MESSAGES) {
            throw new AssertionError("messages: " + view.size());
        }
    }

    private static void read(Shard shard, MailboxId inbox) throws Exception {
        View view = shard.store().view(Shard.BUDI, inbox);
        long start = cpu();
        long sum = 0;
        for (int i = 0; i < MESSAGES; i++) {
            sum += view.message(i).flags().system() + view.message(i).uid();
        }
        print("flags and UID of a message, each", cpu() - start, MESSAGES);
        start = cpu();
        for (int i = 0; i < 20_000; i++) {
            sum += view.message(i).savedDate();
        }
        print("content row of neighbouring messages, each", cpu() - start, 20_000);
        start = cpu();
        for (int i = 0; i < 20_000; i++) {
            sum += shard.store().body(Shard.BUDI, inbox, view.message(i * 5)).bytes().length;
        }
        print("body of 400 octets, each (sum " + sum % 10 + ")", cpu() - start, 20_000);
    }

    private void reopen() {
        long start = cpu();
        try (ShardState state = Shard.open(temp.resolve("life-0"), VaultLimits.DEFAULT)) {
            print("opening the vault", cpu() - start, 1);
            MailboxId inbox = state.mailbox(Shard.BUDI, "INBOX").orElseThrow().id();
            start = cpu();
            state.view(Shard.BUDI, inbox);
            print("open after a restart", cpu() - start, 1);
        }
    }
}
