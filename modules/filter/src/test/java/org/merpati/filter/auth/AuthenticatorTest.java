package org.merpati.filter.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.filter.Finding;
import org.merpati.filter.Proof;
import org.merpati.filter.Suspect;
import org.merpati.filter.Suspects;
import org.merpati.filter.dns.LoopbackDns;
import org.merpati.kernel.Domain;

/** Messages that dkimpy signed and sealed, and what name servers say of their domains. */
class AuthenticatorTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String BARE = "From: ani@example.com\r\nSubject: x\r\n\r\nbody\r\n";

    private LoopbackDns server;

    @BeforeEach
    void open() throws IOException {
        server = new LoopbackDns();
        new String(resource("zone.txt"), StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.split("\t"))
                .forEach(line -> server.text(line[0], line[1]));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = AuthenticatorTest.class.getResourceAsStream("/auth/" + name)) {
            if (in == null) {
                throw new IOException("no resource " + name);
            }
            return in.readAllBytes();
        }
    }

    private static String text(String name) throws IOException {
        return new String(resource(name + ".eml"), StandardCharsets.ISO_8859_1);
    }

    private List<Dkim.Outcome> dkim(String message) throws IOException {
        return Dkim.of(new Signed(Suspects.of("192.0.2.7", "", message), server.client(), LIMIT));
    }

    private Arc arc(String message) throws IOException {
        return Arc.of(new Signed(Suspects.of("192.0.2.7", "", message), server.client(), LIMIT));
    }

    private Proof prove(String client, String sender, String message, Domain... sealers) throws IOException {
        Suspect suspect = Suspects.of(client, sender, message);
        return new Authenticator(server.client(), Set.of(sealers), LIMIT).prove(suspect);
    }

    private static List<String> symbols(Proof proof) {
        return proof.findings().stream().map(Finding::symbol).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"rsa-relaxed", "rsa-simple", "rsa-mixed", "ed25519", "length", "empty-relaxed", "empty-simple"})
    void whatDkimpySignedHolds(String name) throws IOException {
        assertThat(dkim(text(name))).singleElement().satisfies(outcome -> {
            assertThat(outcome.why()).isEmpty();
            assertThat(outcome.result()).isEqualTo(Result.PASS);
            assertThat(outcome.domain()).isEqualTo("example.com");
        });
    }

    static Stream<String[]> changes() {
        return Stream.of(
                new String[] {"rsa-relaxed", "friend", "fiend", "the body hash does not fit"},
                new String[] {"rsa-relaxed", "A  letter", "A better", "the signature does not fit"},
                new String[] {"rsa-relaxed", "From: Ani", "From: x@evil.example\r\nFrom: Ani", "does not fit"},
                new String[] {"rsa-simple", "Subject:  A", "Subject: A", "the signature does not fit"},
                new String[] {"rsa-simple", "Hello  there", "Hello there", "the body hash does not fit"},
                new String[] {"rsa-mixed", "Hello  there", "Hello there", "the body hash does not fit"},
                new String[] {"ed25519", "friend", "fiend", "the body hash does not fit"},
                new String[] {"length", "friend", "fiend", "the body hash does not fit"},
                new String[] {"rsa-relaxed", "a=rsa-sha256", "a=rsa-sha1", "is not the key's"},
                new String[] {"rsa-relaxed", "v=1;", "v=2;", "the version is unknown"});
    }

    @ParameterizedTest
    @MethodSource("changes")
    void whatWasChangedDoesNotHold(String name, String from, String to, String why) throws IOException {
        assertThat(text(name)).contains(from);
        String changed = text(name).replace(from, to);
        assertThat(dkim(changed)).singleElement().satisfies(outcome -> {
            assertThat(outcome.result()).isEqualTo(Result.FAIL);
            assertThat(outcome.why()).contains(why);
        });
    }

    @Test
    void whiteSpaceMayChangeInTheRelaxedForm() throws IOException {
        String changed = text("rsa-relaxed")
                        .replace("Subject:  A  letter ", "SUBJECT: A\r\n letter")
                        .replace("Hello  there,\t friend. \r\n", "Hello there, friend.\r\n")
                + "\r\n\r\n";
        assertThat(dkim(changed))
                .singleElement()
                .satisfies(o -> assertThat(o.why()).isEmpty());
    }

    @Test
    void aKeyThatIsMissingRevokedOrAwayIsNoProof() throws IOException {
        server.close();
        server = new LoopbackDns();
        assertThat(dkim(text("rsa-relaxed"))).extracting(Dkim.Outcome::result).containsExactly(Result.PERMERROR);
        server.text("rsa._domainkey.example.com", "v=DKIM1; p=");
        assertThat(dkim(text("rsa-relaxed"))).extracting(Dkim.Outcome::why).containsExactly("the key is revoked");
        server.broken(true);
        assertThat(dkim(text("ed25519"))).extracting(Dkim.Outcome::result).containsExactly(Result.TEMPERROR);
    }

    @Test
    void aChainOfSealsIsFollowed() throws IOException {
        assertThat(arc(text("arc-one")).why()).isEmpty();
        assertThat(arc(text("arc-one")).sealer()).contains("list.example");
        assertThat(arc(text("arc-two")).why()).isEmpty();
        assertThat(arc(text("arc-two")).sealer()).contains("forward.example");
        assertThat(arc(text("arc-two").replace("friend", "fiend")).result()).isEqualTo(Result.FAIL);
        assertThat(arc(text("arc-two").replaceFirst("ARC-Seal: i=1", "X-Seal: i=1"))
                        .result())
                .isEqualTo(Result.FAIL);
        assertThat(arc(BARE).result()).isEqualTo(Result.NONE);
    }

    @Test
    void dmarcPassesWithOneAlignedProofAndElseCountsAsTheDomainAsks() throws IOException {
        server.text("_dmarc.example.com", "v=DMARC1; p=reject; sp=quarantine")
                .text("example.com", "v=spf1 ip4:192.0.2.7 -all")
                .text("bounce.example.com", "v=spf1 ip4:192.0.2.7 -all")
                .text("evil.example", "v=spf1 +all");
        assertThat(symbols(prove("192.0.2.7", "a@example.com", BARE))).containsExactly("SPF_PASS", "DMARC_PASS");
        assertThat(symbols(prove("192.0.2.7", "a@bounce.example.com", BARE))).contains("DMARC_PASS");
        assertThat(symbols(prove("192.0.2.9", "a@example.com", BARE))).containsExactly("SPF_FAIL", "DMARC_REJECT");
        assertThat(symbols(prove("192.0.2.9", "a@evil.example", BARE))).containsExactly("SPF_PASS", "DMARC_REJECT");
        assertThat(symbols(prove("192.0.2.9", "a@evil.example", BARE.replace("@", "@sub."))))
                .containsExactly("SPF_PASS", "DMARC_QUARANTINE");
        assertThat(symbols(prove("192.0.2.9", "a@evil.example", text("rsa-relaxed"))))
                .containsExactly("SPF_PASS", "DKIM_VALID", "DMARC_PASS");
        assertThat(symbols(prove("192.0.2.9", "", BARE.replace("ani@example.com", "a@x.example, b@y.example"))))
                .isEmpty();
    }

    @Test
    void aStrictDomainWantsItsOwnNameAlone() throws IOException {
        server.text("_dmarc.example.com", "v=DMARC1; p=none; aspf=s")
                .text("bounce.example.com", "v=spf1 +all")
                .text("example.com", "v=spf1 +all");
        assertThat(symbols(prove("192.0.2.7", "a@bounce.example.com", BARE))).contains("DMARC_FAIL");
        assertThat(symbols(prove("192.0.2.7", "a@example.com", BARE))).contains("DMARC_PASS");
    }

    @Test
    void aTrustedForwardersWordCounts() throws IOException {
        server.text("_dmarc.example.com", "v=DMARC1; p=reject");
        String listed = text("arc-list");
        assertThat(symbols(prove("192.0.2.9", "", listed))).containsExactly("DKIM_INVALID", "DMARC_REJECT");
        assertThat(symbols(prove("192.0.2.9", "", listed, new Domain("list.example"))))
                .containsExactly("DKIM_INVALID", "ARC_TRUSTED");
        String forged = listed.replace("A footer", "Another footer");
        assertThat(symbols(prove("192.0.2.9", "", forged, new Domain("list.example"))))
                .containsExactly("DKIM_INVALID", "DMARC_REJECT");
    }

    @Test
    void theResultsAreWrittenForOthersToRead() throws IOException {
        server.text("_dmarc.example.com", "v=DMARC1; p=reject").text("example.com", "v=spf1 ip4:192.0.2.7 -all");
        Proof proof = prove("192.0.2.7", "a@example.com", text("rsa-relaxed"));
        assertThat(proof.results().orElseThrow())
                .startsWith(
                        ";\r\n\tspf=pass smtp.mailfrom=example.com;\r\n\tdkim=pass header.d=example.com header.s=rsa")
                .contains(";\r\n\tarc=none;\r\n\tdmarc=pass (p=reject) header.from=example.com");
        assertThat(proof.spf()).contains(new Domain("example.com"));
        assertThat(proof.dkim()).containsExactly(new Domain("example.com"));
        assertThat(proof.covers(new Domain("example.com"))).isTrue();
    }

    @Test
    void whatASignatureNamesCannotBreakTheHeader() throws IOException {
        String evil =
                "DKIM-Signature: v=1; a=rsa-sha256; d=x\"; dmarc=pass y; s=(z; b=AAAA; bh=AAAA; h=from\r\n" + BARE;
        assertThat(prove("192.0.2.7", "", evil).results().orElseThrow().replaceAll("\r\n\t", " "))
                .doesNotContain("dmarc=pass");
    }
}
