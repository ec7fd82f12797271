package org.merpati.filter.reputation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

class ReputationsTest {
    private static final int TODAY = 20_000;

    private static byte[] written(Reputations table) {
        BinaryWriter to = new BinaryWriter(100);
        table.write(to);
        return to.toByteArray();
    }

    @Test
    void whatIsLongAgoCountsForLess() {
        Reputations table = new Reputations();
        table.take(List.of(new Experience(1, 8, 4)), TODAY);
        assertThat(table.opinion(1, TODAY + 29)).isEqualTo(new Opinion(8, 4));
        assertThat(table.opinion(1, TODAY + 30)).isEqualTo(new Opinion(4, 2));
        table.take(List.of(new Experience(1, 0, 1)), TODAY + 61);
        assertThat(table.opinion(1, TODAY + 61)).isEqualTo(new Opinion(2, 2));
        assertThat(table.opinion(1, TODAY + 90)).isEqualTo(new Opinion(1, 1));
        assertThat(table.opinion(1, TODAY + 100_000)).isEqualTo(Opinion.NONE);
        assertThat(table.opinion(2, TODAY)).isEqualTo(Opinion.NONE);
    }

    @Test
    void anOriginOfManyYearsCanStillChangeItsWays() {
        Reputations table = new Reputations();
        for (int i = 0; i < 100; i++) {
            table.take(List.of(new Experience(1, Experience.LIMIT, 0)), TODAY);
        }
        assertThat(table.opinion(1, TODAY).lean()).isLessThan(-0.9);
        for (int i = 0; i < 2; i++) {
            table.take(List.of(new Experience(1, 0, Experience.LIMIT)), TODAY);
        }
        assertThat(table.opinion(1, TODAY).lean()).isGreaterThan(0.3);
    }

    @Test
    void fewMessagesSayLittle() {
        assertThat(new Opinion(0, 1).lean()).isBetween(0.05, 0.1);
        assertThat(new Opinion(0, 10).lean()).isEqualTo(0.5);
        assertThat(new Opinion(5, 5).lean()).isZero();
    }

    @Test
    void theOldestQuarterGoesWhereThereAreTooMany() {
        Reputations table = new Reputations(100);
        table.take(List.of(new Experience(0, 1, 0)), TODAY);
        for (int i = 1; i < 100; i++) {
            table.take(List.of(new Experience(i, 1, 0)), TODAY + i);
        }
        table.take(List.of(new Experience(0, 1, 0)), TODAY + 100);
        table.take(List.of(new Experience(100, 1, 0)), TODAY + 100);
        assertThat(table.size()).isEqualTo(75);
        assertThat(table.opinion(1, TODAY + 100)).isEqualTo(Opinion.NONE);
        assertThat(table.opinion(0, TODAY + 100).wanted())
                .as("seen first, and last")
                .isPositive();
    }

    @Test
    void whatIsWrittenIsReadAndWhatIsForgottenIsGone() {
        Reputations table = new Reputations();
        table.take(List.of(new Experience(-7, 3, 2), new Experience(9, 0, 5_000)), TODAY);
        byte[] octets = written(table);
        Reputations copy = Reputations.read(new BinaryReader(octets), 100);
        assertThat(copy.opinion(-7, TODAY)).isEqualTo(new Opinion(3, 2));
        assertThat(written(copy)).isEqualTo(octets);
        copy.forget(-7);
        assertThat(copy.opinion(-7, TODAY)).isEqualTo(Opinion.NONE);
        octets[0] = 2;
        assertThatThrownBy(() -> Reputations.read(new BinaryReader(octets), 100))
                .isInstanceOf(Malformed.class)
                .hasMessageContaining("version 2");
    }
}
