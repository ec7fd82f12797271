package org.merpati.filter.virus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.merpati.filter.Action;
import org.merpati.filter.Objection;
import org.merpati.filter.Suspect;
import org.merpati.filter.Suspects;

class AttachmentGuardTest {
    private final AttachmentGuard guard = new AttachmentGuard(AttachmentGuard.DANGEROUS, Action.REJECT);

    private static Suspect with(String padding, String header, byte[] content) throws IOException {
        String text = "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
                + padding + "\r\n--b\r\n" + header + "\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(content) + "\r\n--b--\r\n";
        return Suspects.of("", "", text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] zip(String name, byte[] content) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(octets)) {
            zip.putNextEntry(new ZipEntry("readme.txt"));
            zip.write(new byte[100]);
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
        }
        return octets.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({
        "invoice.pdf, false",
        "invoice.EXE, true",
        "invoice.pdf.scr, true",
        "'invoice.exe ', true",
        "invoice.exe., true",
        "exe, false",
        "report.docx, false"
    })
    void theEndOfTheNameSaysTheKind(String name, boolean unwanted) throws IOException {
        for (String header : new String[] {
            "Content-Disposition: attachment; filename=\"" + name + "\"",
            "Content-Type: application/octet-stream; name=\"" + name + "\""
        }) {
            assertThat(guard.object(with("", header, new byte[] {1})).isPresent())
                    .isEqualTo(unwanted);
            assertThat(guard.object(with("x\r\n".repeat(300_000), header, new byte[] {1}))
                            .isPresent())
                    .isEqualTo(unwanted);
        }
    }

    @Test
    void aNameInAnotherCharsetIsRead() throws IOException {
        String header = "Content-Disposition: attachment; filename*=utf-8''%e2%82%ac%2e%65xe";
        Optional<Objection> objection = guard.object(with("", header, new byte[] {1}));
        assertThat(objection.orElseThrow().finding().why())
                .contains("\u20ac.exe")
                .contains("are not taken here");
    }

    @Test
    void anArchiveIsLookedInto() throws IOException {
        String header = "Content-Disposition: attachment; filename=a.zip";
        byte[] inner = zip("setup.exe", new byte[] {1});
        assertThat(guard.object(with("", header, zip("notes.txt", new byte[10]))))
                .isEmpty();
        assertThat(guard.object(with("", header, inner))).isPresent();
        assertThat(guard.object(with("", header, zip("inner.zip", inner)))).isPresent();
        assertThat(new AttachmentGuard(Set.of("pdf"), Action.REJECT).object(with("", header, inner)))
                .isEmpty();
    }

    @Test
    void aBombCostsNoMoreThanItsBounds() throws IOException {
        byte[] bomb = zip("zeros.bin", new byte[200_000_000]);
        byte[] nested = zip("bomb.zip", bomb);
        for (int i = 0; i < 5; i++) {
            nested = zip("layer.zip", nested);
        }
        long began = System.nanoTime();
        assertThat(guard.object(with("", "Content-Disposition: attachment; filename=a.zip", bomb)))
                .isEmpty();
        assertThat(guard.object(with("", "Content-Disposition: attachment; filename=a.zip", nested)))
                .isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }
}
