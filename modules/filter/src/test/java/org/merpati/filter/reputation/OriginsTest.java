package org.merpati.filter.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.filter.Finding;
import org.merpati.filter.Proof;
import org.merpati.filter.lists.Origin;
import org.merpati.kernel.Address;
import org.merpati.kernel.Domain;

class OriginsTest {
    private static final Address ANI = Address.parse("Ani@Mail.Example.com");

    private static Proof proof(String domain) {
        return new Proof(Optional.empty(), Set.of(Domain.parse(domain)), List.of(), Optional.empty());
    }

    private static Origin origin(String host, Address envelope, Address from, boolean login, Proof proof) {
        return new Origin(
                Optional.of(InetAddress.ofLiteral(host)), Optional.of(envelope), Optional.of(from), login, proof);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.77, 192.0.2.0/24", "192.0.3.1, 192.0.3.0/24", "2001:db8:1:2::3, 2001:db8:1:0:0:0:0:0/48"})
    void aHostIsKnownByItsNetwork(String host, String network) {
        assertThat(Origins.network(InetAddress.ofLiteral(host))).contains(network);
        assertThat(Origins.name(host)).isEqualTo(network);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.1.2.3", "192.168.138.83", "169.254.1.1", "::1", "fe80::1", "fd00::1"})
    void whatIsNotSeenFromEverywhereHasNoReputation(String host) {
        assertThat(Origins.network(InetAddress.ofLiteral(host))).isEmpty();
    }

    @Test
    void aSenderIsKnownAgainOnlyIfItIsProved() {
        Address bounces = Address.parse("bounces@lists.example.org");
        assertThat(Origins.of(origin("192.0.2.7", ANI, ANI, false, proof("example.com")))
                        .names())
                .containsExactly("192.0.2.0/24", "mail.example.com", "ani@mail.example.com");
        assertThat(Origins.of(origin("192.0.2.7", ANI, ANI, false, Proof.NONE)).names())
                .containsExactly("192.0.2.0/24");
        assertThat(Origins.of(origin("127.0.0.1", bounces, ANI, false, proof("lists.example.org")))
                        .names())
                .as("the envelope's sender where the one who is shown is not proved")
                .containsExactly("lists.example.org", "bounces@lists.example.org");
        assertThat(Origins.of(origin("192.0.2.7", ANI, ANI, true, Proof.NONE)).names())
                .as("our own people")
                .isEmpty();
    }

    @Test
    void theFieldIsReadAsItWasWritten() {
        Origins origins = new Origins(List.of("192.0.2.0/24", "example.com", "ani@example.com"));
        assertThat(origins.field())
                .isEqualTo("X-Spam-Origin: 192.0.2.0/24,\r\n\texample.com,\r\n\tani@example.com\r\n");
        assertThat(Origins.parse("192.0.2.0/24, example.com, ani@example.com")).isEqualTo(origins);
        assertThat(Origins.NONE.field()).isEmpty();
        assertThat(Origins.parse(" ,, with space, \u00e9").names()).isEmpty();
        assertThat(Origins.parse("a,b,c,d,e").names()).hasSize(3);
    }

    @Test
    void theAddressSpeaksForItselfOnceItHasWrittenEnough() {
        Origins origins = new Origins(List.of("192.0.2.0/24", "example.com", "ani@example.com"));
        Map<Long, Opinion> opinions = Map.of(
                Origins.key("192.0.2.0/24"), new Opinion(1, 89),
                Origins.key("example.com"), new Opinion(0, 20),
                Origins.key("ani@example.com"), new Opinion(2, 0));
        assertThat(origins.findings(key -> opinions.getOrDefault(key, Opinion.NONE)))
                .containsExactly(
                        new Finding(
                                "NETWORK_REPUTATION",
                                1.3,
                                "of the mail of 192.0.2.0/24 1 were wanted lately and 89 were not"),
                        new Finding(
                                "SENDER_REPUTATION",
                                1,
                                "of the mail of example.com 0 were wanted lately and 20 were not"));
        assertThat(origins.findings(
                        key -> key == Origins.key("ani@example.com") ? new Opinion(30, 0) : opinions.get(key)))
                .extracting(Finding::score)
                .containsExactly(1.3, -1.5);
        assertThat(origins.findings(key -> Opinion.NONE)).isEmpty();
    }
}
