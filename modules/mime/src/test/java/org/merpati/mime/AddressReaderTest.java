package org.merpati.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressReaderTest {
    static String show(String text) {
        return AddressReader.read(text).stream()
                .map(p -> String.join("|", part(p.name()), part(p.route()), part(p.local()), part(p.host())))
                .collect(Collectors.joining(" + "));
    }

    private static String part(Optional<String> part) {
        return part.orElse("NIL");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "budi@lvlogist.com => NIL|NIL|budi|lvlogist.com",
                "Budi Santoso <budi@lvlogist.com> => Budi Santoso|NIL|budi|lvlogist.com",
                "\"Santoso, Budi\" <budi@lvlogist.com> => Santoso, Budi|NIL|budi|lvlogist.com",
                "\"a \\\"b\\\" c\" <x@y> => a \"b\" c|NIL|x|y",
                "budi@lvlogist.com (Budi Santoso) => Budi Santoso|NIL|budi|lvlogist.com",
                "a@b, c@d,, e@f => NIL|NIL|a|b + NIL|NIL|c|d + NIL|NIL|e|f",
                "A Group: a@b, C <c@d>; e@f"
                        + " => NIL|NIL|A Group|NIL + NIL|NIL|a|b + C|NIL|c|d + NIL|NIL|NIL|NIL + NIL|NIL|e|f",
                "undisclosed-recipients:; => NIL|NIL|undisclosed-recipients|NIL + NIL|NIL|NIL|NIL",
                "Open: a@b => NIL|NIL|Open|NIL + NIL|NIL|a|b + NIL|NIL|NIL|NIL",
                "R <@one,@two:a@b> => R|@one,@two|a|b",
                "\"two words\"@b => NIL|NIL|two words|b",
                "J. R. Doe <j.r@b> => J. R. Doe|NIL|j.r|b",
                "a @ b => NIL|NIL|a|b",
                "<a@b> => NIL|NIL|a|b",
                "<> => ``",
                "just-a-name => NIL|NIL|just-a-name|",
                "Name <local> => Name|NIL|local|",
                "a@[192.0.2.1] => NIL|NIL|a|[192.0.2.1]",
                "a@b <c@d> => a@b|NIL|c|d",
                "\"unclosed <a@b>, c@d => \"unclosed|NIL|a|b + NIL|NIL|c|d",
                "(unclosed a@b => NIL|NIL|(uncloseda|b",
                "Name <a@b => Name|NIL|a|b",
                "=?utf-8?q?B=C3=BC?= <a@b> => =?utf-8?q?B=C3=BC?=|NIL|a|b",
                "Mail (x) Er (y) <a@b> => Mail Er|NIL|a|b",
                "a@b; c@d => NIL|NIL|a|b + NIL|NIL|c|d",
            })
    void readsAList(String text, String expected) {
        assertThat(show(text)).isEqualTo(expected);
    }

    @Test
    void isLinear() {
        for (String piece : new String[] {"\"", "(", "<", "@", ":", "a:", "<@", "\\\"", "\"(", ",", "a b "}) {
            long before = System.nanoTime();
            AddressReader.read(piece.repeat(300_000 / piece.length()));
            assertThat(System.nanoTime() - before).as(piece).isLessThan(5_000_000_000L);
        }
    }
}
