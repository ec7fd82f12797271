package org.merpati.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Answers {@code GET /health/live}, {@code /health/ready} and {@code /metrics} (Prometheus' text form) over HTTP/1.1;
 * every other request is 404. For a private address.
 */
public final class HttpProbe implements Dialogue {
    private static final int HEAD_LIMIT = 8192;

    private final BooleanSupplier ready;
    private final Supplier<String> metrics;

    public HttpProbe(BooleanSupplier ready, Supplier<String> metrics) {
        this.ready = ready;
        this.metrics = metrics;
    }

    @Override
    public void serve(Connection connection) throws IOException {
        connection.idleTimeout(Duration.ofSeconds(10));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = connection.in().read();
            if (octet < 0 || head.length() > HEAD_LIMIT) {
                return;
            }
            head.append((char) octet);
        }
        String[] words = head.substring(0, head.indexOf("\r\n")).split(" ", -1);
        String path = words.length > 1 && words[0].equals("GET") ? words[1] : "";
        switch (path) {
            case "/health/live", "/health" -> answer(connection, "200 OK", "alive\n");
            case "/health/ready" -> {
                boolean is = ready.getAsBoolean();
                answer(connection, is ? "200 OK" : "503 Service Unavailable", is ? "ready\n" : "not ready\n");
            }
            case "/metrics" -> answer(connection, "200 OK", metrics.get());
            default -> answer(connection, "404 Not Found", "/health/live, /health/ready or /metrics\n");
        }
    }

    private static void answer(Connection connection, String status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
                + "Content-Length: " + body.length + "\r\nConnection: close\r\n\r\n";
        connection.out().write(head.getBytes(StandardCharsets.US_ASCII));
        connection.out().write(body);
        connection.out().flush();
    }
}
