package org.merpati.imap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.merpati.store.View;

/** Clients that write to one mailbox at once, each believing only what it is told, end with the same mailbox. */
class ConcurrentSessionsTest {
    private static final int CLIENTS = 4;
    private static final int STEPS = 150;
    private static final Pattern FETCH =
            Pattern.compile("\\* (\\d+) FETCH \\(UID (\\d+)(?: FLAGS \\(([^)]*)\\))?(?: MODSEQ \\(\\d+\\))?\\)");
    private static final Pattern HIGHEST = Pattern.compile(".* OK \\[HIGHESTMODSEQ (\\d+)\\].*");
    private static final String VANISHED = "* VANISHED ";
    private static final String EARLIER = "* VANISHED (EARLIER) ";

    /**
     * A client over a socket that keeps the UIDs by number (0 where it was told of none yet) and their flags. Every
     * other one speaks QRESYNC: it leaves the mailbox now and then, and is told what it missed.
     */
    private static final class Client {
        private final BufferedReader in;
        private final OutputStream out;
        private final Random chance;
        private final List<Long> uids = new ArrayList<>();
        private final Map<Long, String> flags = new TreeMap<>();
        private final boolean resyncs;
        private int tags;
        private long highest;
        private String uidValidity = "";

        Client(Socket socket, long seed, boolean resyncs) throws IOException {
            this.resyncs = resyncs;
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            out = socket.getOutputStream();
            chance = new Random(seed);
            in.readLine();
            command("LOGIN budi secret");
            if (resyncs) {
                command("ENABLE QRESYNC");
            }
            command("SELECT INBOX");
        }

