package org.merpati.imap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.merpati.wire.Listener;
import org.merpati.wire.Network;

/** Clients that mean harm, over the real network: the others are served meanwhile, within bounds of memory and time. */
class HostileClientsTest {
    private static final int MEGABYTE = 1024 * 1024;

    private final Network network = new Network("test", 1);
    private ImapFixture fixture = open();
    private Listener listener = listen(fixture);

    private static ImapFixture open() {
        try {
            return new ImapFixture();
        } catch (IOException cannot) {
            throw new java.io.UncheckedIOException(cannot);
        }
    }

    private Listener listen(ImapFixture served) {
        try {
            InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
            return network.listen("imap", any, Optional.empty(), 1_000, served.service());
        } catch (IOException cannot) {
            throw new java.io.UncheckedIOException(cannot);
        }
    }

    @BeforeEach
    void letter() throws IOException {
        try (Client writer = new Client()) {
            String text = "Subject: x\r\n\r\n" + "all the same\r\n".repeat(6_000);
            assertThat(writer.ask("a APPEND INBOX {" + text.length() + "+}\r\n" + text))
                    .startsWith("a OK");
        }
    }

    @AfterEach
    void close() throws IOException {
        network.close();
        fixture.close();
    }

    /** A client that has logged in. */
    private final class Client implements AutoCloseable {
        private final Socket socket = new Socket("127.0.0.1", listener.address().getPort());
        private final OutputStream out = socket.getOutputStream();
        private final BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));

        Client() throws IOException {
            socket.setSoTimeout(20_000);
            in.readLine();
            ask("l LOGIN budi secret");
        }

        void say(String text) throws IOException {
            out.write((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }

        String ask(String text) throws IOException {
            say(text);
            String tag = text.substring(0, text.indexOf(' ') + 1);
            String line = in.readLine();
            while (line != null && !line.startsWith(tag)) {
                line = in.readLine();
            }
            return String.valueOf(line);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void aLineOfTenMegabytesIsReadAwayAndRefused() throws IOException {
        try (Client hostile = new Client();
                Client other = new Client()) {
            long before = used();
            byte[] chunk = "x".repeat(MEGABYTE).getBytes(StandardCharsets.US_ASCII);
            hostile.out.write("a LIST \"\" ".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 10; i++) {
                hostile.out.write(chunk);
            }
            assertThat(other.ask("b NOOP")).startsWith("b OK");
            assertThat(held(before, 5L * MEGABYTE))
                    .as("memory held for an endless line")
                    .isLessThan(5L * MEGABYTE);
            hostile.say("");
            assertThat(hostile.in.readLine()).startsWith("a BAD the line is longer than");
            assertThat(hostile.ask("c NOOP")).startsWith("c OK");
        }
    }

    @Test
    void aLiteralBeyondTheLimitIsRefusedBeforeItIsRead() throws IOException {
        try (Client hostile = new Client()) {
            assertThat(hostile.ask("a CREATE {2000000000}")).startsWith("a BAD the literal of 2000000000 octets");
            assertThat(hostile.ask("b APPEND INBOX {2000000000}")).startsWith("b NO [TOOBIG]");
            assertThat(hostile.ask("c NOOP")).startsWith("c OK");
            hostile.say("d CREATE {2000000000+}");
            assertThat(hostile.in.readLine()).startsWith("* BYE [TOOBIG]");
            assertThat(hostile.in.readLine()).isNull();
        }
    }

    @Test
    void aClientThatNeverReadsHoldsUpNobodyAndLittle() throws IOException {
        Client hostile = new Client();
        try (hostile.socket;
                Client other = new Client()) {
            hostile.ask("a EXAMINE INBOX");
            long before = used();
            Thread.ofVirtual().start(() -> flood(hostile));
            for (int i = 0; i < 50; i++) {
                assertThat(other.ask("n" + i + " STATUS INBOX (MESSAGES)")).startsWith("n" + i + " OK");
            }
            assertThat(held(before, 8L * MEGABYTE))
                    .as("memory held for who does not read")
                    .isLessThan(8L * MEGABYTE);
        }
    }

    /** What is held more than before, once what is on its way has become garbage; what is kept stays. */
    private static long held(long before, long enough) {
        long held = used() - before;
        for (int look = 0; look < 100 && held >= enough; look++) {
            LockSupport.parkNanos(50_000_000);
            held = used() - before;
        }
        return held;
    }

    /** Asks for 400 MB and reads nothing of it. */
    private static void flood(Client hostile) {
        try {
            for (int i = 0; i < 5_000; i++) {
                hostile.say("f FETCH 1 BODY.PEEK[]");
            }
        } catch (SocketException closed) {
            return;
        } catch (IOException gone) {
            throw new java.io.UncheckedIOException(gone);
        }
    }

    @Test
    void connectionsThatSayNothingHoldUpNobody() throws IOException {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                silent.add(new Socket("127.0.0.1", listener.address().getPort()));
            }
            try (Client other = new Client()) {
                assertThat(other.ask("a NOOP")).startsWith("a OK");
            }
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void aLoginWaitsLongerForEachThatFailed() throws IOException {
        try (Socket socket = fixture.connect()) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            in.readLine();
            long began = System.nanoTime();
            for (int i = 0; i < 3; i++) {
                socket.getOutputStream().write("a LOGIN budi wrong\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(in.readLine()).startsWith("a NO [AUTHENTICATIONFAILED]");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(149));
            assertThat(in.readLine()).startsWith("* BYE");
        }
    }
}
