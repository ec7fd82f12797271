package org.merpati.filter.known;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Id;
import org.merpati.kernel.Malformed;

class CorrespondentsTest {
    private static final AccountId BUDI = new AccountId(new Id(1, 2));
    private static final AccountId SITI = new AccountId(new Id(1, 3));

    private static byte[] written(Correspondents table) {
        BinaryWriter to = new BinaryWriter(100);
        table.write(to);
        return to.toByteArray();
    }

    @Test
    void aPairIsOfOnePersonAndOneAddressInAnySpelling() {
        Address ani = Address.parse("ani@example.org");
        assertThat(Correspondents.pair(BUDI, ani))
                .isEqualTo(Correspondents.pair(BUDI, Address.parse("Ani@EXAMPLE.org")))
                .isNotEqualTo(Correspondents.pair(SITI, ani))
                .isNotEqualTo(Correspondents.pair(BUDI, Address.parse("ani@example.com")));
    }

    @Test
    void theLastLetterCountsWhateverTheOrder() {
        Correspondents table = new Correspondents();
        table.wrote(List.of(1L, 2L), 20);
        table.wrote(List.of(1L), 10);
        table.wrote(List.of(2L), 30);
        assertThat(table.last(1)).isEqualTo(20);
        assertThat(table.last(2)).isEqualTo(30);
        assertThat(table.last(3)).isEqualTo(Correspondents.NEVER);
    }

    @Test
    void theOldestQuarterGoesWhereThereAreTooMany() {
        Correspondents table = new Correspondents(100);
        for (int day = 1; day <= 101; day++) {
            table.wrote(List.of((long) day), day);
        }
        assertThat(table.size()).isEqualTo(75);
        assertThat(table.last(26)).isEqualTo(Correspondents.NEVER);
        assertThat(table.last(27)).isEqualTo(27);
    }

    @Test
    void whatIsWrittenIsRead() {
        Correspondents table = new Correspondents();
        table.wrote(LongStream.range(-50, 50).boxed().toList(), 20_000);
        byte[] octets = written(table);
        Correspondents copy = Correspondents.read(new BinaryReader(octets), 100);
        assertThat(copy.last(-50)).isEqualTo(20_000);
        assertThat(written(copy)).isEqualTo(octets);
        octets[0] = 2;
        assertThatThrownBy(() -> Correspondents.read(new BinaryReader(octets), 100))
                .isInstanceOf(Malformed.class)
                .hasMessageContaining("version 2");
    }
}
