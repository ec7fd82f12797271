package org.merpati.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MessageTextTest {
    private static Part structure(String message) {
        return Summary.of(message.getBytes(StandardCharsets.UTF_8)).structure();
    }

    private static Part disposed(String how) {
        return structure("Content-Type: application/pdf; name=b.pdf\r\nContent-Disposition: " + how + "\r\n\r\n");
    }

    @Test
    void aFilesNameIsThatOfTheDispositionOrTheType() {
        assertThat(MessageText.fileName(structure("Content-Type: application/pdf; name=b.pdf\r\n\r\n")))
                .contains("b.pdf");
        assertThat(MessageText.fileName(disposed("attachment; filename*=utf-8''r%C3%A9sum%C3%A9.pdf")))
                .contains("résumé.pdf");
        assertThat(MessageText.fileName(disposed("inline; filename=\"=?utf-8?Q?r=C3=A9sum=C3=A9?=\"")))
                .contains("résumé");
        assertThat(MessageText.fileName(structure("Subject: none\r\n\r\n"))).isEmpty();
    }

    @Test
    void foldedTextsHaveNoCaseAndAreComposed() {
        assertThat(MessageText.fold("STRASSE")).isEqualTo(MessageText.fold("straße"));
        assertThat(MessageText.fold("E\u0301TUDE")).isEqualTo("étude");
        assertThat(MessageText.fold("Plain")).isEqualTo("plain");
    }
}
