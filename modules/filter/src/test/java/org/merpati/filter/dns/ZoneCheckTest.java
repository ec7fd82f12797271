package org.merpati.filter.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;
import org.merpati.filter.Suspects;
import org.merpati.kernel.Malformed;

/** Lists that are asked by DNS, against a name server on loopback. */
class ZoneCheckTest {
    private static final String TEXT = """
            From: X <x@shop.example.org>
            Content-Type: text/html; charset=utf-8

            <a href="https://user@Pills.Bad.Example/x?y">buy</a> http://192.0.2.99/ www.fine.example,
            """;

    private LoopbackDns server;

    @BeforeEach
    void open() throws IOException {
        server = new LoopbackDns();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private List<Finding> check(String client, Duration limit, String... zones) throws IOException {
        List<Zone> parsed = new ArrayList<>();
        for (String zone : zones) {
            parsed.add(Zone.parse(zone));
        }
        Suspect suspect = Suspects.of(client, "b@mail.example.net", TEXT);
        return new ZoneCheck(server.client(), parsed, limit).check(suspect);
    }

    private List<String> symbols(String client, String... zones) throws IOException {
        return check(client, Duration.ofSeconds(5), zones).stream()
                .map(f -> f.symbol() + " " + f.score())
                .toList();
    }

    @Test
    void aListedClientWeighsWhatTheAnswerSays() throws IOException {
        server.with("7.2.0.192.bl.example", "A", "127.0.0.2").with("7.2.0.192.bl.example", "A", "127.0.0.11");
        String zone = "client bl.example 127.0.0.2-127.0.0.3=2.5 127.0.0.9=9 127.0.0.10-127.0.0.12=1";
        assertThat(symbols("192.0.2.7", zone)).containsExactlyInAnyOrder("DNS_BL_EXAMPLE 2.5", "DNS_BL_EXAMPLE 1.0");
        assertThat(symbols("192.0.2.8", zone)).isEmpty();
        assertThat(symbols("", zone)).isEmpty();
        assertThat(symbols("10.0.0.1", zone)).isEmpty();
    }

    @Test
    void anAnswerThatIsNoListsAnswerCountsForNothing() throws IOException {
        server.with("7.2.0.192.bl.example", "A", "203.0.113.1");
        assertThat(symbols("192.0.2.7", "client bl.example 127.0.0.0-127.255.255.255=5"))
                .isEmpty();
    }

    @Test
    void aListMaySpeakForAClientOfTheNewProtocolToo() throws IOException {
        server.with("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.wl.example", "A", "127.0.0.5");
        assertThat(symbols("2001:db8::1", "client wl.example 127.0.0.5=-3")).containsExactly("DNS_WL_EXAMPLE -3.0");
    }

    @Test
    void linksAndSendersAreAskedForByTheirDomains() throws IOException {
        server.with("bad.example.uri.example", "A", "127.0.1.2")
                .with("99.2.0.192.uri.example", "A", "127.0.1.9")
                .with("example.net.dbl.example", "A", "127.0.1.2")
                .with("shop.example.org.dbl.example", "A", "127.0.1.3");
        assertThat(symbols("", "link uri.example 127.0.1.2=3 127.0.1.9=1.5"))
                .containsExactlyInAnyOrder("DNS_URI_EXAMPLE 3.0", "DNS_URI_EXAMPLE 1.5");
        assertThat(symbols("", "sender dbl.example 127.0.1.2=2 127.0.1.3=1"))
                .containsExactlyInAnyOrder("DNS_DBL_EXAMPLE 2.0", "DNS_DBL_EXAMPLE 1.0");
        assertThat(server.asked())
                .contains("pills.bad.example.uri.example. A", "fine.example.uri.example. A")
                .noneMatch(question -> question.contains("user"));
    }

    @Test
    void whatWasAskedIsRemembered() throws IOException {
        DnsClient client = server.client();
        server.with("a.example", "A", "192.0.2.1");
        Duration limit = Duration.ofSeconds(5);
        for (int i = 0; i < 3; i++) {
            assertThat(client.await("a.example", Dns.Kind.A, limit).values()).containsExactly("192.0.2.1");
            assertThat(client.await("none.example", Dns.Kind.A, limit).state()).isEqualTo(Dns.State.NONE);
        }
        assertThat(server.asked()).containsExactly("a.example. A", "none.example. A");
    }

    @Test
    void aSilentServerCostsTheLimitAndNoMore() throws IOException {
        server.silent(true);
        long began = System.nanoTime();
        List<Finding> findings = check(
                "192.0.2.7", Duration.ofMillis(300), "client bl.example 127.0.0.2=5", "link uri.example 127.0.0.2=5");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
        assertThat(findings).singleElement().satisfies(f -> {
            assertThat(f.symbol()).isEqualTo("DNS_UNANSWERED");
            assertThat(f.score()).isZero();
        });
        server.silent(false);
        server.broken(true);
        assertThat(symbols("192.0.2.7", "client other.example 127.0.0.2=5")).containsExactly("DNS_UNANSWERED 0.0");
    }

    @ParameterizedTest
    @CsvSource({
        "client bl.example 127.0.0.2=1, client bl.example 127.0.0.2=1.0",
        "link BL.Example 127.0.0.2-127.0.0.9=-0.5, link bl.example 127.0.0.2-127.0.0.9=-0.5"
    })
    void aZoneIsWrittenAsItIsRead(String text, String written) {
        assertThat(Zone.parse(text)).hasToString(written);
        assertThat(Zone.parse(written)).isEqualTo(Zone.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "client bl.example",
                "host bl.example 127.0.0.2=1",
                "client bl.example 127.0.0.2",
                "client bl.example 10.0.0.2=1",
                "client bl.example 127.0.0.9-127.0.0.2=1",
                "client bl.example 127.0.0.999=1",
                "client bl..example 127.0.0.2=1"
            })
    void whatIsNoZoneIsRefused(String text) {
        assertThatThrownBy(() -> Zone.parse(text)).isInstanceOf(Malformed.class);
    }
}
