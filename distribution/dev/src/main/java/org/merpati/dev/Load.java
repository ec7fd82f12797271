package org.merpati.dev;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.smtp.Reply;

/**
 * Steady load through the public listeners: senders by SMTP that try the next server when one fails, as a sending MTA
 * does, and for each account one IMAP client that appends, flags, moves and expunges messages of its own.
 */
public final class Load implements AutoCloseable {
    private static final Pattern APPENDUID = Pattern.compile("OK \\[APPENDUID (\\d+) (\\d+)].*");
    private static final Pattern COPYUID = Pattern.compile(".*\\[COPYUID (\\d+) (\\d+) (\\d+)].*");
    private static final List<String> FLAGS = List.of("\\Seen", "\\Flagged", "$Load");
    /** Each client begins something ten times a second, if servers answer as fast: a kill meets many things halfway. */
    public static final Duration DENSE = Duration.ofMillis(100);

    /** Eight mails and four commands an account each second: what also leaves a slow machine room to start nodes. */
    public static final Duration STEADY = Duration.ofMillis(250);

    private static final long PAUSE_NANOS = 100_000_000;
    private static final Duration PACE = Duration.ofSeconds(2);

    private final Ledger ledger;
    private final List<String> smtp;
    private final List<String> imap;
    private final Map<String, String> accounts;
    private final long beat;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong numbers = new AtomicLong();
    private final String run = Long.toString(System.nanoTime() & 0xffffffffL, 36);
    private final List<String> surprises = java.util.Collections.synchronizedList(new ArrayList<>());
    private volatile String lastFailure = "none";
    private volatile boolean stopped;

    /**
     * Begins.
     *
     * @param smtp the servers to send to, host:port
     * @param imap the doors for IMAP, host:port
     * @param accounts address to password
     * @param beat the least time between what one client begins
     */
    public Load(
            Ledger ledger,
            List<String> smtp,
            List<String> imap,
            Map<String, String> accounts,
            long seed,
            Duration beat) {
        this.ledger = ledger;
        this.smtp = smtp;
        this.imap = imap;
        this.accounts = accounts;
        this.beat = beat.toNanos();
        List<String> addresses = List.copyOf(accounts.keySet());
        for (int i = 0; i < 2; i++) {
            Random chance = new Random(seed + i);
            threads.add(Thread.ofVirtual().name("smtp-" + i).start(() -> send(addresses, chance)));
        }
        for (String address : addresses) {
            Random chance = new Random(seed ^ address.hashCode());
            threads.add(Thread.ofVirtual().name("imap-" + address).start(() -> mailbox(address, chance)));
        }
    }

    /** What a server answered that it must not. */
    public List<String> surprises() {
        return List.copyOf(surprises);
    }

    /** What a client met last, for the message of a test that waits in vain. */
    public String lastFailure() {
        return lastFailure;
    }

    /**
     * Waits until the senders together, and each account's client, were acknowledged so many things more from now on.
     *
     * @throws org.merpati.kernel.TryLater if they are not before the limit
     */
    public void awaitServed(Duration limit, int smtp, int imap) {
        int sent = ledger.count("smtp");
        Map<String, Integer> before = new HashMap<>();
        accounts.keySet().forEach(a -> before.put(a, ledger.count("imap " + a)));
        Await.until(
                () -> "every account is served; " + lastFailure,
                limit,
                () -> ledger.count("smtp") >= sent + smtp
                        && before.entrySet().stream()
                                .allMatch(b -> ledger.count("imap " + b.getKey()) >= b.getValue() + imap));
    }

    /**
     * Waits until this many mails and IMAP commands were acknowledged every second of late.
     *
     * @throws org.merpati.kernel.TryLater if they are not before the limit
     */
    public void awaitPace(Duration limit, int mails, int commands) {
        Await.until(
                () -> mails + " mails and " + commands + " commands a second, not " + lately("smtp") + " and "
                        + lately("imap") + " in " + PACE.toSeconds() + " s; " + lastFailure,
                limit,
                () -> lately("smtp") >= mails * PACE.toSeconds() && lately("imap") >= commands * PACE.toSeconds());
    }

    private long lately(String kind) {
        return ledger.lately(kind, PACE);
    }

