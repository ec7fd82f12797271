package org.merpati.filter.bayes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.merpati.filter.Suspects;

@Tag("fast")
class TokensTest {
    private static long common(String one, String other) throws IOException {
        long[] first = Tokens.of(Suspects.of("", "", "Subject: a\r\n\r\n" + one + "\r\n"));
        long[] second = Tokens.of(Suspects.of("", "", "To: b\r\n\r\n" + other + "\r\n"));
        assertThat(first).isSorted().doesNotHaveDuplicates();
        return LongStream.of(first)
                .filter(token -> Arrays.binarySearch(second, token) >= 0)
                .count();
    }

    @Test
    void whatIsRelatedHasTokensInCommon() throws IOException {
        assertThat(common("ann", "bob")).isZero();
        assertThat(common("ann", "Ann!")).isEqualTo(1);
        assertThat(common("a.shop.example.net", "ann@b.shop.example.net")).isEqualTo(3);
        assertThat(common("buy it", "BUY IT")).as("two words and their pair").isEqualTo(3);
    }
}
