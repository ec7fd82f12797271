package org.merpati.mta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.Domain;
import org.merpati.kernel.TryLater;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** Whom mail for a domain goes to, as a name server on loopback says. */
class MailExchangesTest {
    private static final Map<String, List<String>> MX = Map.of(
            "two.example.", List.of("20 b.example.", "10 a.example."),
            "null.example.", List.of("0 ."),
            "none.example.", List.of());

    private TestNames server;

    @BeforeEach
    void serve() throws IOException {
        server = new TestNames(Type.MX, MX);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private MailExchanges.Found of(String domain) {
        SimpleResolver resolver = new SimpleResolver(server.address());
        resolver.setTimeout(Duration.ofSeconds(1));
        return MailExchanges.dns(resolver).of(Domain.parse(domain));
    }

    @Test
    void thePreferredExchangeIsTriedFirst() {
        assertThat(of("two.example").hosts())
                .containsExactly(
                        InetSocketAddress.createUnresolved("a.example", 25),
                        InetSocketAddress.createUnresolved("b.example", 25));
    }

    /** RFC 5321 §5.1. */
    @Test
    void aDomainWithoutExchangesIsItsOwn() {
        assertThat(of("none.example").hosts()).containsExactly(InetSocketAddress.createUnresolved("none.example", 25));
    }

    /** RFC 7505. */
    @Test
    void aNullExchangeTakesNoMail() {
        MailExchanges.Found found = of("null.example");
        assertThat(found.hosts()).isEmpty();
        assertThat(found.none().toString()).startsWith("556 5.1.10 the domain null.example takes no mail");
    }

    @Test
    void aDomainThatDoesNotExistIsRefusedForGood() {
        MailExchanges.Found found = of("gone.example");
        assertThat(found.hosts()).isEmpty();
        assertThat(found.none().toString()).startsWith("550 5.1.2 the domain gone.example does not exist");
    }

    @Test
    void whereNobodyAnswersItIsTriedLater() {
        assertThatThrownBy(() -> of("silent.example")).isInstanceOf(TryLater.class);
    }
}
