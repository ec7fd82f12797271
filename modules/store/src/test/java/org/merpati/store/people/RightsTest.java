package org.merpati.store.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Malformed;
import org.merpati.store.FlagChange;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;

class RightsTest {
    @ParameterizedTest
    @CsvSource({"'',''", "rl,lr", "aetxkpiwsrl,lrswipkxtea", "lll,l", "c,kx", "d,te", "dcl,lkxte", "lrd,lrte"})
    void theirLettersAreWrittenInOneOrder(String given, String written) {
        assertThat(Rights.parse(given)).hasToString(written);
        assertThat(Rights.parse(written)).isEqualTo(Rights.parse(given));
    }

    @ParameterizedTest
    @ValueSource(strings = {"L", "lrz", "0", "-l", "l r", "é", "l\u0000"})
    void anotherLetterIsMalformed(String letters) {
        assertThatThrownBy(() -> Rights.parse(letters))
                .isInstanceOf(Malformed.class)
                .message()
                .matches("[ -~]*");
    }

    @Test
    void theyAreAddedAndTakenAway() {
        Rights some = Rights.parse("lr");
        assertThat(some.plus(Rights.parse("rs"))).hasToString("lrs");
        assertThat(some.minus(Rights.parse("rs"))).hasToString("l");
        assertThat(some.has('r')).isTrue();
        assertThat(some.has('s')).isFalse();
        assertThat(Rights.ALL).hasToString(Rights.LETTERS);
        assertThat(Rights.NONE.isEmpty()).isTrue();
        assertThatThrownBy(() -> new Rights(Rights.ALL.bits() + 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theCommandThatGrantsThemComesBackAsItWas() {
        for (FlagChange.Kind kind : FlagChange.Kind.values()) {
            Command.Grant command = new Command.Grant(
                    new AccountId(new Id(1, 2)),
                    new MailboxId(new Id(3, 4)),
                    new AccountId(new Id(5, 6)),
                    kind,
                    Rights.parse("lrtea"));
            assertThat(CommandCodec.decode(CommandCodec.encode(command))).isEqualTo(command);
        }
    }
}
