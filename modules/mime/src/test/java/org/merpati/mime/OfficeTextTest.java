package org.merpati.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

class OfficeTextTest {
    private static final long ROOMY = 1 << 20;

    private static byte[] zip(String... namesAndTexts) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(octets)) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                zip.putNextEntry(new ZipEntry(namesAndTexts[i]));
                zip.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        } catch (IOException never) {
            throw new UncheckedIOException(never);
        }
        return octets.toByteArray();
    }

    private static String read(byte[] zip) {
        return OfficeText.of(zip, 10_000, ROOMY).replaceAll("\\s+", " ").strip();
    }

    @Test
    void aWordThatIsCutIntoRunsIsWholeAndParagraphsArePartedAndTheRestIsPassedOver() {
        assertThat(read(zip(
                        "word/styles.xml",
                        "<s>never</s>",
                        "word/document.xml",
                        "<d><p><r><t>kon</t></r><r><t>trak</t></r></p><p><t>sewa &amp; beli</t></p></d>",
                        "word/header2.xml",
                        "<p>kop</p>")))
                .isEqualTo("kontrak sewa & beli kop");
        assertThat(read(zip("content.xml", "<t><table-cell>1</table-cell><table-cell>2</table-cell></t>")))
                .isEqualTo("1 2");
    }

    @Test
    void entitiesFromElsewhereAreNotRead() {
        String bomb = "<!DOCTYPE d [<!ENTITY a SYSTEM 'file:///etc/passwd'><!ENTITY b 'bbbbbbbbbb'>"
                + "<!ENTITY c '&b;&b;&b;&b;&b;&b;'>]><d>ok &a;&c;</d>";
        assertThat(read(zip("content.xml", bomb))).doesNotContain("root", "bbb");
    }

    @Test
    void aBombEndsWithItsAllowance() {
        String zeros = "\0".repeat(100 << 20);
        byte[] bomb = zip("media/image.png", zeros, "content.xml", "<p>hidden</p>");
        assertThat(bomb.length).isLessThan(1 << 20);
        assertThat(read(bomb)).isEmpty();
        String text = "<p>" + "a".repeat(1 << 20) + "</p>";
        assertThat(OfficeText.of(zip("content.xml", text), 5_000, 100 << 20)).hasSizeLessThan(6_000);
        String deep = "<p>".repeat(300_000);
        assertThat(read(zip("content.xml", deep))).isEmpty();
    }

    @Test
    void brokenDocumentsAreNoError() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random chance = new Random(seed);
        byte[] good = zip("content.xml", "<p>some text</p>", "word/document.xml", "<p>more text</p>");
        for (int i = 0; i < 3_000; i++) {
            byte[] broken =
                    java.util.Arrays.copyOf(good, chance.nextInt(4) == 0 ? chance.nextInt(good.length) : good.length);
            for (int flips = chance.nextInt(5); flips >= 0 && broken.length > 0; flips--) {
                broken[chance.nextInt(broken.length)] ^= (byte) (1 << chance.nextInt(8));
            }
            assertThat(OfficeText.of(broken, 1_000, ROOMY)).hasSizeLessThan(1_100);
        }
    }
}
