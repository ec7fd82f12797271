package org.merpati.dev;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The socket by which one {@code ./dev} tells the one that runs the cluster what to do: a line asks, a line answers.
 */
final class Control implements AutoCloseable {
    /** Its name in the folder of the cluster's data. */
    static final String SOCKET = "control.sock";

    /** Carries out a request and says what became of it. */
    @FunctionalInterface
    interface Verbs {
        String run(String verb, String node) throws IOException;
    }

    private final Path path;
    private final ServerSocketChannel server;

    Control(Path path, Verbs verbs) throws IOException {
        this.path = path;
        Files.deleteIfExists(path);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        Thread.ofPlatform().daemon().name("control").start(() -> accept(verbs));
    }

    private void accept(Verbs verbs) {
        while (server.isOpen()) {
            try (SocketChannel client = server.accept();
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8));
                    OutputStream out = Channels.newOutputStream(client)) {
                String line = in.readLine();
                if (line != null) {
                    out.write((answer(verbs, line) + "\n").getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException gone) {
                // Whoever asked has gone.
            }
        }
    }

    private static String answer(Verbs verbs, String line) {
        int space = line.indexOf(' ');
        try {
            return "ok "
                    + verbs.run(
                            space < 0 ? line : line.substring(0, space), space < 0 ? "" : line.substring(space + 1));
        } catch (IOException | RuntimeException failed) {
            return "no " + failed.getMessage();
        }
    }

    /**
     * Asks.
     *
     * @throws IOException if no cluster runs, or it could not do it
     */
    static String ask(Path path, String verb, String node) throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path));
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8))) {
            Channels.newOutputStream(client).write((verb + " " + node + "\n").getBytes(StandardCharsets.UTF_8));
            String answer = in.readLine();
            if (answer == null || !answer.startsWith("ok ")) {
                throw new IOException(answer == null ? "the cluster stopped" : answer.substring(3));
            }
            return answer.substring(3);
        }
    }

    /** Whether somebody listens there; a socket that a killed process left does not count. */
    static boolean answers(Path path) {
        try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return true;
        } catch (IOException left) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
    }
}
