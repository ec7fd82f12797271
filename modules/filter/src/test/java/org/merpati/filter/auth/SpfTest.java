package org.merpati.filter.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.merpati.filter.dns.Dns;
import org.merpati.filter.dns.LoopbackDns;

/** SPF (RFC 7208) against a name server on loopback. */
class SpfTest {
    private LoopbackDns server;
    private Dns dns;

    @BeforeEach
    void open() throws IOException {
        server = new LoopbackDns();
        dns = server.client();
        server.with("host.example.com", "A", "192.0.2.10")
                .with("host.example.com", "AAAA", "2001:db8::10")
                .with("mail.example.com", "A", "192.0.2.20")
                .with("example.com", "MX", "10 mail.example.com.")
                .with("other.example", "TXT", "\"v=spf1 ip4:192.0.2.30 -all\"")
                .with("soft.example", "TXT", "\"v=spf1 ~all\"")
                .with("plain.example", "TXT", "\"hello\"")
                .with("two.example", "TXT", "\"v=spf1 -all\"")
                .with("two.example", "TXT", "\"v=spf1 +all\"")
                .with("7.2.0.192.in-addr.arpa", "PTR", "seven.example.com.")
                .with("seven.example.com", "A", "192.0.2.7")
                .with("8.2.0.192.in-addr.arpa", "PTR", "seven.example.com.")
                .with("192.0.2.7._spf.example.com", "A", "127.0.0.2")
                .with("ani.lp._spf.example.com", "A", "127.0.0.2");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Result check(String client, String domain) {
        return Spf.check(dns, InetAddress.ofLiteral(client), "ani", domain, "helo.example", Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @CsvSource({
        "v=spf1 -all, 192.0.2.7, FAIL",
        "v=spf1 ~all, 192.0.2.7, SOFTFAIL",
        "v=spf1 ?all, 192.0.2.7, NEUTRAL",
        "v=spf1 all, 192.0.2.7, PASS",
        "v=spf1, 192.0.2.7, NEUTRAL",
        "V=SPF1 ALL, 192.0.2.7, PASS",
        "v=spf10 all, 192.0.2.7, NONE",
        "v=spf1 ip4:192.0.2.0/24 -all, 192.0.2.7, PASS",
        "v=spf1 ip4:192.0.2.77/24 -all, 192.0.2.7, PASS",
        "v=spf1 ip4:192.0.2.0/30 -all, 192.0.2.7, FAIL",
        "v=spf1 ip4:192.0.2.300 -all, 192.0.2.7, PERMERROR",
        "v=spf1 ip6:2001:db8::/32 -all, 2001:db8::7, PASS",
        "v=spf1 ip6:2001:db8::7/128 -all, 2001:db8::7, PASS",
        "v=spf1 ip6:2001:db8::/32 -all, 192.0.2.7, FAIL",
        "v=spf1 a:host.example.com -all, 192.0.2.10, PASS",
        "v=spf1 a:host.example.com/24 -all, 192.0.2.99, PASS",
        "v=spf1 a:host.example.com//64 -all, 2001:db8::99, PASS",
        "v=spf1 a:host.example.com/24 -all, 2001:db8::99, FAIL",
        "v=spf1 mx:example.com -all, 192.0.2.20, PASS",
        "v=spf1 mx:example.com -all, 192.0.2.21, FAIL",
        "v=spf1 include:other.example -all, 192.0.2.30, PASS",
        "v=spf1 include:other.example -all, 192.0.2.31, FAIL",
        "v=spf1 include:plain.example -all, 192.0.2.31, PERMERROR",
        "v=spf1 include:two.example -all, 192.0.2.31, PERMERROR",
        "v=spf1 redirect=soft.example, 192.0.2.7, SOFTFAIL",
        "v=spf1 redirect=plain.example, 192.0.2.7, PERMERROR",
        "v=spf1 ptr:example.com -all, 192.0.2.7, PASS",
        "v=spf1 ptr:example.com -all, 192.0.2.8, FAIL",
        "v=spf1 exists:%{i}._spf.example.com -all, 192.0.2.7, PASS",
        "v=spf1 exists:%{i}._spf.example.com -all, 192.0.2.9, FAIL",
        "v=spf1 exists:%{l}.lp._spf.example.com -all, 192.0.2.9, PASS",
        "v=spf1 exists:%{ir}.x.example.com -all, 192.0.2.9, FAIL",
        "v=spf1 exists:%{z}.example.com -all, 192.0.2.9, PERMERROR",
        "v=spf1 exists:%x.example.com -all, 192.0.2.9, PERMERROR",
        "v=spf1 unknown -all, 192.0.2.7, PERMERROR",
        "v=spf1 new=thing -all, 192.0.2.7, FAIL",
        "v=spf1 a:n1.example a:n2.example a:n3.example -all, 192.0.2.7, PERMERROR",
        "v=spf1 include:d.example -all, 192.0.2.7, PERMERROR",
    })
    void aRecordDecides(String record, String client, Result expected) {
        server.text("d.example", record);
        assertThat(check(client, "d.example")).as(record).isEqualTo(expected);
    }

    @Test
    void macrosAreThoseOfTheStandardsExamples() {
        SpfMacro.Names names = new SpfMacro.Names(
                "strong-bad", "email.example.com", "mx.example.org", InetAddress.ofLiteral("192.0.2.3"));
        assertThat(SpfMacro.expand("%{s}|%{o}|%{d}|%{d4}|%{d3}|%{d2}|%{d1}|%{dr}|%{d2r}", names, "email.example.com"))
                .isEqualTo("strong-bad@email.example.com|email.example.com|email.example.com|email.example.com"
                        + "|email.example.com|example.com|com|com.example.email|example.email");
        assertThat(SpfMacro.expand("%{l}|%{l-}|%{lr}|%{lr-}|%{l1r-}", names, "email.example.com"))
                .isEqualTo("strong-bad|strong.bad|strong-bad|bad.strong|strong");
        assertThat(SpfMacro.expand("%{ir}.%{v}._spf.%{d2}%%%_%-", names, "email.example.com"))
                .isEqualTo("3.2.0.192.in-addr._spf.example.com% %20");
        SpfMacro.Names six =
                new SpfMacro.Names("strong-bad", "email.example.com", "h", InetAddress.ofLiteral("2001:db8::cb01"));
        assertThat(SpfMacro.expand("%{ir}.%{v}._spf.%{d2}", six, "email.example.com"))
                .isEqualTo("1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com");
    }

    @Test
    void aSilentServerIsATemporaryError() {
        server.broken(true);
        assertThat(check("192.0.2.7", "d.example")).isEqualTo(Result.TEMPERROR);
    }

    @Test
    void includesWithoutEndStopAtTenLookups() {
        server.text("loop.example", "v=spf1 include:loop.example -all");
        assertThat(check("192.0.2.7", "loop.example")).isEqualTo(Result.PERMERROR);
        assertThat(server.asked().size()).isLessThan(15);
    }
}
