package org.merpati.node.door;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/**
 * The admin API over HTTPS on {@code listeners.admin} (7071), on nodes without the console role, whose listener has it
 * beside its pages: {@code POST /api/admin}. HTTP/1.1 (RFC 9112) by the JDK's server.
 */
public final class AdminHttps implements AutoCloseable {
    // The JDK's server has its limits from the process; nothing else here uses it.
    static {
        System.setProperty("jdk.httpserver.maxConnections", "200");
        System.setProperty("sun.net.httpserver.maxReqTime", "30");
        System.setProperty("sun.net.httpserver.idleInterval", "30");
        System.setProperty("sun.net.httpserver.maxReqHeaderSize", "16384");
    }

    private final AdminApi api;
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * Opens the listener.
     *
     * @throws IOException if the address cannot be had; the message says which
     */
    public AdminHttps(InetSocketAddress address, SSLContext tls, AdminApi api) throws IOException {
        this.api = api;
        try {
            this.server = HttpsServer.create(address, 0);
        } catch (IOException taken) {
            throw new IOException(
                    "listener 'admin' cannot have " + address.getHostString() + ":" + address.getPort() + ": "
                            + taken.getMessage() + " (is another program or node using this port?)",
                    taken);
        }
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            AdminApi.Answer answer = answerTo(exchange);
            var headers = exchange.getResponseHeaders();
            headers.set("Content-Type", "application/json");
            headers.set("Cache-Control", "no-store");
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set("Strict-Transport-Security", "max-age=31536000");
            if (answer.status() == 401) {
                headers.set("WWW-Authenticate", "Bearer"); // RFC 6750 §3
            }
            exchange.sendResponseHeaders(answer.status(), answer.json().length);
            exchange.getResponseBody().write(answer.json());
        }
    }

    private AdminApi.Answer answerTo(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestURI().getPath().equals(AdminApi.PATH)) {
            return AdminApi.Answer.error(404, "there is nothing at this address; the admin API is at " + AdminApi.PATH);
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            return AdminApi.Answer.error(405, "the admin API takes POST");
        }
        byte[] body = exchange.getRequestBody().readNBytes(AdminRequest.LIMIT + 1);
        Optional<String> authorization =
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"));
        return api.answer(
                authorization, body, exchange.getRemoteAddress().getAddress().getHostAddress());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
