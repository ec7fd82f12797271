package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.store.search.Hit;
import org.merpati.store.search.SearchLimits;

/** What people find by words: in two languages, in scripts without spaces, and in what is attached. */
class SearchWordsTest {
    @TempDir
    Path temp;

    private IndexedShard shard;

    @BeforeEach
    void open() {
        shard = new IndexedShard(temp, SearchLimits.DEFAULT);
        shard.store().ensure(Shard.BUDI);
    }

    @AfterEach
    void close() {
        shard.close();
    }

    private List<Long> found(String words) {
        shard.settle();
        return shard.store().find(Shard.BUDI, words, 10).stream().map(Hit::uid).toList();
    }

    private long text(String subject, String type, String text) {
        return shard.append(
                "INBOX",
                "From: Dewi Lestari <dewi@lvlogist.com>\r\nSubject: " + subject + "\r\nContent-Type: " + type
                        + "; charset=utf-8\r\n\r\n" + text);
    }

    private long attached(String name, String type, byte[] octets) {
        return shard.append(
                "INBOX",
                "From: a@b.c\r\nSubject: lampiran\r\nContent-Type: multipart/mixed; boundary=cut\r\n\r\n"
                        + "--cut\r\nContent-Type: text/plain\r\n\r\nTerlampir.\r\n--cut\r\nContent-Type: " + type
                        + "\r\nContent-Disposition: attachment; filename=\"" + name
                        + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                        + Base64.getMimeEncoder().encodeToString(octets) + "\r\n--cut--\r\n");
    }

    static byte[] zip(String... namesAndTexts) {
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

    private static byte[] pdf(String text) {
        String content = "BT /F 12 Tf 50 700 Td (" + text + ") Tj ET";
        return """
                %%PDF-1.4
                1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
                2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
                3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R
                /Resources<</Font<</F 5 0 R>>>>>>endobj
                4 0 obj<</Length %d>>stream
                %s
                endstream endobj
                5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
                trailer<</Root 1 0 R>>
                """.formatted(content.length(), content).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void wordsAreFoundByTheirStems() {
        long uid = text("Pengiriman barang", "text/plain", "We were shipping containers. Makanannya enak.");
        for (String words :
                List.of("PENGIRIMAN", "shipped container", "dimakan", "dewi lestari", "barang container", "dewi's")) {
            assertThat(found(words)).as(words).containsExactly(uid);
        }
        for (String words : List.of("kapal", "container kapal", "ship kapal", "", " - ")) {
            assertThat(found(words)).as(words).isEmpty();
        }
    }

    @Test
    void accentsWidthAndScriptsWithoutSpacesAreNoObstacle() {
        long one = text("Crème brûlée", "text/plain", "東京都庁の会議は来週です。");
        text("lain", "text/plain", "京都の会議");
        assertThat(found("creme BRULEE")).containsExactly(one);
        assertThat(found("東京")).containsExactly(one);
        assertThat(found("会議")).hasSize(2);
        assertThat(found("都東")).isEmpty();
    }

    @Test
    void htmlIsSearchedWithoutItsTags() {
        long uid = text(
                "html",
                "text/html",
                "<style>.merah{}</style><p>Har<b>ga</b> &eacute;tat &amp; lain</p><script>rahasia()</script>");
        assertThat(found("harga etat")).containsExactly(uid);
        assertThat(found("merah")).isEmpty();
        assertThat(found("rahasia")).isEmpty();
    }

    @Test
    void attachmentsAreFoundByNameAndText() throws Exception {
        String office = "application/vnd.openxmlformats-officedocument.";
        long word = attached(
                "Kontrak Sewa.docx",
                office + "wordprocessingml.document",
                zip(
                        "word/document.xml",
                        "<w:d xmlns:w='w'><w:p><w:t>Gud</w:t><w:t>ang</w:t></w:p><w:p>luas</w:p></w:d>"));
        long sheet = attached(
                "x.xlsx",
                office + "spreadsheetml.sheet",
                zip("xl/sharedStrings.xml", "<sst><si><t>Anggaran</t></si><si><t>2026</t></si></sst>"));
        long slides = attached(
                "x.pptx",
                office + "presentationml.presentation",
                zip("ppt/slides/slide1.xml", "<a:p xmlns:a='a'><a:t>Strategi</a:t></a:p>"));
        long open = attached(
                "x.odt",
                "application/vnd.oasis.opendocument.text",
                zip("content.xml", "<t:p xmlns:t='t'>Notulen rapat</t:p>"));
        long pdf = attached("x.pdf", "application/pdf", pdf("Surat jalan pelabuhan"));
        assertThat(found("kontrak")).containsExactly(word);
        assertThat(found("gudang luas")).containsExactly(word);
        assertThat(found("anggaran 2026")).containsExactly(sheet);
        assertThat(found("strategi")).containsExactly(slides);
        assertThat(found("notulen")).containsExactly(open);
        assertThat(found("pelabuhan")).containsExactly(pdf);
    }

    @Test
    void anotherAccountsMailIsNotFound() {
        text("rahasia", "text/plain", "x");
        shard.store().ensure(Shard.SITI);
        assertThat(found("rahasia")).hasSize(1);
        assertThat(shard.store().find(Shard.SITI, "rahasia", 10)).isEmpty();
    }
}
