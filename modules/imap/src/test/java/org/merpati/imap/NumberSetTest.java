package org.merpati.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Malformed;
import org.merpati.store.Body;
import org.merpati.store.FlagChange;
import org.merpati.store.NewMessage;

class NumberSetTest {
    private static NumberSet parse(String text) {
        return NumberSet.parse(new Parser(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** A view of ten messages, of which those with even UIDs are gone: UIDs 1, 3, 5, 7, 9. */
    private static Selected odd() {
        MemoryStore store = new MemoryStore(() -> ImapFixture.NOW);
        store.ensure(ImapFixture.BUDI);
        var inbox = store.mailbox(ImapFixture.BUDI, "INBOX").orElseThrow();
        NewMessage message = new NewMessage(Body.of(new byte[1]), Flags.NONE, OptionalLong.empty());
        IntStream.range(0, 10).forEach(i -> store.append(ImapFixture.BUDI, inbox.id(), List.of(message)));
        List<Long> even = List.of(2L, 4L, 6L, 8L, 10L);
        FlagChange deleted = new FlagChange(FlagChange.Kind.ADD, Flags.of("\\Deleted"));
        store.flags(ImapFixture.BUDI, inbox.id(), even, deleted, OptionalLong.empty());
        store.expunge(ImapFixture.BUDI, inbox.id(), even);
        return ImapFixture.select(store, true);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "1 => 1",
                "2:4 => 2 3 4",
                "4:2 => 2 3 4",
                "* => 5",
                "*:4 => 4 5",
                "4:* => 4 5",
                "7:* => 5",
                "5,1,3:2 => 1 2 3 5",
                "1:2,2:3,*,3:* => 1 2 3 4 5",
            })
    void sequenceNumbers(String text, String expected) {
        assertThat(parse(text).resolve(odd(), false)).containsExactly(numbers(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "1:3 => 1 2",
                "2 => ``",
                "2,4:6,9 => 3 5",
                "20 => ``",
                "20:* => 5",
                "*:8 => 5",
                "20:7 => 4 5",
                "20:*,1 => 1 5",
                "4294967295 => ``",
            })
    void uids(String text, String expected) {
        assertThat(parse(text).resolve(odd(), true)).containsExactly(numbers(expected));
    }

    private static int[] numbers(String text) {
        return text.isEmpty()
                ? new int[0]
                : IntStream.of(parse(text.replace(' ', ',')).resolve(odd(), false))
                        .toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"6", "1:6", "5,99"})
    void aSequenceNumberThatIsNotThereIsMalformed(String text) {
        assertThatThrownBy(() -> parse(text).resolve(odd(), false)).isInstanceOf(Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "a", "1:", ":1", ",1", "1,", "4294967296", "1:0"})
    void whatIsNoSetIsMalformed(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(Malformed.class);
    }

    @Test
    void membershipIsThatOfTheRangesAsWritten() {
        long seed = Long.getLong("seed", 9L);
        System.out.println("seed " + seed);
        Random chance = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            TreeSet<Long> model = new TreeSet<>();
            int star = 1 + chance.nextInt(30);
            for (int n = chance.nextInt(6); n >= 0; n--) {
                long first = 1L + chance.nextInt(40);
                long last = chance.nextInt(4) == 0 ? NumberSet.STAR : 1L + chance.nextInt(40);
                text.append(first)
                        .append(':')
                        .append(last == NumberSet.STAR ? "*" : last)
                        .append(n > 0 ? "," : "");
                long end = last == NumberSet.STAR ? star : last;
                for (long k = Math.min(first, end); k <= Math.max(first, end); k++) {
                    model.add(k);
                }
            }
            NumberSet set = parse(text.toString());
            for (long k = 1; k <= star; k++) {
                assertThat(set.contains(k, star))
                        .as("seed %s: %s in %s", seed, k, text)
                        .isEqualTo(model.contains(k));
            }
        }
    }
}
