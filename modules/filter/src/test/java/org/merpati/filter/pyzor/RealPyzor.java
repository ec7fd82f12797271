package org.merpati.filter.pyzor;

import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;

/** Debian's pyzord, and its client to report messages with. */
final class RealPyzor implements AutoCloseable {
    private static final Path SERVER = Path.of("/usr/bin/pyzord");
    private static final long LIMIT_SECONDS = 30;

    private final Path home;
    private final InetSocketAddress address;
    private final Process server;

    /** Starts the server and waits until it answers. */
    RealPyzor(Path home) throws IOException, InterruptedException {
        this.home = home;
        try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
        }
        Files.writeString(home.resolve("servers"), "127.0.0.1:" + address.getPort() + "\n");
        // The rights of a server that is asked by nobody in particular (pyzord's default lets only some report).
        Files.writeString(home.resolve("pyzord.access"), "check report ping pong info whitelist : anonymous : allow\n");
        server = new ProcessBuilder(
                        SERVER.toString(),
                        "--homedir=" + home,
                        "-a",
                        "127.0.0.1",
                        "-p",
                        "" + address.getPort(),
                        "-e",
                        "gdbm",
                        "--dsn=" + home.resolve("digests"))
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("server.log").toFile())
                .start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (run("ping", new byte[0]) != 0) {
            if (!server.isAlive() || System.nanoTime() > end) {
                server.destroy();
                throw new IOException("pyzord does not answer: " + Files.readString(home.resolve("server.log")));
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    static void assumeHere() throws IOException, InterruptedException {
        boolean here = Files.isExecutable(SERVER)
                && new ProcessBuilder("/usr/bin/python3", "-c", "import _gdbm")
                                .start()
                                .waitFor()
                        == 0;
        Assumptions.assumeTrue(here, "pyzord is not installed: apt-get install pyzor python3-gdbm");
    }

    InetSocketAddress address() {
        return address;
    }

    /** Reports a message, or calls it wanted. */
    void tell(String operation, byte[] message) throws IOException, InterruptedException {
        int code = run(operation, message);
        if (code != 0) {
            throw new IOException("pyzor " + operation + " ends with " + code);
        }
    }

    private int run(String operation, byte[] input) throws IOException, InterruptedException {
        Process client = new ProcessBuilder("/usr/bin/pyzor", "--homedir=" + home, "-t", "5", operation)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        home.resolve("client.log").toFile()))
                .start();
        try (OutputStream in = client.getOutputStream()) {
            in.write(input);
        }
        return client.waitFor();
    }

    @Override
    public void close() throws IOException {
        server.destroy();
        server.onExit().join();
    }
}
