package org.merpati.filter.pyzor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;
import org.merpati.filter.Suspects;

/** The check against Debian's pyzord, and against servers that answer as they must not. */
class PyzorCheckTest {
    private static final byte[] MESSAGE =
            "Subject: x\r\n\r\nBuy now, it is cheap and good for all\r\n".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path home;

    private static Suspect suspect() throws IOException {
        return Suspects.of("", "", MESSAGE);
    }

    @Test
    void whatWasReportedFiveTimesIsFoundUntilItIsCalledWanted() throws IOException, InterruptedException {
        RealPyzor.assumeHere();
        try (RealPyzor pyzor = new RealPyzor(home)) {
            PyzorCheck check = new PyzorCheck(pyzor.address(), Duration.ofSeconds(10));
            assertThat(check.check(suspect())).isEmpty();
            for (int i = 0; i < 4; i++) {
                pyzor.tell("report", MESSAGE);
            }
            assertThat(check.check(suspect())).isEmpty();
            pyzor.tell("report", MESSAGE);
            assertThat(check.check(suspect()))
                    .singleElement()
                    .satisfies(found -> assertThat(found.symbol()).isEqualTo("PYZOR"))
                    .satisfies(found -> assertThat(found.score()).isPositive())
                    .satisfies(found -> assertThat(found.why()).startsWith("reported 5 times to "));
            pyzor.tell("whitelist", MESSAGE);
            assertThat(check.check(suspect())).isEmpty();
        }
    }

    /** What a check says of a server that answers each question so; the first answer is lost. */
    private static List<Finding> answered(UnaryOperator<String> answer) throws IOException {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> serve(server, answer));
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
            return new PyzorCheck(address, Duration.ofSeconds(1)).check(suspect());
        }
    }

    private static void serve(DatagramSocket server, UnaryOperator<String> answer) {
        DatagramPacket packet = new DatagramPacket(new byte[1024], 1024);
        try {
            for (int question = 0; ; question++) {
                server.receive(packet);
                String asked = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
                byte[] octets = answer.apply(asked.replaceAll("(?s).*Thread: (\\d+).*", "$1"))
                        .getBytes(StandardCharsets.ISO_8859_1);
                if (question > 0) {
                    server.send(new DatagramPacket(octets, octets.length, packet.getSocketAddress()));
                }
            }
        } catch (SocketException closed) {
            // The test is over.
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Test
    void aLostDatagramIsAskedForAgain() throws IOException {
        assertThat(answered(
                        thread -> "Code: 200\nDiag: OK\nPV: 2.1\nThread: " + thread + "\nCount: 7\nWL-Count: 0\n\n"))
                .singleElement()
                .satisfies(found -> assertThat(found.symbol()).isEqualTo("PYZOR"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Code: 200\nThread: 1\nCount: 9\nWL-Count: 0\n\n",
                "Code: 200\nThread: T\nCount: many\nWL-Count: 0\n\n",
                "Code: 200\nThread: T\nCount: 9\n\n",
                "Code: 401\nDiag: Unauthorized\nThread: T\n\n",
                "Thread: T\nCount: 9\nWL-Count: 0\n\n"
            })
    void whatIsNoAnswerCountsForNothing(String answer) throws IOException {
        assertThat(answered(thread -> answer.replace("Thread: T", "Thread: " + thread)))
                .singleElement()
                .satisfies(found -> assertThat(found.symbol()).isEqualTo("PYZOR_UNANSWERED"))
                .satisfies(found -> assertThat(found.score()).isZero());
    }
}
