package org.merpati.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreviewTest {
    private static String preview(String message) {
        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        return Preview.part(Summary.of(octets).structure())
                .map(part -> Preview.text(part, Arrays.copyOfRange(octets, part.bodyStart(), part.bodyEnd())))
                .orElse("");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "<p>a</p><p>b</p> => a b",
                "<style>x</style>a<script>y</script>b => a b",
                "<styled>x</styled> => x",
                "a &lt;&#65;&#x42;&gt; &nope; &amp => a <AB> &amp",
                "a <!-- b > c --> d => a d",
                "a < b => a",
                "<title>x => ``",
                "&#99999999999;&#1114112;x => &#99999999999; x",
            })
    void ofHtmlTheTextIsShown(String html, String expected) {
        assertThat(preview("Content-Type: text/html\r\n\r\n" + html)).isEqualTo(expected.replace("``", ""));
    }

    @Test
    void plainTextThatIsNotAttachedGoesFirst() {
        String mixed = """
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: text/html

                html
                --b
                Content-Type: text/plain
                Content-Disposition: attachment

                attached
                --b
                Content-Type: text/plain

                plain
                 text
                --b--
                """;
        assertThat(preview(mixed)).isEqualTo("plain text");
        assertThat(preview(mixed.replace("\n\nplain", "\nContent-Disposition: attachment\n\nplain")))
                .isEqualTo("html");
        assertThat(preview("Content-Type: image/png\r\n\r\nx")).isEmpty();
    }

    @Test
    void itHasAtMostTwoHundredCharacters() {
        String letters = preview("\r\n" + "\ud83d\udd4a".repeat(1_000));
        assertThat(letters.codePointCount(0, letters.length())).isEqualTo(200);
        assertThat(preview("\r\n" + "word ".repeat(1_000))).hasSizeBetween(195, 200);
    }

    @Test
    void anyOctetsHaveOne() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random chance = new Random(seed);
        String pieces = "<>&;#x/!-stylehead \r\n\u00e9\u0000";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder html = new StringBuilder("Content-Type: text/html\r\n\r\n");
            for (int n = chance.nextInt(40); n > 0; n--) {
                html.append(pieces.charAt(chance.nextInt(pieces.length())));
            }
            String text = preview(html.toString());
            assertThat(text.codePointCount(0, text.length()))
                    .as("seed %s", seed)
                    .isLessThanOrEqualTo(200);
            assertThat(text).as("seed %s", seed).doesNotContain("\r", "\n", "\0");
        }
    }
}
