package org.merpati.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.merpati.mime.Part;
import org.merpati.mime.Summary;

@Tag("fast")
class LettersTest {
    private static final Letters USUAL = Letters.usual(7);

    @Test
    void everyHundredInARowHasTheUsualSizes() {
        TreeMap<Integer, Integer> sizes = new TreeMap<>();
        for (long number = 4_711; number < 4_811; number++) {
            sizes.merge(USUAL.letter(number).length, 1, Integer::sum);
        }
        assertThat(sizes).hasToString("{2048=55, 10240=30, 76800=14, 1048576=1}");
        assertThat(USUAL.mean()).isEqualTo(25_436, within(1.0));
    }

    @Test
    void noTwoAreAlike() {
        Letters letters = Letters.of(2_048, 7);
        Set<String> all = new HashSet<>();
        for (long number = 0; number < 1_000; number++) {
            byte[] letter = letters.letter(number << 20 | number);
            assertThat(letter).hasSize(2_048);
            assertThat(all.add(new String(letter, StandardCharsets.US_ASCII))).isTrue();
        }
    }

    @Test
    void theyAreMessages() {
        for (long number = 0; number < 100; number++) {
            byte[] letter = USUAL.letter(number);
            String text = new String(letter, StandardCharsets.US_ASCII);
            assertThat(text)
                    .startsWith("Message-ID: <" + "0".repeat(14) + String.format("%02x", number) + "@remote.test>\r\n");
            assertThat(text).endsWith("\r\n");
            assertThat(text.lines()).allMatch(line -> line.length() < 100);
            Part part = Summary.of(letter).structure();
            assertThat(part.children()).hasSize(letter.length > 40_000 ? 2 : 0);
        }
    }
}
