package org.merpati.console;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A browser without pages: HTTPS, cookies, the session's token. It believes any certificate. */
final class Visitor implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration LIMIT = Duration.ofSeconds(10);

    final Map<String, String> headers = new TreeMap<>();
    private final HttpClient client;
    private final String site;
    String cookie = "";

    Visitor(int port) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, null);
        client = HttpClient.newBuilder()
                .sslContext(context)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(LIMIT)
                .build();
        site = "https://127.0.0.1:" + port;
    }

    /** An answer of the API. */
    record Answer(int status, JsonNode json, HttpResponse<String> whole) {
        String error() {
            return json.get("error").asString();
        }
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(site + path)).timeout(LIMIT);
        headers.forEach(request::setHeader);
        return cookie.isEmpty() ? request : request.setHeader("Cookie", cookie);
    }

    HttpResponse<String> page(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }

    HttpResponse<InputStream> stream(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), BodyHandlers.ofInputStream());
    }

    Answer get(String path) throws IOException, InterruptedException {
        return answer(page(path));
    }

    Answer post(String path, Map<String, ?> body) throws IOException, InterruptedException {
        return postText(path, JSON.writeValueAsString(body));
    }

    Answer postText(String path, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).POST(HttpRequest.BodyPublishers.ofString(body));
        if (!headers.containsKey("Content-Type")) {
            request.setHeader("Content-Type", "application/json");
        }
        return answer(client.send(request.build(), BodyHandlers.ofString()));
    }

    private Answer answer(HttpResponse<String> response) {
        response.headers().firstValue("Set-Cookie").ifPresent(set -> cookie = set.substring(0, set.indexOf(';')));
        return new Answer(response.statusCode(), JSON.readTree(response.body()), response);
    }

    /** Signs in and keeps the session's token for the POSTs that follow. */
    Answer login(String name, String password) throws IOException, InterruptedException {
        Answer answer = post("/api/login", Map.of("name", name, "password", password));
        keepToken(answer);
        return answer;
    }

    void keepToken(Answer answer) {
        if (answer.status() == 200) {
            headers.put("X-CSRF-Token", answer.json().get("csrf").asString());
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    /** Believes every certificate. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
