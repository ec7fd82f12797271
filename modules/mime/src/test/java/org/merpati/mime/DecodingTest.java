package org.merpati.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecodingTest {
    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "plain => plain",
                "=?utf-8?Q?B=C3=BCcher_und?= => Bücher und",
                "=?UTF-8?B?SGFsbG8=?= => Hallo",
                "=?iso-8859-1?q?a=E9?= b => aé b",
                "a =?utf-8?q?b?= =?utf-8?q?c?= d => a bc d",
                "=?utf-8?q?=C3?= =?utf-8?q?=BC?= => ü",
                "=?utf-8*de?q?x?= => x",
                "=?nosuch?q?x?= => x",
                "=?utf-8?x?x?= => =?utf-8?x?x?=",
                "=?utf-8?q?open => =?utf-8?q?open",
                "=? => =?",
                "=?=?=? => =?=?=?",
                "a=?utf-8?q?b?=c => abc",
            })
    void encodedWords(String raw, String expected) {
        assertThat(EncodedWords.decode(raw)).isEqualTo(expected);
    }

    @Test
    void rawOctetsOutsideOfEncodedWordsAreUtf8OrWindows1252() {
        String raw = new String("für".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertThat(EncodedWords.decode(raw)).isEqualTo("für");
        assertThat(EncodedWords.decode("f\u00fcr =?utf-8?q?x?=")).isEqualTo("für x");
    }

    @Test
    void everyOctetStringSurvivesBase64() {
        long seed = 11;
        Random chance = new Random(seed);
        for (int i = 0; i < 500; i++) {
            byte[] octets = new byte[chance.nextInt(200)];
            chance.nextBytes(octets);
            byte[] text = Base64.getMimeEncoder().encode(octets);
            assertThat(TransferEncoding.decode("Base64", text, 0, text.length)).isEqualTo(octets);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "a=3Db => a=b",
                "a=3db => a=b",
                "a=|b => ab",
                "a= |b => ab",
                "a=zb => a=zb",
                "end= => end",
                "=4 => =4"
            })
    void quotedPrintable(String text, String expected) {
        byte[] octets = text.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(new String(
                        TransferEncoding.decode("quoted-printable", octets, 0, octets.length),
                        StandardCharsets.ISO_8859_1))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "Fri, 21 Nov 1997 09:55:06 -0600 => 1997-11-21 1997-11-21T15:55:06Z",
                "21 Nov 97 09:55:06 GMT => 1997-11-21 1997-11-21T09:55:06Z",
                "Mon, 1 Jan 2024 00:30 +0700 (WIB) => 2024-01-01 2023-12-31T17:30:00Z",
                "Thu Feb 29 23:59:60 2024 => 2024-02-29 2024-02-29T23:59:59Z",
                "1-Feb-2003 => 2003-02-01 2003-02-01T00:00:00Z",
                "Tue, 3 March 2020 4:05:06 EST => 2020-03-03 2020-03-03T09:05:06Z",
                "Wed, 02 Oct 2002 15:00:00 +02:00 => 2002-10-02 2002-10-02T13:00:00Z",
                "Wed,02 Oct 2002 15:00:00-0330 => 2002-10-02 2002-10-02T18:30:00Z",
            })
    void dates(String text, String expected) {
        MailDate date = MailDate.parse(text).orElseThrow();
        assertThat(date.date() + " " + Instant.ofEpochMilli(date.millis())).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no date", "31 Feb 2020 00:00:00 +0000", "Nov", "Nov Nov Nov", "May 99999"})
    void whatIsNoDateIsNone(String text) {
        assertThat(MailDate.parse(text)).isEmpty();
    }
}
