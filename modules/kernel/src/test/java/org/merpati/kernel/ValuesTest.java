package org.merpati.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
    @Test
    void anIdSurvivesItsTextAndKeepsTheOrderOfTime() {
        Random chance = new Random(4);
        for (int i = 0; i < 1_000; i++) {
            Id id = new Id(chance.nextLong(), chance.nextLong());
            assertThat(Id.parse(id.toString())).isEqualTo(id);
        }
        Id early = new Id(1_000L << 16, -1);
        Id late = new Id(1_001L << 16, 0);
        assertThat(early).isLessThan(late);
        assertThat(early.toString()).isLessThan(late.toString());
        assertThat(late.millis()).isEqualTo(1_001);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "0000000000000000000000000u", "00000000000000000000000000 "})
    void whatIsNoIdIsMalformed(String text) {
        assertThatThrownBy(() -> Id.parse(text)).isInstanceOf(Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"budi@lvlogist.com", "a.b+c@x-y.example", "\"two words\"@example.org", "é@example.org"})
    void anAddressSurvivesItsText(String text) {
        assertThat(Address.parse(text).toString()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "@b", "a@", "a@b@", "a b@c", ".a@b", "a..b@c", "a@-b", "a@b c"})
    void whatIsNoAddressIsMalformed(String text) {
        assertThatThrownBy(() -> Address.parse(text)).isInstanceOf(Malformed.class);
    }

    @Test
    void addressesCompareByTheirKey() {
        assertThat(Address.parse("Budi@LVLogist.COM").key()).isEqualTo("budi@lvlogist.com");
        assertThat(Domain.parse("bücher.example").value()).isEqualTo("xn--bcher-kva.example");
    }

    @Test
    void flagsAddAndTakeAwayWithoutCase() {
        Flags flags = Flags.of("\\seen", "$Junk", "work");
        assertThat(flags.names()).containsExactly("\\Seen", "$Junk", "work");
        assertThat(flags.plus(Flags.of("WORK", "\\Flagged")).names())
                .containsExactly("\\Seen", "\\Flagged", "$Junk", "work");
        assertThat(flags.minus(Flags.of("$junk", "\\Seen"))).isEqualTo(Flags.of("work"));
        assertThatThrownBy(() -> Flags.of("\\Recent")).isInstanceOf(Malformed.class);
    }

    @Test
    void whatIsWrittenIsRead() {
        BinaryWriter to = new BinaryWriter();
        Flags flags = Flags.of("\\Draft", "k");
        to.u8(200)
                .i32(-5)
                .i64(Long.MIN_VALUE)
                .varint(-1)
                .varint(300)
                .flag(true)
                .id(new Id(3, 4))
                .text("é")
                .bytes(new byte[] {1});
        flags.write(to);
        BinaryReader from = new BinaryReader(to.toByteArray());
        assertThat(from.u8()).isEqualTo(200);
        assertThat(from.i32()).isEqualTo(-5);
        assertThat(from.i64()).isEqualTo(Long.MIN_VALUE);
        assertThat(from.varint()).isEqualTo(-1);
        assertThat(from.varint()).isEqualTo(300);
        assertThat(from.flag()).isTrue();
        assertThat(from.id()).isEqualTo(new Id(3, 4));
        assertThat(from.text()).isEqualTo("é");
        assertThat(from.bytes()).containsExactly(1);
        assertThat(Flags.read(from)).isEqualTo(flags);
        assertThat(from.remaining()).isZero();
    }

    @Test
    void anyOctetsReadAsARecordAreEitherReadOrMalformed() {
        long seed = 7;
        Random chance = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            byte[] octets = new byte[chance.nextInt(40)];
            chance.nextBytes(octets);
            try {
                Flags.read(new BinaryReader(octets));
            } catch (Malformed expected) {
                assertThat(expected.sentence()).isNotEmpty();
            }
        }
    }

    /** While nodes are upgraded one by one, an older one hears reasons that it does not know. */
    @Test
    void aReasonOfALaterReleaseIsOneThatCannotBe() {
        for (Refused.Reason reason : Refused.Reason.values()) {
            assertThat(Refused.Reason.named(reason.name())).isEqualTo(reason);
        }
        assertThat(Refused.Reason.named("OF_TOMORROW")).isEqualTo(Refused.Reason.CANNOT);
    }

    @Test
    void namesAreChecked() {
        assertThat(GroupName.spool(new NodeName("gsmta1")).isSpool()).isTrue();
        assertThat(List.of(Role.parse("mta"), Role.parse("witness"))).containsExactly(Role.MTA, Role.WITNESS);
        assertThatThrownBy(() -> new NodeName("Gs_1")).isInstanceOf(Malformed.class);
        assertThatThrownBy(() -> Role.parse("mail")).hasMessageContaining("no role 'mail'");
    }
}
