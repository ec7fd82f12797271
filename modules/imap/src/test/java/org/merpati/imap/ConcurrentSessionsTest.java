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
    private static final Pattern FETCH = Pattern.compile("\\* (\\d+) FETCH \\(UID (\\d+)(?: FLAGS \\((.*)\\))?\\)");

    /** A client over a socket that keeps the UIDs by number (0 where it was told of none yet) and their flags. */
    private static final class Client {
        private final BufferedReader in;
        private final OutputStream out;
        private final Random chance;
        private final List<Long> uids = new ArrayList<>();
        private final Map<Long, String> flags = new TreeMap<>();
        private int tags;

        Client(Socket socket, long seed) throws IOException {
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            out = socket.getOutputStream();
            chance = new Random(seed);
            in.readLine();
            command("LOGIN budi secret");
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
        }

        private void hear(String line, boolean renumbers) {
            Matcher fetch = FETCH.matcher(line);
            if (line.endsWith(" EXPUNGE")) {
                assertThat(renumbers).as(line).isTrue();
                flags.remove(uids.remove(number(line) - 1));
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
        }

        private static int number(String line) {
            return Integer.parseInt(line.split(" ", 3)[1]);
        }

        void step() throws IOException {
            int number = uids.isEmpty() ? 0 : 1 + chance.nextInt(uids.size());
            String flag = List.of("\\Seen", "\\Flagged", "k1", "\\Deleted").get(chance.nextInt(4));
            switch (number == 0 ? 0 : chance.nextInt(8)) {
                case 0, 1 -> command("APPEND INBOX {1+}\r\nx");
                case 2 -> command("STORE " + number + " +FLAGS (" + flag + ")");
                case 3 -> command("STORE " + number + " FLAGS (" + flag + ")");
                case 4 -> command("EXPUNGE");
                case 5 -> command("FETCH " + number + " (UID FLAGS)");
                case 6 -> command("UID STORE " + Math.max(1, uids.get(number - 1)) + " -FLAGS (" + flag + ")");
                default -> command("NOOP");
            }
        }

        void settle() throws IOException {
            command("NOOP");
            command("FETCH 1:* (UID FLAGS)");
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
                    Client client = new Client(socket, own);
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
