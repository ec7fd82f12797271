package org.merpati.filter.pyzor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.filter.Suspect;
import org.merpati.filter.Suspects;

/** Digests against those of Debian's pyzor. */
class PyzorDigestTest {
    private static final String THEIRS = """
            import email, sys, pyzor.digest
            for name in sys.argv[1:]:
                with open(name, 'rb') as file:
                    print(pyzor.digest.DataDigester(email.message_from_binary_file(file)).value)
            """;
    private static final String LINES = """
            Buy now, it is cheap and good
            write to someone@example.com or look at http://shop.example/a/b
            short
            a-very-long-word-that-differs-in-each-copy is left out of this
            The fifth line of the text, with words enough
            The sixth line of the text, with words enough
            The seventh line of the text, with words enough
            The eighth line of the text, with words enough
            The ninth line of the text, with words enough
            """;
    private static final String PAGE = """
            <html><head><style>p { color: red }</style><title>An offer for you</title></head>
            <body><!-- a comment with words --><p class="a>b">Buy <b>now</b> &amp; save &lt;50&gt; today</p>
            <script>if (a < b) { document.write("</p>hidden words"); }</script>
            <a href='http://shop.example/'>Follow this link at once</a> 1 < 2 and so on &#149; there &#8226; and&nbsp;
            <?php words ?><!DOCTYPE words> the end of all words here</body></html>
            """;
    private static final List<String> MESSAGES = List.of(
            "Subject: plain\n\n" + LINES,
            "Subject: few lines\n\nfirst line with words\nsecond line with words\n",
            "Subject: page\nContent-Type: text/html; charset=us-ascii\n\n" + PAGE,
            "Subject: page, quoted\nMIME-Version: 1.0\nContent-Type: text/html; charset=\"utf-8\"\n"
                    + "Content-Transfer-Encoding: quoted-printable\n\n"
                    + PAGE.replace("=", "=3D").replace("cheap", "ch=C3=A4p"),
            """
            Subject: base64
            MIME-Version: 1.0
            Content-Type: text/plain; charset=iso-8859-1
            Content-Transfer-Encoding: base64

            RuRyYmlnZSBXb3J0ZSBm/HIgYWxsZSBMZXV0ZQpVbmQgbm9jaCBlaW5lIFplaWxlIGRhenUK
            """,
            """
            Subject: unknown set
            MIME-Version: 1.0
            Content-Type: text/plain; charset=x-nowhere
            Content-Transfer-Encoding: quoted-printable

            words =E4=F6 and more words, many words
            """,
            "Subject: parts\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
                    + "not this line of words\n--b\n\n" + LINES + "\n--b\nContent-Type: text/html\n\n" + PAGE
                    + "\n--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n"
                    + "AAAA BBBB CCCC\n"
                    + "\n--b\nContent-Type: message/rfc822\n\nSubject: inner\n\nWords of the inner message here\n"
                    + "--b\nContent-Type: message/delivery-status\n\n"
                    + "Reporting-MTA: dns; mail.example\n\nAction: delayed until then\n--b--\n",
            """
            Subject: Indonesian
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: base64

            U2VsYW1hdCBwYWdpIGRhcmkga2FtaSDigJQgdGVyaW1hIGthc2lo4oCobGFnaSBzYXR1IGJhcmlzIGtpdGEK
            """);

    @TempDir
    Path folder;

    private static Optional<String> digest(byte[] message) throws IOException {
        Suspect suspect = Suspects.of("", "", message);
        return PyzorDigest.of(suspect.beginning(), suspect.structure());
    }

    private static byte[] wire(String message) {
        return message.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void debiansPyzorMakesTheSameDigests() throws IOException, InterruptedException {
        RealPyzor.assumeHere();
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "-c", THEIRS));
        List<String> ours = new ArrayList<>();
        for (String message : MESSAGES) {
            Path file = Files.write(folder.resolve("message-" + ours.size()), wire(message));
            command.add(file.toString());
            ours.add(digest(wire(message)).orElse("none"));
        }
        Process pyzor = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> theirs = new String(pyzor.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        pyzor.waitFor();
        for (int i = 0; i < MESSAGES.size(); i++) {
            assertThat(ours.get(i)).as(MESSAGES.get(i)).isEqualTo(theirs.get(i));
        }
    }

    @Test
    void copiesThatDifferInAddressesAndLongWordsAreOne() throws IOException {
        String copy =
                LINES.replace("someone@example.com", "anybody@example.org").replace("differs-in-each-copy", "x9");
        assertThat(digest(wire("Subject: a\n\n" + copy))).isEqualTo(digest(wire("Subject: b\n\n" + LINES)));
    }

    @Test
    void whatSaysNothingHasNone() throws IOException {
        assertThat(digest(wire("Subject: nothing\n\nhello\n"))).isEmpty();
    }
}
