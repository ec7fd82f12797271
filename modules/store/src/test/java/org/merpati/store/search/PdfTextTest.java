package org.merpati.store.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;

class PdfTextTest {
    private static final long ROOMY = 1 << 20;

    private static byte[] deflated(byte[] octets) throws IOException {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(to)) {
            deflater.write(octets);
        }
        return to.toByteArray();
    }

    private static byte[] pdf(String filter, byte[] content, String more) throws IOException {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        String head = """
                %%PDF-1.4
                1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
                2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
                3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R
                /Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>endobj
                5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
                %s
                4 0 obj<</Length %d%s>>stream
                """.formatted(more, content.length, filter);
        to.write(head.getBytes(StandardCharsets.ISO_8859_1));
        to.write(content);
        to.write("\nendstream endobj\ntrailer<</Root 1 0 R>>\n".getBytes(StandardCharsets.ISO_8859_1));
        return to.toByteArray();
    }

    private static byte[] text(String text) {
        return ("BT /F 12 Tf 50 700 Td (" + text + ") Tj ET").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String read(byte[] pdf) {
        return PdfText.of(pdf, 1_000, ROOMY).strip();
    }

    @Test
    void textIsRead() throws IOException {
        assertThat(read(pdf("", text("Surat jalan"), ""))).isEqualTo("Surat jalan");
        assertThat(read(pdf("/Filter/FlateDecode", deflated(text("Surat jalan")), "")))
                .isEqualTo("Surat jalan");
        assertThat(PdfText.of(pdf("", text("x".repeat(5_000)), ""), 1_000, ROOMY))
                .hasSize(1_000);
    }

    @Test
    void aBombIsNotUnpacked() throws IOException {
        byte[] bomb = deflated(new byte[20 << 20]);
        assertThat(bomb.length).isLessThan(40_000);
        long late = System.nanoTime() + 60_000_000_000L;
        byte[] once = pdf("/Filter/FlateDecode", bomb, "");
        assertThat(PdfText.inflates(once, ROOMY, late)).isFalse();
        assertThat(PdfText.inflates(once, 40 << 20, late)).isTrue();
        assertThat(PdfText.inflates(once, 40 << 20, System.nanoTime() - 1)).isFalse();
        byte[] twice = pdf("/Filter[/FlateDecode/FlateDecode]", deflated(bomb), "");
        assertThat(PdfText.inflates(twice, 40 << 20, late)).isFalse();
        assertThat(PdfText.of(once, 1_000, ROOMY)).isEmpty();
    }

    /** A form that draws itself, or others many times over, ends with the time that a document is given. */
    @Test
    void drawingsWithinDrawingsEndInTime() throws IOException {
        StringBuilder forms = new StringBuilder();
        for (int i = 6; i < 30; i++) {
            String draw = "/X Do ".repeat(12);
            forms.append("%d 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length %d".formatted(i, draw.length()))
                    .append("/Resources<</XObject<</X %d 0 R>>>>>>".formatted(i + 1))
                    .append("stream\n")
                    .append(draw)
                    .append("\nendstream endobj\n");
        }
        long start = System.nanoTime();
        read(pdf("", "/X Do".getBytes(StandardCharsets.ISO_8859_1), forms.toString()));
        assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
    }

    @Test
    void brokenDocumentsAreNoError() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random chance = new Random(seed);
        byte[] good = pdf("/Filter/FlateDecode", deflated(text("some text")), "");
        for (int i = 0; i < 100; i++) {
            byte[] broken = good.clone();
            for (int flips = chance.nextInt(8); flips >= 0; flips--) {
                broken[chance.nextInt(broken.length)] ^= (byte) (1 << chance.nextInt(8));
            }
            assertThat(PdfText.of(broken, 1_000, ROOMY)).hasSizeLessThanOrEqualTo(1_000);
        }
    }
}
