package org.merpati.dev;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What clients were told of each message: where it must be, and with which flags. A ledger that lies in a file outlives
 * the process that writes it.
 */
public final class Ledger implements AutoCloseable {
    /**
     * A place of a message.
     *
     * @param validity UIDVALIDITY of the mailbox; 0 where the client does not know it
     * @param uid 0 where the client does not know it
     * @param flags exactly those that are set
     */
    public record Place(String mailbox, long validity, long uid, Set<String> flags) {
        public Place {
            flags = Set.copyOf(flags);
        }

        /** The same place with other flags. */
        public Place with(Set<String> others) {
            return new Place(mailbox, validity, uid, others);
        }

        private String line() {
            return mailbox + " " + validity + " " + uid + " " + String.join(" ", new TreeSet<>(flags));
        }

        private static Place of(String line) {
            String[] parts = line.split(" ", -1);
            Set<String> flags = new TreeSet<>(Arrays.asList(parts).subList(3, parts.length));
            flags.remove("");
            return new Place(parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2]), flags);
        }
    }

    /**
     * What is known of a message.
     *
     * @param places where it may be: one of them, whichever, while an answer is outstanding or was lost
     * @param gone whether it may be nowhere
     * @param resent whether its sender tried again after a lost answer; it may then be there twice
     */
    public record Fact(String account, List<Place> places, boolean gone, boolean resent) {
        public Fact {
            places = List.copyOf(places);
        }

        /** Where the message must be; null if that is not known for sure. */
        public @Nullable Place sure() {
            return places.size() == 1 && !gone ? places.getFirst() : null;
        }

        private String line() {
            StringBuilder line = new StringBuilder(account);
            line.append('\t').append(gone).append('\t').append(resent);
            places.forEach(place -> line.append('\t').append(place.line()));
            return line.toString();
        }

        private static Fact of(List<String> parts) {
            List<Place> places =
                    parts.subList(3, parts.size()).stream().map(Place::of).toList();
            return new Fact(
                    parts.getFirst(), places, Boolean.parseBoolean(parts.get(1)), Boolean.parseBoolean(parts.get(2)));
        }
    }

    private final Map<String, Fact> facts = new ConcurrentHashMap<>();
    private final Map<String, List<Long>> acks = new ConcurrentHashMap<>();
    private final @Nullable BufferedWriter file;

    /** A ledger in memory. */
    public Ledger() {
        file = null;
    }

    /**
     * A ledger in a file, with what the file holds already.
     *
     * @throws IOException if the file cannot be read or written
     */
    public Ledger(Path path) throws IOException {
        if (Files.exists(path)) {
            String all = Files.readString(path);
            String whole = all.substring(0, all.lastIndexOf('\n') + 1);
            whole.lines().forEach(line -> {
                List<String> parts = Arrays.asList(line.split("\t", -1));
                facts.put(parts.getFirst(), Fact.of(parts.subList(1, parts.size())));
            });
            // What follows the last line end was being written when its process ended.
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.truncate(whole.getBytes(StandardCharsets.UTF_8).length);
            }
        }
        file = Files.newBufferedWriter(
                path, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Notes what is known of a message now: before a command what may become of it, after the answer what it is. */
    public void put(String id, Fact fact) {
        facts.put(id, fact);
        if (file == null) {
            return;
        }
        synchronized (file) {
            try {
                file.write(id + "\t" + fact.line() + "\n");
                file.flush();
            } catch (IOException full) {
                throw new UncheckedIOException("the ledger cannot be written", full);
            }
        }
    }

    /** What is known of a message that was noted. */
    public Fact get(String id) {
        Fact fact = facts.get(id);
        if (fact == null) {
            throw new IllegalStateException("no fact of " + id);
        }
        return fact;
    }

    /** Everything that is known, by Message-ID. */
    public Map<String, Fact> all() {
        return new TreeMap<>(facts);
    }

    /** Notes an acknowledgement now, for the measure of outages. */
    public void ack(String kind) {
        acks.computeIfAbsent(kind, k -> Collections.synchronizedList(new ArrayList<>()))
                .add(System.nanoTime());
    }

    /** How many acknowledgements of a kind there were. */
    public int count(String kind) {
        return acks.getOrDefault(kind, List.of()).size();
    }

    /** How many acknowledgements of a kind there were within a span that ends now. */
    public long lately(String kind, Duration span) {
        List<Long> times = acks.getOrDefault(kind, List.of());
        long since = System.nanoTime() - span.toNanos();
        synchronized (times) {
            return times.stream().filter(time -> time - since >= 0).count();
        }
    }

    /** The longest time without an acknowledgement of a kind since an instant, milliseconds. */
    public long longestGapMillis(String kind, long sinceNanos) {
        List<Long> times = acks.getOrDefault(kind, List.of());
        long longest = 0;
        long last = sinceNanos;
        synchronized (times) {
            for (long time : times) {
                if (time > sinceNanos) {
                    longest = Math.max(longest, time - last);
                    last = time;
                }
            }
        }
        return Math.max(longest, System.nanoTime() - last) / 1_000_000;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
