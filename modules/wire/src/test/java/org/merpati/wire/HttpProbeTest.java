package org.merpati.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpProbeTest {
    private final Network network = new Network("test", 1);
    private final HttpClient client = HttpClient.newHttpClient();
    private volatile boolean ready;
    private InetSocketAddress address = new InetSocketAddress(0);

    @BeforeEach
    void listen() throws IOException {
        HttpProbe probe = new HttpProbe(() -> ready, () -> "merpati_part_ready{part=\"x\"} 1\n");
        address = network.listen("metrics", new InetSocketAddress("127.0.0.1", 0), Optional.empty(), 10, probe)
                .address();
    }

    @AfterEach
    void close() {
        client.close();
        network.close();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + path))
                .timeout(Duration.ofSeconds(60))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aNodeThatIsAliveIsNotYetReady() throws Exception {
        assertThat(get("/health").statusCode()).isEqualTo(200);
        assertThat(get("/health/ready").statusCode()).isEqualTo(503);
        ready = true;
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsAreShownInPrometheusTextForm() throws Exception {
        HttpResponse<String> metrics = get("/metrics");
        assertThat(metrics.body()).isEqualTo("merpati_part_ready{part=\"x\"} 1\n");
        assertThat(metrics.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain; version=0.0.4");
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
    }
}
