package org.merpati.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailboxId;
import org.merpati.mime.MessageText;
import org.merpati.mime.Part;
import org.merpati.store.search.SearchLimits;
import org.merpati.store.search.Where;

/**
 * Prints what it takes to index 10,000 messages of 2 KB, and to search them for a text with and without the index;
 * run by {@code -Dtest=SearchFigures}.
 */
@Tag("bench")
class SearchFigures {
    private static final int MESSAGES = 10_000;

    @TempDir
    Path temp;

    private final Random chance = new Random(1);
    private final List<String> words = new ArrayList<>();

    private String message(int number) {
        StringBuilder text = new StringBuilder(
                        "From: budi@lvlogist.com\r\nTo: siti@lvlogist.com\r\nSubject: Pengiriman ")
                .append(number)
                .append("\r\nMessage-ID: <")
                .append(chance.nextLong())
                .append("@lvlogist.com>\r\n\r\n");
        while (text.length() < 2_000) {
            text.append(words.get((int) Math.min(19_999, Math.abs(chance.nextGaussian()) * 3_000)))
                    .append(chance.nextInt(12) == 0 ? "\r\n" : " ");
        }
        return text.append("kode").append(number).append("z\r\n").toString();
    }

    private void makeWords() {
        for (int i = 0; i < 20_000; i++) {
            StringBuilder word = new StringBuilder();
            for (int left = 1 + chance.nextInt(4); left > 0; left--) {
                word.append("bcdfghjklmnprstwy".charAt(chance.nextInt(17))).append("aiueo".charAt(chance.nextInt(5)));
            }
            words.add(word.toString());
        }
    }

    private static void print(String what, long nanos) {
        System.out.printf("%-60s %10.2f ms%n", what, nanos / 1e6);
    }

    @Test
    void figures() throws Exception {
        makeWords();
        try (IndexedShard shard = new IndexedShard(temp, SearchLimits.DEFAULT)) {
            shard.store().ensure(Shard.BUDI);
            MailboxId inbox = shard.view("INBOX").mailbox().id();
            long start = System.nanoTime();
            for (int i = 0; i < MESSAGES; i += 100) {
                List<NewMessage> batch = new ArrayList<>();
                for (int j = i; j < i + 100; j++) {
                    byte[] octets = message(j).getBytes(StandardCharsets.UTF_8);
                    batch.add(new NewMessage(Body.of(octets), Flags.NONE, OptionalLong.empty()));
                }
                shard.store().append(Shard.BUDI, inbox, batch);
            }
            print("10,000 messages of 2 KB appended", System.nanoTime() - start);
            settle(shard);
            print("... and indexed beside it", System.nanoTime() - start);
            rebuild(shard);
            View view = shard.view("INBOX");
            for (String needle : List.of("kode777z", "pengiriman 42", "kata yang tidak ada", words.get(17))) {
                for (int round = 0; round < 3; round++) {
                    search(shard, view, needle, round == 2);
                }
            }
        }
    }

    private static long cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }

    private static void settle(IndexedShard shard) {
        long deadline = System.nanoTime() + 300_000_000_000L;
        while (!shard.index().idle()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the index has not caught up within five minutes");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void rebuild(IndexedShard shard) throws Exception {
        shard.stop();
        try (var files = Files.list(shard.folder())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        long start = System.nanoTime();
        long cpu = cpu();
        shard.start();
        settle(shard);
        print("made anew", System.nanoTime() - start);
        print("... in CPU time of the process", cpu() - cpu);
        shard.stop();
        try (var files = Files.list(shard.folder())) {
            long octets = files.mapToLong(file -> file.toFile().length()).sum();
            System.out.printf("the index has %d octets a message%n", octets / MESSAGES);
        }
        start = System.nanoTime();
        shard.start();
        settle(shard);
        print("opened and compared", System.nanoTime() - start);
    }

    private static void search(IndexedShard shard, View view, String needle, boolean print) throws Exception {
        String folded = MessageText.fold(needle);
        long start = System.nanoTime();
        LongPredicate mayHold = shard.store().mayHold(Shard.BUDI, view, Where.TEXT, folded);
        long asked = System.nanoTime();
        int granted = 0;
        int with = 0;
        for (int place = 0; place < view.size(); place++) {
            if (mayHold.test(view.message(place).uid())) {
                granted++;
                with += holds(shard, view, place, folded) ? 1 : 0;
            }
        }
        long indexed = System.nanoTime();
        int without = 0;
        for (int place = 0; place < view.size(); place++) {
            without += holds(shard, view, place, folded) ? 1 : 0;
        }
        long scanned = System.nanoTime();
        if (with != without) {
            throw new AssertionError(needle + ": " + with + " and " + without);
        }
        if (print) {
            System.out.printf("TEXT \"%s\": %d messages, %d looked at%n", needle, with, granted);
            print("  the question to the index", asked - start);
            print("  with the index", indexed - start);
            print("  scan", scanned - indexed);
        }
    }

    private static boolean holds(IndexedShard shard, View view, int place, String folded) throws Exception {
        Message message = view.message(place);
        byte[] octets =
                shard.store().body(Shard.BUDI, view.mailbox().id(), message).bytes();
        Part part = message.summary().structure();
        return MessageText.fold(MessageText.header(octets, part)).contains(folded)
                || MessageText.fold(MessageText.body(octets, part)).contains(folded);
    }
}
