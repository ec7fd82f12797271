package org.merpati.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

class SummaryTest {
    /** Octets of a text in which {@code |} is a line end. */
    static byte[] octets(String text, String lineEnd) {
        return text.replace("|", lineEnd).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A part as {@code type/subtype{content}lines[children]}. */
    static String show(byte[] message, Part part) {
        String content = part.children().isEmpty() && part.message().isEmpty()
                ? "{"
                        + HeaderField.latin(message, part.bodyStart(), part.bodyEnd())
                                .replace("\r\n", "|")
                                .replace("\n", "|")
                        + "}" + part.lines()
                : "";
        String children =
                part.children().stream().map(c -> show(message, c)).collect(Collectors.joining(" ", "[", "]"));
        String nested =
                part.message().map(n -> "<" + show(message, n.part()) + ">").orElse("");
        return part.type() + "/" + part.subtype() + content + (children.equals("[]") ? "" : children) + nested;
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "S: x||a|b| => text/plain{a|b|}2",
                "S: x||a|b => text/plain{a|b}2",
                "S: x => text/plain{}0",
                "S: x| => text/plain{}0",
                "S: x|| => text/plain{}0",
                "|body => text/plain{body}1",
                "`` => text/plain{}0",
                "Content-Type: TEXT/Html||<p> => text/html{<p>}1",
                "Content-Type: nonsense||x => text/plain{x}1",
                "Content-Type: a/||x => text/plain{x}1",
                "Content-Type: multipart/mixed; boundary=b||pre|--b||one|--b|Content-Type: text/html||two|three|"
                        + "--b--|post"
                        + " => multipart/mixed[text/plain{one}1 text/html{two|three}2]",
                "Content-Type: multipart/mixed; boundary=b||--b||one| => multipart/mixed[text/plain{one|}1]",
                "Content-Type: multipart/mixed; boundary=b||--b||--b--| => multipart/mixed[text/plain{}0]",
                "Content-Type: multipart/mixed; boundary=b||--b|X: y|--b--| => multipart/mixed[text/plain{}0]",
                "Content-Type: multipart/mixed; boundary=b||--b|||--b--| => multipart/mixed[text/plain{}0]",
                "Content-Type: multipart/mixed; boundary=b||--b||||--b--| => multipart/mixed[text/plain{|}2]",
                "Content-Type: multipart/mixed; boundary=b||nothing| => multipart/mixed{nothing|}1",
                "Content-Type: multipart/mixed||nothing => multipart/mixed{nothing}1",
                "Content-Type: multipart/mixed; boundary=\"b \"||--b  ||one|--b-- |"
                        + " => multipart/mixed[text/plain{one}1]",
                "Content-Type: multipart/mixed; boundary=b||--bb||--b||one|--bx|--b--"
                        + " => multipart/mixed[text/plain{one|--bx}2]",
                "Content-Type: multipart/digest; boundary=b||--b||S: in||text|--b|Content-Type: text/plain||x|"
                        + "--b--"
                        + " => multipart/digest[message/rfc822<text/plain{text}1> text/plain{x}1]",
                "Content-Type: message/rfc822||S: in||text => message/rfc822<text/plain{text}1>",
                "Content-Type: message/rfc822|Content-Transfer-Encoding: base64||UzogaW4= => message/rfc822{UzogaW4=}1",
                "Content-Type: multipart/mixed; boundary=o||--o|Content-Type: multipart/alternative; boundary=i|"
                        + "|--i||1|--i||2|--o||3|--o--"
                        + " => multipart/mixed[multipart/alternative[text/plain{1}1 text/plain{2}1] text/plain{3}1]",
                "Content-Type: multipart/mixed; boundary=o||--o|Content-Type: multipart/alternative; boundary=o|"
                        + "|--o||1|--o--|--o||3|--o--"
                        + " => multipart/mixed[multipart/alternative[text/plain{1}1] text/plain{3}1]",
                "Content-Type: multipart/mixed;| boundary=\"b\"; x=(||--b||1|--b-- => multipart/mixed[text/plain{1}1]",
                "Content-Type: multipart/mixed; boundary*=\"utf-8''a%62\"||--ab||1|--ab--"
                        + " => multipart/mixed[text/plain{1}1]",
                "Content-Type: multipart/mixed; boundary*0=a; boundary*1*=%62||--ab||1|--ab--"
                        + " => multipart/mixed[text/plain{1}1]",
                "no colon here|Content-Type: text/html||x => text/html{x}1",
            })
    void structureWithEveryLineEnd(String text, String expected) {
        for (String lineEnd : List.of("\r\n", "\n")) {
            byte[] message = octets(text, lineEnd);
            assertThat(show(message, Summary.of(message).structure())).isEqualTo(expected);
        }
    }

    @Test
    void fieldsOfAPart() {
        byte[] message = octets(
                "Content-Type: text/plain (c); charset=\"utf-8\"; name*0*=utf-8''a%20; NAME*1=b c ; x|"
                        + "Content-ID: <id@x>|Content-Description: a| b|Content-Transfer-Encoding: Base64 (c)|"
                        + "Content-MD5: abc==|Content-Disposition: attachment; filename=\"a;b.txt\"|"
                        + "Content-Language: id, en|Content-Location: http://x/||",
                "\r\n");
        Part part = Summary.of(message).structure();
        assertThat(part.parameters())
                .containsExactly(
                        new Part.Parameter("charset", "utf-8"),
                        new Part.Parameter("name*0*", "utf-8''a%20"),
                        new Part.Parameter("NAME*1", "b c"));
        assertThat(part.id()).contains("<id@x>");
        assertThat(part.description()).contains("a b");
        assertThat(part.encoding()).isEqualTo("BASE64");
        assertThat(part.md5()).contains("abc==");
        assertThat(part.disposition().orElseThrow())
                .isEqualTo(new Part.Disposition("attachment", List.of(new Part.Parameter("filename", "a;b.txt"))));
        assertThat(part.languages()).containsExactly("id", "en");
        assertThat(part.location()).contains("http://x/");
        assertThat(part.bodyStart()).isEqualTo(message.length);
    }

