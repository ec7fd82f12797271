package org.merpati.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.merpati.directory.AccountRequests;
import org.merpati.directory.AccountRequests.Question;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Octets;
import org.merpati.mime.Summary;
import org.merpati.store.MailStore;

class RemovedPageTest {
    private static final Duration KEPT = Duration.ofDays(14);

    private static MailStore.Removed removed(int number, String header) {
        byte[] message = (header + "\r\n\r\nText\r\n").getBytes(StandardCharsets.US_ASCII);
        BinaryWriter summary = new BinaryWriter();
        Summary.of(message).write(summary);
        return new MailStore.Removed(
                new Octets(ByteBuffer.allocate(4).putInt(number).array()),
                1_000L + number,
                "Pekerjaan/Lama",
                500,
                message.length,
                new Octets(summary.toByteArray()));
    }

    /** Shows messages as a store does; how many of them it showed. */
    private static int show(RemovedPage page, int count) {
        for (int i = count; i > 0; i--) {
            if (!page.test(removed(i, "From: Siti <siti@example.com>\r\nSubject: laporan " + i))) {
                return count - i;
            }
        }
        return count;
    }

    @Test
    void aPageEndsWhenItIsFullAndSaysWhereToGoOn() {
        RemovedPage page = new RemovedPage(new Question(0, "", "", 3));
        assertThat(show(page, 10)).isEqualTo(3);
        AccountRequests.Page found = page.found(KEPT);
        assertThat(found.messages())
                .extracting(AccountRequests.Removed::subject)
                .containsExactly("laporan 10", "laporan 9", "laporan 8");
        assertThat(found.next())
                .isEqualTo("00000008")
                .isEqualTo(found.messages().getLast().key());
        assertThat(found.keptMillis()).isEqualTo(KEPT.toMillis());
        RemovedPage last = new RemovedPage(new Question(0, found.next(), "", 3));
        assertThat(last.before()).isEqualTo(new Octets(new byte[] {0, 0, 0, 8}));
        assertThat(show(last, 3)).isEqualTo(3);
        assertThat(last.found(KEPT).next()).as("nothing was left out").isEmpty();
    }

    @Test
    void aSearchLooksAtSoManyOnlyAndGoesOnFromThere() {
        RemovedPage page = new RemovedPage(new Question(0, "", "not there", 3));
        assertThat(show(page, RemovedPage.LOOKED_AT + 10)).isEqualTo(RemovedPage.LOOKED_AT);
        assertThat(page.found(KEPT).messages()).isEmpty();
        assertThat(page.found(KEPT).next()).isEqualTo("0000000b");
    }

    @Test
    void aPageHasALimitWhateverIsAskedFor() {
        assertThat(show(new RemovedPage(new Question(0, "", "", Integer.MAX_VALUE)), 1_000))
                .isEqualTo(RemovedPage.MOST);
        assertThat(show(new RemovedPage(new Question(0, "", "", 0)), 2)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "RAHMA, 1",
        "siti@EXAMPLE, 1",
        "größe, 1",
        "GRÖSSE, 1",
        "pekerjaan, 1",
        "text, 0",
    })
    void theSenderTheSubjectAndTheMailboxAreSearchedWhateverTheirCase(String text, int found) {
        RemovedPage page = new RemovedPage(new Question(0, "", text, 10));
        page.test(removed(
                1, "From: =?utf-8?q?Siti_Rahmawati?= <siti@example.com>\r\nSubject: =?iso-8859-1?q?Gr=F6=DFe_42?="));
        assertThat(page.found(KEPT).messages()).hasSize(found);
    }

    @Test
    void aMessageWithoutAHeaderIsShownToo() {
        RemovedPage page = new RemovedPage(new Question(0, "", "", 10));
        page.test(removed(1, "X-Other: 1"));
        assertThat(page.found(KEPT).messages()).singleElement().satisfies(message -> {
            assertThat(message.subject()).isEmpty();
            assertThat(message.from()).isEmpty();
            assertThat(message.name()).isEmpty();
            assertThat(message.mailbox()).isEqualTo("Pekerjaan/Lama");
            assertThat(message.date()).isEqualTo(500);
        });
    }

    @Test
    void whatIsNoKeyIsRefused() {
        assertThatThrownBy(() -> RemovedPage.key("xyz")).isInstanceOf(Malformed.class);
        assertThatThrownBy(() -> RemovedPage.key("0")).isInstanceOf(Malformed.class);
        assertThat(RemovedPage.key("")).isEqualTo(Octets.NONE);
    }
}
