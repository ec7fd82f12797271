package org.merpati.node.door;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.merpati.kernel.Failure;
import org.merpati.wire.InternalErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * The local door of the admin operations: a Unix socket in the data folder that only the node's user can open. A
 * request is a line, and so is the answer ({@link AdminRequest}).
 */
public final class AdminSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminSocket.class);

    private final ServerSocketChannel server;
    private final Path path;
    private final Operations admin;

    /**
     * Opens the socket.
     *
     * @throws IOException if it cannot be made
     */
    public AdminSocket(Path path, Operations admin) throws IOException {
        this.path = path;
        this.admin = admin;
        Files.deleteIfExists(path);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        Thread.ofPlatform().daemon().name("admin-socket").start(this::accept);
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                Thread.ofVirtual().name("admin").start(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(SocketChannel client) {
        try (client;
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8));
                OutputStream out = Channels.newOutputStream(client)) {
            String line = in.readLine();
            if (line != null && line.length() <= AdminRequest.LIMIT) {
                out.write(answer(line.getBytes(StandardCharsets.UTF_8)));
                out.write('\n');
            }
        } catch (IOException gone) {
            // Whoever asked has gone.
        }
    }

    private byte[] answer(byte[] line) {
        try {
            AdminRequest request = AdminRequest.read(line);
            return AdminRequest.ok(admin.run(request.operation(), request.parameters()));
        } catch (Failure failure) {
            return AdminRequest.error(failure.sentence());
        } catch (NumberFormatException malformed) {
            return AdminRequest.error("the request cannot be read: " + malformed.getMessage());
        } catch (IOException | RuntimeException bug) {
            InternalErrors.report("admin socket", bug);
            return AdminRequest.error("internal error: see the node's log");
        }
    }

    /**
     * Asks a node through its socket.
     *
     * @return the answer
     * @throws InterruptedIOException if it does not come within the limit
     * @throws IOException if nobody listens there
     */
    static JsonNode ask(Path path, AdminRequest request, Duration limit) throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path));
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8))) {
            CompletableFuture<Boolean> answered = new CompletableFuture<>();
            CompletableFuture<Boolean> _ = answered.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .exceptionally(tooLate -> hangUp(client));
            try {
                OutputStream out = Channels.newOutputStream(client);
                out.write(request.write());
                out.write('\n');
                String line = in.readLine();
                if (line == null) {
                    throw new IOException("the node closed the connection");
                }
                return AdminRequest.answer(line.getBytes(StandardCharsets.UTF_8));
            } catch (AsynchronousCloseException tooLate) {
                throw new InterruptedIOException("no answer within " + limit.toMillis() + " ms");
            } finally {
                answered.complete(true);
            }
        }
    }

    private static boolean hangUp(SocketChannel client) {
        try {
            client.close();
        } catch (IOException gone) {
            LOG.debug("a node that does not answer cannot be left: {}", gone.getMessage());
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
    }
}
