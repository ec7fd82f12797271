package org.merpati.filter.virus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.filter.Action;
import org.merpati.filter.Suspect;
import org.merpati.filter.Suspects;
import org.merpati.kernel.Clock;

/** The guard against Debian's clamd, which knows one signature of our own. */
class RealClamdTest {
    private static final Path CLAMD = Path.of("/usr/sbin/clamd");
    private static final String EVIL = "a-text-that-only-this-test-calls-a-virus";

    @TempDir
    Path folder;

    @Test
    void debiansClamdFindsWhatItKnowsOverBothKindsOfSocket() throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.isExecutable(CLAMD), "clamd is not installed: apt-get install clamav-daemon");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path socket = folder.resolve("clamd.ctl");
        Path signatures = Files.createDirectory(folder.resolve("db"));
        String hex = HexFormat.of().formatHex(EVIL.getBytes(StandardCharsets.US_ASCII));
        Files.writeString(signatures.resolve("own.ndb"), "Merpati.Test:0:*:" + hex + "\n");
        Path conf = Files.writeString(
                folder.resolve("clamd.conf"),
                "Foreground yes\nDatabaseDirectory " + signatures + "\nLocalSocket " + socket + "\nTCPSocket " + port
                        + "\nTCPAddr 127.0.0.1\nStreamMaxLength 1M\n");
        Process clamd = new ProcessBuilder(CLAMD.toString(), "-c", conf.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        try {
            long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (!Files.exists(socket) && System.nanoTime() < end) {
                LockSupport.parkNanos(20_000_000);
            }
            for (String address : List.of("unix:" + socket, "127.0.0.1:" + port)) {
                VirusGuard guard = new VirusGuard(
                        List.of(new ScannerAddress(address)), Action.DEFER, Duration.ofSeconds(20), Clock.system());
                assertThat(guard.object(message("nothing of note"))
                                .orElseThrow()
                                .action())
                        .isEqualTo(Action.DELIVER);
                assertThat(guard.object(message(EVIL)).orElseThrow().finding().why())
                        .startsWith("it holds the virus Merpati.Test");
                assertThat(guard.object(message("x".repeat(3_000_000)))
                                .orElseThrow()
                                .action())
                        .isEqualTo(Action.DELIVER);
            }
        } finally {
            clamd.destroy();
            assertThat(clamd.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static Suspect message(String text) throws IOException {
        return Suspects.of("", "", "Subject: x\r\n\r\n" + text + "\r\n");
    }
}
