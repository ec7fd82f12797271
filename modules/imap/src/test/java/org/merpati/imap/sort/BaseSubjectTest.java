package org.merpati.imap.sort;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaseSubjectTest {
    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "plan => PLAN|false",
                "Re: plan => PLAN|true",
                "RE : plan => PLAN|true",
                "fwd: Re: plan => PLAN|true",
                "Re[2]: plan => PLAN|true",
                "[list] plan => PLAN|false",
                "[list] Re: [list] plan => PLAN|true",
                "[a] [b] => [B]|false",
                "[a] => [A]|false",
                "plan (fwd) (FWD) => PLAN|true",
                "[fwd: Re: [x] plan] => PLAN|true",
                "[fwd: plan](fwd) => PLAN|true",
                "re plan => RE PLAN|false",
                "Re: => ``|true",
                "`  a \t b  ` => A B|false",
                "=?utf-8?q?Re=3A_=C3=BCber?= => U\u0308BER|true",
                "[fwd: open => [FWD: OPEN|false",
                "[ => [|false",
                "`` => ``|false",
            })
    void whatIsPutAroundASubjectIsTakenOff(String raw, String expected) {
        BaseSubject subject = BaseSubject.of(raw);
        assertThat(subject.text() + "|" + subject.reply()).isEqualTo(expected.replace("``", ""));
    }

    @Test
    void aHostileSubjectEnds() {
        for (String piece : new String[] {"re:", "[", "]", "[x]", "(fwd)", "[fwd:", "=?", "fw[x]: "}) {
            assertThat(BaseSubject.of(piece.repeat(100_000)).text()).hasSizeLessThanOrEqualTo(4_000);
        }
    }
}
