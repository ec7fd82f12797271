package org.merpati.console;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A headless Chromium with one page, driven over the DevTools protocol. */
final class Chromium implements AutoCloseable {
    static final Path PROGRAM = Path.of("/usr/bin/chromium");
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Process process;
    private final Path profile;
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final String session;

    Chromium(Path profile) throws Exception {
        this.profile = profile;
        process = new ProcessBuilder(
                        PROGRAM.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--user-data-dir=" + profile,
                        "--ignore-certificate-errors",
                        "--remote-debugging-port=0",
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(profile.resolveSibling("chromium.log").toFile())
                .start();
        try {
            List<String> door = door();
            socket = client.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://127.0.0.1:" + door.get(0) + door.get(1)), new Answers())
                    .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            String target = call("Target.createTarget", Map.of("url", "about:blank"), "")
                    .get("targetId")
                    .asString();
            session = call("Target.attachToTarget", Map.of("targetId", target, "flatten", true), "")
                    .get("sessionId")
                    .asString();
            call("Page.enable", Map.of());
        } catch (Exception | AssertionError failed) {
            process.destroyForcibly();
            throw failed;
        }
    }

    /** The port and path that Chromium writes into its profile when it listens. */
    private List<String> door() throws IOException {
        Path file = profile.resolve("DevToolsActivePort");
        Await.until("Chromium listens, or it has ended", LIMIT, () -> {
            try {
                return !process.isAlive()
                        || (Files.exists(file) && Files.readAllLines(file).size() == 2);
            } catch (IOException early) {
                return false;
            }
        });
        if (!process.isAlive()) {
            throw new IOException("Chromium ended: " + Files.readString(profile.resolveSibling("chromium.log")));
        }
        return Files.readAllLines(file);
    }

    JsonNode call(String method, Map<String, ?> parameters) throws Exception {
        return call(method, parameters, session);
    }

    private JsonNode call(String method, Map<String, ?> parameters, String to) throws Exception {
        int number = numbers.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(number, answer);
        Map<String, Object> message = new java.util.HashMap<>();
        message.put("id", number);
        message.put("method", method);
        message.put("params", parameters);
        if (!to.isEmpty()) {
            message.put("sessionId", to);
        }
        socket.sendText(JSON.writeValueAsString(message), true).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        JsonNode said = answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (said.has("error")) {
            throw new AssertionError(method + ": " + said.get("error"));
        }
        return said.get("result");
    }

    void open(String url) throws Exception {
        call("Page.navigate", Map.of("url", url));
    }

    /** The value of an expression in the page, as text. */
    String value(String expression) throws Exception {
        JsonNode said = call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
        if (said.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + said.get("exceptionDetails"));
        }
        JsonNode value = said.at("/result/value");
        return value.isMissingNode() ? "" : value.asString();
    }

    /** Waits until an expression is true; in between, pages may come and go. */
    void until(String expression, Duration limit) {
        Await.until(expression, limit, () -> {
            try {
                return value("Boolean(" + expression + ")").equals("true");
            } catch (AssertionError notYet) {
                return false;
            } catch (Exception broken) {
                throw new IllegalStateException(broken);
            }
        });
    }

    /** Types into an element as a person does. */
    void type(String selector, String text) throws Exception {
        until("document.querySelector('" + selector + "')", LIMIT);
        value("document.querySelector('" + selector + "').focus()");
        call("Input.insertText", Map.of("text", text));
    }

    /** Presses Enter where the focus is. */
    void enter() throws Exception {
        for (String type : List.of("keyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    Map.of("type", type, "key", "Enter", "code", "Enter", "text", "\r", "windowsVirtualKeyCode", 13));
        }
    }

    void size(int width, int height) throws Exception {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
    }

    void dark(boolean on) throws Exception {
        call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", on ? "dark" : "light"))));
    }

    /** Writes a picture of the whole page, in PNG. */
    void picture(Path file) throws Exception {
        String data = call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true))
                .get("data")
                .asString();
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode(data));
    }

    @Override
    public void close() {
        socket.abort();
        client.shutdownNow();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly()
                .onExit()
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** Hands each answer to who waits for it. */
    private final class Answers implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                JsonNode message = JSON.readTree(text.toString());
                text.setLength(0);
                CompletableFuture<JsonNode> asked =
                        message.has("id") ? waiting.remove(message.get("id").asInt()) : null;
                if (asked != null) {
                    asked.complete(message);
                }
            }
            from.request(1);
            return CompletableFuture.completedFuture(null);
        }
    }
}
