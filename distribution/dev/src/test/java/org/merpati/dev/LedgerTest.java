package org.merpati.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.Ledger.Fact;
import org.merpati.dev.Ledger.Place;

class LedgerTest {
    private static final Place INBOX = new Place("INBOX", 7, 12, Set.of("\\Seen", "$Load"));
    private static final Place BARE = new Place("Archive", 0, 0, Set.of());
    private static final Fact MOVING = new Fact("a@x.test", List.of(INBOX, BARE), false, true);
    private static final Fact REMOVED = new Fact("a@x.test", List.of(), true, false);

    @TempDir
    Path folder;

    @Test
    void aLedgerInAFileOutlivesItsWriter() throws IOException {
        Path file = folder.resolve("ledger.tsv");
        try (Ledger ledger = new Ledger(file)) {
            ledger.put("m1", REMOVED);
            ledger.put("m1", MOVING);
            ledger.put("m2", REMOVED);
        }
        try (Ledger ledger = new Ledger(file)) {
            assertThat(ledger.all()).containsOnlyKeys("m1", "m2");
            assertThat(ledger.get("m1")).isEqualTo(MOVING);
            assertThat(ledger.get("m2")).isEqualTo(REMOVED);
        }
    }

    @Test
    void aLineThatWasNotWrittenToItsEndIsNotThere() throws IOException {
        Path file = folder.resolve("ledger.tsv");
        try (Ledger ledger = new Ledger(file)) {
            ledger.put("m1", MOVING);
        }
        Files.writeString(file, "m1\ta@x.test\ttr", StandardOpenOption.APPEND);
        try (Ledger ledger = new Ledger(file)) {
            assertThat(ledger.get("m1")).isEqualTo(MOVING);
            ledger.put("m2", REMOVED);
        }
        try (Ledger ledger = new Ledger(file)) {
            assertThat(ledger.get("m1")).isEqualTo(MOVING);
            assertThat(ledger.get("m2")).isEqualTo(REMOVED);
        }
    }

    @Test
    void whatIsSureIsOnePlaceAndNoOther() {
        assertThat(MOVING.sure()).isNull();
        assertThat(REMOVED.sure()).isNull();
        assertThat(new Fact("a@x.test", List.of(INBOX), true, false).sure()).isNull();
        assertThat(new Fact("a@x.test", List.of(INBOX), false, true).sure()).isEqualTo(INBOX);
    }
}
