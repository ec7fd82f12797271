package org.merpati.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.merpati.kernel.Id;
import org.merpati.kernel.Sha256;
import org.merpati.kernel.TryLater;
import org.merpati.vault.Snapshot;
import org.merpati.vault.Vault;

/**
 * Digests of what a copy holds at an entry of the log, made beside the work: equal logs make equal rows, so the digests
 * of all copies are equal. Only the last that was begun is kept.
 */
final class Comparisons implements AutoCloseable {
    /** What is digested that is no mailbox. */
    static final String BODIES = "bodies";

    private record Last(Id id, CompletableFuture<SortedMap<String, String>> digests, Thread thread) {}

    private final Vault vault;
    private Optional<Last> last = Optional.empty();

    Comparisons(Vault vault) {
        this.vault = vault;
    }

    /** Begins with the rows as they are published now. */
    synchronized void begin(Id id) {
        close();
        Snapshot rows = vault.snapshot();
        CompletableFuture<SortedMap<String, String>> digests = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform()
                .daemon()
                .name("store-compare-" + vault.identity().group())
                .unstarted(() -> {
                    try (rows) {
                        digests.complete(new Reading(vault).of(rows));
                    } catch (IOException | RuntimeException failed) {
                        digests.completeExceptionally(failed);
                    }
                });
        last = Optional.of(new Last(id, digests, thread));
        notifyAll();
        thread.start();
    }

    /** Waits for the digests of a comparison that has begun or is about to. */
    SortedMap<String, String> await(Id id, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        try {
            return begun(id, end).digests().get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new TryLater("interrupted while the copy was compared");
        } catch (TimeoutException late) {
            throw new TryLater("the copy was not read within " + limit.toSeconds() + " s");
        } catch (ExecutionException failed) {
            throw new TryLater("the copy could not be read: " + failed.getCause());
        }
    }

    private synchronized Last begun(Id id, long end) throws InterruptedException, TimeoutException {
        while (last.filter(l -> l.id().equals(id)).isEmpty()) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new TimeoutException();
            }
            wait(left);
        }
        return last.get();
    }

    /** Breaks off what is under way. */
    @Override
    public synchronized void close() {
        last.ifPresent(l -> {
            l.thread().interrupt();
            l.digests().completeExceptionally(new TryLater("another comparison was begun, or the shard is closing"));
        });
        last = Optional.empty();
    }

    /** One pass over all rows and bodies. */
    private static final class Reading {
        private final Vault vault;
        private final TreeMap<String, MessageDigest> digests = new TreeMap<>();

        Reading(Vault vault) {
            this.vault = vault;
            digests.put(BODIES, Sha256.begin());
        }

        SortedMap<String, String> of(Snapshot rows) throws IOException {
            rows.scan(new byte[] {'A'}, new byte[] {'B'}, this::account);
            rows.scan(new byte[] {'S'}, new byte[] {'T'}, this::shard);
            TreeMap<String, String> hex = new TreeMap<>();
            digests.forEach((name, digest) -> hex.put(name, HexFormat.of().formatHex(digest.digest())));
            return hex;
        }

        private boolean account(byte[] key, byte[] value) throws IOException {
            String account = "account " + Keys.accountOf(key);
            add(
                    switch (key[Keys.ACCOUNT_PREFIX - 1]) {
                        case Keys.FOLDER,
                                Keys.KEYWORD,
                                Keys.ANNOTATION,
                                Keys.GRANT,
                                Keys.MESSAGE,
                                Keys.CONTENT,
                                Keys.TOMBSTONE -> account + " mailbox " + Keys.mailboxOf(key);
                        default -> account;
                    },
                    key,
                    value);
            return goesOn();
        }

        private boolean shard(byte[] key, byte[] value) throws IOException {
            add(BODIES, key, value);
            if (key[1] == Keys.BLOB) {
                StoredBody.Blob blob = new StoredBody.Blob(vault, Keys.blobOf(key), Rows.Blob.read(value));
                for (int piece = 0; piece < blob.pieces(); piece++) {
                    add(BODIES, key, blob.read(piece));
                }
            }
            return goesOn();
        }

        private void add(String name, byte[] key, byte[] value) {
            MessageDigest digest = digests.computeIfAbsent(name, absent -> Sha256.begin());
            digest.update((key.length + " " + value.length + " ").getBytes(StandardCharsets.US_ASCII));
            digest.update(key);
            digest.update(value);
        }

        private static boolean goesOn() throws IOException {
            if (Thread.interrupted()) {
                throw new IOException("broken off");
            }
            return true;
        }
    }
}
