package org.merpati.imap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.imap.text.ModifiedUtf7;

class ModifiedUtf7Test {
    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "INBOX => INBOX",
                "a&b => a&-b",
                "&& => &-&-",
                "Entwürfe => Entw&APw-rfe",
                "台北 => &U,BTFw-",
                "~peter/mail/台北/日本語 => ~peter/mail/&U,BTFw-/&ZeVnLIqe-",
                "😀 => &2D3eAA-",
                "a b%*\"\\ => a b%*\"\\",
            })
    void namesAndTheirText(String name, String text) {
        assertThat(ModifiedUtf7.encode(name)).isEqualTo(text);
        assertThat(ModifiedUtf7.decode(text)).contains(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "&",
                "a&",
                "&APw",
                "&AP-",
                "&APx-",
                "&AGE-",
                "&APw-&APw-",
                "&=-",
                "&AP w-",
                "&2D0-",
                "ü",
                "&AA-",
                "&-&"
            })
    void whatIsNoNameIsNone(String text) {
        assertThat(ModifiedUtf7.decode(text)).isEmpty();
    }

    @Test
    void everyNameSurvives() {
        long seed = Long.getLong("seed", 3L);
        System.out.println("seed " + seed);
        Random chance = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String name = chance.ints(chance.nextInt(12), 0x20, 0x2fff)
                    .map(c -> chance.nextBoolean() ? 0x20 + c % 0x5f : c)
                    .filter(c -> c != 0x7f)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            assertThat(ModifiedUtf7.decode(ModifiedUtf7.encode(name))).contains(name);
        }
    }
}
