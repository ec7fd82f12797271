package org.merpati.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.Malformed;

@Tag("fast")
class BenchTest {
    @Test
    void theAnswerToStatusIsRead() {
        assertThat(DeliveryBenchCommand.messages(List.of("* STATUS INBOX (MESSAGES 1234)", "OK done")))
                .isEqualTo(1234);
        assertThat(DeliveryBenchCommand.messages(
                        List.of("* 3 EXISTS", "* STATUS \"INBOX\" (UNSEEN 2 MESSAGES 7 UIDNEXT 9)", "OK done")))
                .isEqualTo(7);
        assertThatThrownBy(() -> DeliveryBenchCommand.messages(List.of("OK MESSAGES 3")))
                .isInstanceOf(Malformed.class);
    }

    @Test
    void whatWasWrittenIsWhatGrewAndWhatIsNew() {
        assertThat(SizeBenchCommand.written(
                        Map.of("a", 10L, "dropped", 1_000L, "b", 5L), Map.of("a", 17L, "b", 5L, "new", 100L)))
                .isEqualTo(107);
    }

    @Test
    void aStoreOnlyGrowsByWholeMailboxes() {
        SizeBenchCommand.check(List.of(1_000, 10_000, 1_000_000));
        for (List<Integer> wrong : List.of(List.of(1_500), List.of(2_000, 1_000), List.of(1_000, 1_000), List.of(0))) {
            assertThatThrownBy(() -> SizeBenchCommand.check(wrong)).isInstanceOf(Malformed.class);
        }
    }

    @Test
    void theMiddleOneIsTold() {
        assertThat(Bench.median(List.of(9.0, 1.0, 5.0))).isEqualTo(5);
    }
}