        void command(String text) throws IOException {
            String tag = "t" + tags++;
            out.write((tag + " " + text + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.flush();
            boolean renumbers = !text.startsWith("FETCH") && !text.startsWith("STORE") && !text.startsWith("SEARCH");
            String line = in.readLine();
            while (line != null && !line.startsWith(tag + " ")) {
                hear(line, renumbers);
                line = in.readLine();
            }
            assertThat(line).as(text).isNotNull().matches(tag + " (OK|NO \\[EXPUNGEISSUED\\]).*");
            note(line);
        }

        /** Takes note of where it stands; not while it knows of messages by their number alone. */
        private void note(String line) {
            Matcher matcher = HIGHEST.matcher(line);
            if (matcher.matches() && !uids.contains(0L)) {
                highest = Long.parseLong(matcher.group(1));
            } else if (line.startsWith("* OK [UIDVALIDITY ")) {
                uidValidity = line.replaceAll("[^0-9]+", " ").strip();
            }
        }

        /** Leaves the mailbox, comes back, and asks for what has happened. */
        private void resync() throws IOException {
            command("UNSELECT");
            String tag = "t" + tags++;
            String select = " SELECT INBOX (QRESYNC (" + uidValidity + " " + highest + "))\r\n";
            out.write((tag + select).getBytes(StandardCharsets.US_ASCII));
            out.flush();
            uids.clear();
            int exists = -1;
            String line = in.readLine();
            while (line != null && !line.startsWith(tag + " ")) {
                Matcher fetch = FETCH.matcher(line);
                if (line.endsWith(" EXISTS")) {
                    exists = number(line);
                } else if (line.startsWith(EARLIER)) {
                    expand(line.substring(EARLIER.length())).forEach(flags::remove);
                } else if (fetch.matches()) {
                    flags.put(Long.parseLong(fetch.group(2)), fetch.group(3).replaceAll(" ?\\\\Recent", ""));
                }
                note(line);
                line = in.readLine();
            }
            assertThat(line).isNotNull().startsWith(tag + " OK");
            uids.addAll(flags.keySet());
            assertThat(uids).as("messages after QRESYNC").hasSize(exists);
        }

        private static List<Long> expand(String set) {
            List<Long> all = new ArrayList<>();
            for (String range : set.split(",", -1)) {
                String[] ends = range.split(":", -1);
                for (long uid = Long.parseLong(ends[0]); uid <= Long.parseLong(ends[ends.length - 1]); uid++) {
                    all.add(uid);
                }
            }
            return all;
        }

        private void hear(String line, boolean renumbers) {
            Matcher fetch = FETCH.matcher(line);
            if (line.endsWith(" EXPUNGE")) {
                assertThat(renumbers).as(line).isTrue();
                assertThat(resyncs).as(line).isFalse();
                flags.remove(uids.remove(number(line) - 1));
            } else if (line.startsWith(EARLIER)) {
                assertThat(uids).as(line).doesNotContainAnyElementsOf(expand(line.substring(EARLIER.length())));
            } else if (line.startsWith(VANISHED)) {
                assertThat(renumbers && resyncs).as(line).isTrue();
                for (long uid : expand(line.substring(VANISHED.length()))) {
                    int at = place(uid);
                    assertThat(uids.remove(at)).as(line).isIn(0L, uid);
                    flags.remove(uid);
                }
            } else if (line.endsWith(" EXISTS")) {
                assertThat(number(line)).isGreaterThanOrEqualTo(uids.size());
                while (uids.size() < number(line)) {
                    uids.add(0L);
                }
            } else if (fetch.matches()) {
                int number = Integer.parseInt(fetch.group(1));
                long uid = Long.parseLong(fetch.group(2));
                assertThat(uids.get(number - 1)).as(line).isIn(0L, uid);
                uids.set(number - 1, uid);
                if (fetch.group(3) != null) {
                    flags.put(uid, fetch.group(3).replaceAll(" ?\\\\Recent", ""));
                }
            }
            note(line);
        }

        /** Where a UID is or, if its number is not known, where one is of which that is so and that can be it. */
        private int place(long uid) {
            int place = uids.indexOf(uid);
            if (place < 0) {
                int known = uids.size() - 1;
                while (known >= 0 && (uids.get(known) == 0 || uids.get(known) > uid)) {
                    known--;
                }
                place = known + 1;
            }
            return place;
        }

        private static int number(String line) {
            return Integer.parseInt(line.split(" ", 3)[1]);
        }

        void step() throws IOException {
            int number = uids.isEmpty() ? 0 : 1 + chance.nextInt(uids.size());
            String flag = List.of("\\Seen", "\\Flagged", "k1", "\\Deleted").get(chance.nextInt(4));
            switch (number == 0 ? 0 : chance.nextInt(12)) {
                case 0, 1 -> command("APPEND INBOX {1+}\r\nx");
                case 2 -> command("STORE " + number + " +FLAGS (" + flag + ")");
                case 3 -> command("STORE " + number + " FLAGS (" + flag + ")");
                case 4 -> command("EXPUNGE");
                case 5 -> command("FETCH " + number + " (UID FLAGS)");
                case 6 -> command("UID STORE " + Math.max(1, uids.get(number - 1)) + " -FLAGS (" + flag + ")");
                case 7 -> command("SEARCH RETURN (SAVE) DELETED");
                case 8 -> command("UID FETCH $ (FLAGS)");
                case 9 -> leave();
                case 10 -> {
                    if (resyncs) {
                        command("UID FETCH 1:* (FLAGS) (CHANGEDSINCE " + highest + " VANISHED)");
                    }
                }
                default -> command("NOOP");
            }
        }

        private void leave() throws IOException {
            if (resyncs) {
                command("UID FETCH 1:* (FLAGS)");
                resync();
            }
        }

        void settle() throws IOException {
            command("NOOP");
            command("FETCH 1:* (UID FLAGS)");
        }
    }

    /** A client without sequence numbers (UIDONLY): it knows how many messages there are, and flags by UID. */
    private static final class UidClient {
        private static final Pattern UIDFETCH =
                Pattern.compile("\\* (\\d+) UIDFETCH \\((?:FLAGS \\(([^)]*)\\))? ?(?:MODSEQ \\(\\d+\\))?\\)");

        private final BufferedReader in;
        private final OutputStream out;
        private final Random chance;
        private final Map<Long, String> flags = new TreeMap<>();
        private int exists;
        private int tags;

        UidClient(Socket socket, long seed) throws IOException {
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            out = socket.getOutputStream();
            chance = new Random(seed);
            in.readLine();
            command("LOGIN budi secret");
            command("ENABLE UIDONLY IMAP4rev2");
            command("SELECT INBOX");
        }

        void command(String text) throws IOException {
            String tag = "u" + tags++;
            out.write((tag + " " + text + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.flush();
            String line = in.readLine();
            while (line != null && !line.startsWith(tag + " ")) {
                hear(line);
                line = in.readLine();
            }
            assertThat(line).as(text).isNotNull().startsWith(tag + " OK");
        }

        private void hear(String line) {
            Matcher fetch = UIDFETCH.matcher(line);
            assertThat(line).doesNotContain("Recent", "RECENT").doesNotMatch("\\* \\d+ (FETCH|EXPUNGE).*");
            if (line.startsWith(VANISHED)) {
                for (long uid : Client.expand(line.substring(VANISHED.length()))) {
                    exists--;
                    flags.remove(uid);
                }
            } else if (line.endsWith(" EXISTS")) {
                assertThat(Client.number(line)).isGreaterThanOrEqualTo(exists);
                exists = Client.number(line);
            } else if (fetch.matches() && fetch.group(2) != null) {
                flags.put(Long.parseLong(fetch.group(1)), fetch.group(2));
            }
        }

        void step() throws IOException {
            long uid = flags.isEmpty() ? 1 : List.copyOf(flags.keySet()).get(chance.nextInt(flags.size()));
            switch (chance.nextInt(6)) {
                case 0 -> command("APPEND INBOX {1+}\r\nx");
                case 1 -> command("UID STORE " + uid + " +FLAGS (\\Deleted)");
                case 2 -> command("UID STORE " + uid + " FLAGS (k2)");
                case 3 -> command("EXPUNGE");
                case 4 -> command("UID FETCH 1:* (FLAGS)");
                default -> command("NOOP");
            }
        }
    }

    @Test
    void aClientWithoutNumbersEndsWithTheMailboxToo() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        try (ImapFixture fixture = new ImapFixture();
                Socket counting = fixture.connect();
                Socket other = fixture.connect();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Client client = new Client(counting, seed, false);
            UidClient uidClient = new UidClient(other, seed + 1);
            Callable<Boolean> run = () -> {
                for (int step = 0; step < STEPS; step++) {
                    client.step();
                }
                return true;
            };
            Future<Boolean> running = threads.submit(run);
            for (int step = 0; step < STEPS; step++) {
                uidClient.step();
            }
            assertThat(running.get()).isTrue();
            client.settle();
            uidClient.command("NOOP"); // what the other one added last is told now, and fetched then
            uidClient.command("UID FETCH 1:* (FLAGS)");
            compare(client, fixture, seed);
            assertThat(uidClient.flags)
                    .as("seed %s", seed)
                    .isEqualTo(client.flags)
                    .hasSize(uidClient.exists);
        }
    }

    @Test
    void everyClientEndsWithTheMailboxAsItIs() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        List<Socket> sockets = new ArrayList<>();
        try (ImapFixture fixture = new ImapFixture();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Client>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Socket socket = fixture.connect();
                sockets.add(socket);
                long own = seed + i;
                Callable<Client> run = () -> {
                    Client client = new Client(socket, own, own % 2 == 0);
                    for (int step = 0; step < STEPS; step++) {
                        client.step();
                    }
                    return client;
                };
                clients.add(threads.submit(run));
            }
            List<Client> done = new ArrayList<>();
            for (Future<Client> client : clients) {
                done.add(client.get());
            }
            for (Client client : done) {
                client.command("NOOP");
                Map<Long, String> told = new TreeMap<>(client.flags);
                client.settle();
                assertThat(client.flags).as("seed %s", seed).containsAllEntriesOf(told);
                compare(client, fixture, seed);
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private static void compare(Client client, ImapFixture fixture, long seed) {
        var mailbox = fixture.store().mailbox(ImapFixture.BUDI, "INBOX").orElseThrow();
        View view = fixture.store().view(ImapFixture.BUDI, mailbox.id());
        assertThat(client.uids).as("seed %s", seed).hasSize(view.size());
        for (int place = 0; place < view.size(); place++) {
            long uid = view.message(place).uid();
            assertThat(client.uids.get(place)).isEqualTo(uid);
            assertThat(client.flags.get(uid))
                    .isEqualTo(view.message(place).flags().toString());
        }
    }
}
