package org.merpati.filter.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.filter.Arrival;
import org.merpati.filter.Content;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;
import org.merpati.kernel.Malformed;

@Tag("fast")
class ContentRulesTest {
    private static final String FRAUD = """
            Received: from mail.example.net (mail.example.net [192.0.2.7]) by mx.example.com
                with SMTP; Mon, 2 Jun 2025 10:00:00 +0000
            From: "Barrister" <b@example.net>
            To: you@example.com
            Subject: BUSINESS PROPOSAL FOR YOU
            Date: Mon, 2 Jun 2025 10:00:00 +0000
            Message-ID: <1@example.net>
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/html; charset=utf-8

            <p>I am the next of kin to USD 14,500,000. Reply in the strictest confidence with your
            <a href="http://203.0.113.9/x">bank account</a></p>
            --b--
            """;

    private static Suspect suspect(byte[] octets) throws IOException {
        Content content = new Content() {
            @Override
            public long size() {
                return octets.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(octets);
            }
        };
        return Suspect.of(new Arrival(Optional.empty(), "", Optional.empty(), List.of(), Optional.empty(), 0), content);
    }

    private static List<String> symbols(ContentRules rules, String message) throws IOException {
        return rules.check(suspect(message.getBytes(StandardCharsets.UTF_8))).stream()
                .map(Finding::symbol)
                .toList();
    }

    private static ContentRules rules(Path folder, String text) throws IOException {
        Files.writeString(folder.resolve("a.cf"), text);
        return ContentRules.of(List.of(folder), Scores.PLAIN);
    }

    @Test
    void theOwnRulesKnowAFraudFromALetter() throws IOException {
        ContentRules own = ContentRules.of(List.of(), Scores.PLAIN);
        assertThat(symbols(own, FRAUD)).contains("M_ADVANCE_FEE", "M_SUBJECT_CAPITALS", "M_URI_NUMBER", "M_PAGE_ONLY");
        String letter = """
                Received: from a.example.net (a.example.net [192.0.2.8]) by mx.example.com;
                    Mon, 2 Jun 2025 10:00:00 +0000
                From: Ann <ann@example.net>
                To: you@example.com
                Subject: lunch
                Date: Mon, 2 Jun 2025 10:00:00 +0000
                Message-ID: <2@example.net>

                Shall we meet at noon?
                """;
        assertThat(symbols(own, letter)).isEmpty();
        assertThat(ContentRules.report(List.of(), Scores.PLAIN).problems()).isEmpty();
    }

    @Test
    void theFormsOfRulesAreRead(@TempDir Path folder) throws IOException {
        ContentRules rules = rules(folder, """
                header A Subject =~ /proposal/i
                header B X-None =~ /x/ [if-unset: xyz]
                header C exists:Message-ID
                header D From:addr =~ /^b\\@example\\.net$/
                header E From:name !~ /Barrister/
                body __F /next of kin/
                body __G /strictest (?:confidence|secrecy)/
                meta H (__F + __G >= 2) && !E
                uri I m{^http://203\\.0\\.113\\.}
                rawbody J /<a href/
                full K /^Subject: BUSINESS/m
                mimeheader L Content-Type =~ /text\\/html/
                ifplugin Mail::SpamAssassin::Plugin::ReplaceTags
                replace_tag K1 [kK]
                body M /<K1>in/
                replace_rules M
                endif
                if (version < 3.000000)
                body N /kin/
                endif
                body O eval:check_for_mime_html_only()
                score A 0.5 1 1.5 2
                score O 0
                meta P KNOWN && C
                """);
        assertThat(symbols(rules, FRAUD)).containsExactly("A", "B", "C", "D", "H", "I", "J", "K", "L", "M");
        byte[] octets = FRAUD.getBytes(StandardCharsets.UTF_8);
        assertThat(rules.check(suspect(octets), Set.of("KNOWN")))
                .extracting(Finding::symbol)
                .contains("P");
        assertThat(rules.check(suspect(octets)).getFirst().score()).isEqualTo(0.5);
    }

    @Test
    void aBrokenFileIsRefusedWholeAndTheRulesInForceStay(@TempDir Path folder) throws IOException {
        ContentRules rules = rules(folder, "body A /kin/\n");
        for (String broken : List.of(
                "body B /kin/\nbody C /(kin/\n",
                "score A much\n",
                "if (version > 3)\nbody C /x/\n",
                "endif\n",
                "meta C (A && \n",
                "header C\n",
                "body C kin\n")) {
            Files.writeString(folder.resolve("a.cf"), broken);
            assertThatThrownBy(rules::reload)
                    .as(broken)
                    .isInstanceOf(Malformed.class)
                    .hasMessageMatching("(?s).*a\\.cf:\\d+: .+");
            assertThat(symbols(rules, FRAUD)).containsExactly("A");
        }
    }

    @Test
    void aColourThatIsNoneIsAColourStill() throws IOException {
        ContentRules own = ContentRules.of(List.of(), Scores.PLAIN);
        for (String color :
                List.of("#", "", "#f", "#ff", "#fffff", "rgb(999,0,0)", "rgb(100%, 0%, 999999999%)", "red#")) {
            String page =
                    FRAUD.replace("<p>", "<p style='color: " + color + "; background: #'><font color='" + color + "'>");
            assertThat(symbols(own, page)).as(color).contains("M_PAGE_ONLY");
        }
    }

    @Test
    @Tag("slow")
    void anyOctetsAreAMessage() throws IOException {
        ContentRules own = ContentRules.of(List.of(), Scores.PLAIN);
        Random random = new Random(7);
        byte[] seed = FRAUD.getBytes(StandardCharsets.UTF_8);
        long worst = 0;
        for (int i = 0; i < 10_000; i++) {
            byte[] octets = seed.clone();
            for (int n = random.nextInt(40); n > 0; n--) {
                int at = random.nextInt(octets.length);
                switch (random.nextInt(3)) {
                    case 0 -> octets[at] = (byte) random.nextInt(256);
                    case 1 -> octets[at] = (byte) "<>=\"'&;:\n -%@()[]".charAt(random.nextInt(17));
                    default -> {
                        int length = Math.min(random.nextInt(60), octets.length - at);
                        System.arraycopy(octets, random.nextInt(octets.length - length), octets, at, length);
                    }
                }
            }
            long begin = System.nanoTime();
            own.check(suspect(octets));
            worst = Math.max(worst, System.nanoTime() - begin);
        }
        assertThat(Duration.ofNanos(worst)).isLessThan(Duration.ofSeconds(1));
    }
}