    @Test
    void envelopeAndKeptHeaders() {
        byte[] message = octets(
                "date : Fri, 21 Nov 1997 09:55:06 -0600|From: A <a@b>|Subject:  Hello| World |To: x:;|X-Odd: 1|"
                        + "In-Reply-To: <1>|Message-ID: <2>|Subject: second||body",
                "\r\n");
        Summary summary = Summary.of(message);
        Envelope envelope = summary.envelope();
        assertThat(envelope.date()).contains("Fri, 21 Nov 1997 09:55:06 -0600");
        assertThat(envelope.subject()).contains("Hello World");
        assertThat(envelope.sender()).isEqualTo(envelope.from()).isEqualTo(envelope.replyTo());
        assertThat(envelope.to()).hasSize(2);
        assertThat(envelope.cc()).isEmpty();
        assertThat(envelope.inReplyTo()).contains("<1>");
        assertThat(envelope.messageId()).contains("<2>");
        assertThat(summary.header("SUBJECT")).contains("Hello World");
        assertThat(summary.header("date")).contains("Fri, 21 Nov 1997 09:55:06 -0600");
        assertThat(summary.headers().get(2).octets()).isEqualTo("Subject:  Hello\r\n World \r\n");
        assertThat(summary.keeps(List.of("subject", "FROM"))).isTrue();
        assertThat(summary.keeps(List.of("x-odd"))).isFalse();
    }

    @Test
    void aHugeHeaderIsNotKeptAndIsSaidToBeMissing() {
        byte[] message = octets("Subject: " + "x".repeat(1_000_000) + "|From: a@b||body", "\r\n");
        Summary summary = Summary.of(message);
        assertThat(summary.complete()).isFalse();
        assertThat(summary.header("from")).contains("a@b");
        assertThat(summary.structure().octets()).isEqualTo(4);
    }

    @Test
    void nestingStopsAtTheLimitAndTheRestIsOpaque() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 150; i++) {
            text.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("||--b")
                    .append(i)
                    .append('|');
        }
        byte[] message = octets(text + "|deep", "\r\n");
        Part part = Summary.of(message).structure();
        int depth = 0;
        while (!part.children().isEmpty()) {
            part = part.children().getFirst();
            depth++;
        }
        assertThat(depth).isEqualTo(StructureReader.DEPTH_LIMIT);
        assertThat(part.bodyEnd()).isEqualTo(message.length);
        assertThat(copy(Summary.of(message))).isEqualTo(Summary.of(message));
        String messages = "Content-Type: message/rfc822||".repeat(10_000) + "x";
        assertThat(Summary.of(octets(messages, "\n")).structure().message()).isPresent();
    }

    @Test
    void manyPartsAreReadInLinearTime() {
        String parts = "--b|Content-Type: text/html||x|".repeat(10_000);
        Part part = Summary.of(octets("Content-Type: multipart/mixed; boundary=b||" + parts + "--b--|", "\r\n"))
                .structure();
        assertThat(part.children()).hasSize(10_000);
        String more = "--b||x|".repeat(100_000);
        assertThat(Summary.of(octets("Content-Type: multipart/mixed; boundary=b||" + more, "\r\n"))
                        .structure()
                        .children())
                .hasSizeLessThanOrEqualTo(StructureReader.PARTS_LIMIT);
    }

    @Test
    void textForSearching() {
        byte[] message = octets(
                "Content-Type: multipart/mixed; boundary=b||--b|Content-Type: text/plain; charset=utf-8|"
                        + "Content-Transfer-Encoding: quoted-printable||B=C3=BCcher|--b|Content-Type: message/rfc822||"
                        + "Subject: =?utf-8?q?=C3=BC?=||inner|--b|Content-Type: image/png||png|--b--|",
                "\r\n");
        assertThat(MessageText.body(message, Summary.of(message).structure())).isEqualTo("Bücher\nSubject: ü\ninner\n");
    }

    @Test
    void anUnknownVersionIsRefused() {
        BinaryWriter to = new BinaryWriter();
        Summary.of(new byte[0]).write(to);
        byte[] octets = to.toByteArray();
        octets[0] = 9;
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> Summary.read(new BinaryReader(octets)))
                .isInstanceOf(Malformed.class)
                .hasMessageContaining("version 9");
    }

    static Summary copy(Summary summary) {
        BinaryWriter to = new BinaryWriter();
        summary.write(to);
        BinaryReader from = new BinaryReader(to.toByteArray());
        Summary copy = Summary.read(from);
        assertThat(from.remaining()).isZero();
        for (String name : List.of("SUBJECT", "content-type", "received")) {
            assertThat(Summary.fields(new BinaryReader(to.toByteArray()), name)).isEqualTo(summary.fields(name));
        }
        return copy;
    }
}