    private void send(List<String> addresses, Random chance) {
        while (!stopped) {
            long began = System.nanoTime();
            String to = addresses.get(chance.nextInt(addresses.size()));
            String id = "smtp-" + run + "-" + numbers.incrementAndGet() + "@example.net";
            byte[] message = MailProbe.message("outside@example.net", to, "load", id);
            ledger.put(id, sent(to, true, false));
            for (int server = chance.nextInt(smtp.size()); !stopped; server++) {
                if (attempt(smtp.get(server % smtp.size()), to, id, message)) {
                    break;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            rest(began);
        }
    }

    /** Waits until the next may begin after one that began then. */
    private void rest(long began) {
        LockSupport.parkNanos(began + beat - System.nanoTime());
    }

    private boolean attempt(String server, String to, String id, byte[] message) {
        try {
            Reply reply = MailProbe.send(server, "outside@example.net", List.of(to), message);
            if (reply.positive()) {
                ledger.put(id, sent(to, false, ledger.get(id).resent()));
                ledger.ack("smtp");
                return true;
            }
            if (reply.permanentNegative()) {
                surprises.add("SMTP " + server + ": " + reply);
                return true;
            }
            // After a doubted direct delivery a 4xx leaves open whether the message was taken.
            ledger.put(id, sent(to, true, true));
            lastFailure = "SMTP " + server + ": " + reply;
        } catch (IOException broken) {
            lastFailure = "SMTP " + server + ": " + broken;
            ledger.put(id, sent(to, true, true));
        }
        return false;
    }

    private static Ledger.Fact sent(String to, boolean gone, boolean resent) {
        return new Ledger.Fact(to, List.of(new Ledger.Place("INBOX", 0, 0, Set.of())), gone, resent);
    }

    private void mailbox(String address, Random chance) {
        List<String> own = new ArrayList<>();
        for (int door = 0; !stopped; door++) {
            try (MailProbe.Imap client = new MailProbe.Imap(imap.get(door % imap.size()))) {
                client.ok("LOGIN " + address + " " + accounts.get(address));
                client.ok("SELECT INBOX");
                while (!stopped) {
                    long began = System.nanoTime();
                    step(client, address, own, chance);
                    rest(began);
                }
            } catch (IOException broken) {
                String said = String.valueOf(broken.getMessage());
                lastFailure = "IMAP " + address + ": " + broken;
                if (said.contains("SERVERBUG") || said.contains("BAD")) {
                    surprises.add("IMAP " + address + ": " + said);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void step(MailProbe.Imap client, String address, List<String> own, Random chance) throws IOException {
        int kind = own.size() < 5 ? 0 : chance.nextInt(4);
        if (kind == 0) {
            append(client, address, own);
            return;
        }
        String id = own.get(chance.nextInt(own.size()));
        Ledger.Place place = ledger.get(id).sure();
        if (place == null || !place.mailbox().equals("INBOX")) {
            own.remove(id);
            return;
        }
        switch (kind) {
            case 1 -> flag(client, address, id, place, chance);
            case 2 -> move(client, address, id, place);
            default -> expunge(client, address, id, place);
        }
        acked(address);
    }

    private void acked(String address) {
        ledger.ack("imap");
        ledger.ack("imap " + address);
    }

    /** What is so for sure after an answer. */
    private void sure(String id, String address, Ledger.Place place) {
        ledger.put(id, new Ledger.Fact(address, List.of(place), false, false));
    }

    private void append(MailProbe.Imap client, String address, List<String> own) throws IOException {
        String id = "imap-" + run + "-" + numbers.incrementAndGet() + "@example.net";
        byte[] message = MailProbe.message(address, address, "appended", id);
        Ledger.Place somewhere = new Ledger.Place("INBOX", 0, 0, Set.of("\\Seen"));
        ledger.put(id, new Ledger.Fact(address, List.of(somewhere), true, false));
        String answer = client.literal("APPEND INBOX (\\Seen)", message).getLast();
        Matcher matcher = APPENDUID.matcher(answer);
        if (!matcher.matches()) {
            throw new IOException("APPEND: " + answer);
        }
        long validity = Long.parseLong(matcher.group(1));
        long uid = Long.parseLong(matcher.group(2));
        sure(id, address, new Ledger.Place("INBOX", validity, uid, somewhere.flags()));
        own.add(id);
        acked(address);
    }

    private void flag(MailProbe.Imap client, String address, String id, Ledger.Place place, Random chance)
            throws IOException {
        Set<String> flags = new TreeSet<>(FLAGS);
        flags.removeIf(f -> chance.nextBoolean());
        Ledger.Place after = place.with(flags);
        ledger.put(id, new Ledger.Fact(address, List.of(place, after), false, false));
        client.ok("UID STORE " + place.uid() + " FLAGS (" + String.join(" ", flags) + ")");
        sure(id, address, after);
    }

    private void move(MailProbe.Imap client, String address, String id, Ledger.Place place) throws IOException {
        Ledger.Place archived = new Ledger.Place("Archive", 0, 0, place.flags());
        ledger.put(id, new Ledger.Fact(address, List.of(place, archived), false, false));
        for (String line : client.ok("UID MOVE " + place.uid() + " Archive")) {
            Matcher matcher = COPYUID.matcher(line);
            if (matcher.matches()) {
                long validity = Long.parseLong(matcher.group(1));
                long uid = Long.parseLong(matcher.group(3));
                sure(id, address, new Ledger.Place("Archive", validity, uid, place.flags()));
                return;
            }
        }
        throw new IOException("MOVE: no COPYUID for UID " + place.uid());
    }

    private void expunge(MailProbe.Imap client, String address, String id, Ledger.Place place) throws IOException {
        Set<String> flags = new TreeSet<>(place.flags());
        flags.add("\\Deleted");
        ledger.put(id, new Ledger.Fact(address, List.of(place, place.with(flags)), true, false));
        client.ok("UID STORE " + place.uid() + " +FLAGS.SILENT (\\Deleted)");
        client.ok("UID EXPUNGE " + place.uid());
        ledger.put(id, new Ledger.Fact(address, List.of(), true, false));
    }

    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join(30_000);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
