package org.merpati.console;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.NodeChannel;
import org.merpati.directory.AccountRequests;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;

/** The owner of all mailboxes, in memory: it keeps what was removed, and answers as an owner does. */
final class Owner implements NodeChannel {
    private static final long DAY = 86_400_000L;

    private final Map<AccountId, List<AccountRequests.Removed>> removed = new ConcurrentHashMap<>();
    final List<AccountRequests.Removed> back = new ArrayList<>();
    volatile boolean away;
    volatile int room = Integer.MAX_VALUE;
    /** While there is one, answers wait for it. */
    volatile @Nullable CountDownLatch slow;

    /** Removes messages, the first one last. */
    synchronized void remove(AccountId account, int count, String subject) {
        for (int i = 0; i < count; i++) {
            long millis = 1_790_000_000_000L - i * 60_000L;
            removed.computeIfAbsent(account, absent -> new ArrayList<>())
                    .add(new AccountRequests.Removed(
                            String.format(Locale.ROOT, "%056x", millis),
                            millis,
                            i % 2 == 0 ? "INBOX" : "Projects/2026",
                            millis - 30 * DAY,
                            2_345 + i,
                            i % 3 == 0 ? "" : "Siti Rahmawati",
                            "siti@example.com",
                            subject + " " + (i + 1)));
        }
    }

    @Override
    public void offer(String service, Service implementation) {}

    @Override
    public byte[] ask(NodeName node, String service, byte[] request, Duration limit) {
        if (away) {
            throw new TryLater("node " + node + " cannot be reached");
        }
        CountDownLatch latch = slow;
        try {
            if (latch != null && !latch.await(20, TimeUnit.SECONDS)) {
                throw new TryLater("too slow");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        return answer(service, new BinaryReader(request));
    }

    private synchronized byte[] answer(String service, BinaryReader request) {
        List<AccountRequests.Removed> mine =
                removed.computeIfAbsent(new AccountId(request.id()), a -> new ArrayList<>());
        return switch (service) {
            case AccountRequests.USAGE -> new AccountRequests.Kept(1_234_567, 89).write();
            case AccountRequests.REMOVED -> page(mine, AccountRequests.Question.read(request));
            case AccountRequests.RESTORE -> restore(mine, request);
            default -> throw new TryLater("nobody answers " + service);
        };
    }

    private static byte[] page(List<AccountRequests.Removed> all, AccountRequests.Question asked) {
        String text = asked.text().toLowerCase(Locale.ROOT);
        List<AccountRequests.Removed> rest = all.stream()
                .filter(m -> asked.before().isEmpty() || m.key().compareTo(asked.before()) < 0)
                .filter(m -> (m.subject() + "\n" + m.name() + "\n" + m.from() + "\n" + m.mailbox())
                        .toLowerCase(Locale.ROOT)
                        .contains(text))
                .toList();
        List<AccountRequests.Removed> shown = rest.subList(0, Math.min(rest.size(), asked.limit()));
        String next = shown.size() < rest.size() ? shown.getLast().key() : "";
        return new AccountRequests.Page(shown, next, 14 * DAY).write();
    }

    private byte[] restore(List<AccountRequests.Removed> mine, BinaryReader request) {
        List<String> keys = new ArrayList<>();
        for (int left = request.count(); left > 0; left--) {
            keys.add(request.text());
        }
        List<AccountRequests.Removed> found =
                mine.stream().filter(m -> keys.contains(m.key())).toList();
        if (found.size() > room) {
            throw new Refused(Refused.Reason.OVER_QUOTA, "the account is full: it keeps 1205 KiB in 89 messages");
        }
        mine.removeAll(found);
        back.addAll(found);
        return new BinaryWriter().varint(found.size()).toByteArray();
    }

    @Override
    public InputStream stream(NodeName node, String service, byte[] request, Duration limit) {
        return new ByteArrayInputStream(ask(node, service, request, limit));
    }
}
