package org.merpati.node;

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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.merpati.kernel.Failure;
import org.merpati.wire.InternalErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The local door of the admin operations: a Unix socket in the data folder that only the node's user can open. A
 * request is a line of JSON with {@code "do"} and the parameters; the answer is a line with {@code "ok"} and what it
 * says, or {@code "error"} and a sentence.
 */
final class AdminSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminSocket.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int LINE_LIMIT = 1 << 20;

    private final ServerSocketChannel server;
    private final Path path;
    private final Admin admin;

    AdminSocket(Path path, Admin admin) throws IOException {
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
            if (line != null && line.length() <= LINE_LIMIT) {
                out.write((JSON.writeValueAsString(answer(line)) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException gone) {
            // Whoever asked has gone.
        }
    }

    private Map<String, Object> answer(String line) {
        Map<String, Object> answer = new LinkedHashMap<>();
        try {
            JsonNode request = JSON.readTree(line);
            Map<String, String> parameters = new LinkedHashMap<>();
            request.properties()
                    .forEach(p -> parameters.put(p.getKey(), p.getValue().asString()));
            String operation = parameters.getOrDefault("do", "");
            answer.put("ok", admin.run(operation, parameters));
        } catch (Failure failure) {
            answer.put("error", failure.sentence());
        } catch (JacksonException | NumberFormatException malformed) {
            answer.put("error", "the request cannot be read: " + malformed.getMessage());
        } catch (IOException | RuntimeException bug) {
            InternalErrors.report("admin socket", bug);
            answer.put("error", "internal error: see the node's log");
        }
        return answer;
    }

    /**
     * Asks a node through its socket.
     *
     * @return the answer
     * @throws InterruptedIOException if it does not come within the limit
     * @throws IOException if nobody listens there
     */
    static JsonNode ask(Path path, Map<String, String> request, Duration limit) throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path));
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8))) {
            CompletableFuture<Boolean> answered = new CompletableFuture<>();
            CompletableFuture<Boolean> _ = answered.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .exceptionally(tooLate -> hangUp(client));
            try {
                Channels.newOutputStream(client)
                        .write((JSON.writeValueAsString(request) + "\n").getBytes(StandardCharsets.UTF_8));
                String line = in.readLine();
                if (line == null) {
                    throw new IOException("the node closed the connection");
                }
                return JSON.readTree(line);
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
