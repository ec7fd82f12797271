package org.merpati.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

/** Real-looking messages with seeded faults: never an exception, never a position outside. */
class SummaryFuzzTest {
    private static final List<String> SEEDS = List.of("""
            Return-Path: <budi@lvlogist.com>
            Received: from a (b [192.0.2.1])
            \tby c; Mon, 1 Jan 2024 00:00:00 +0700
            From: "Budi Santoso" <budi@lvlogist.com>
            To: Siti <siti@lvlogist.com>, Team: a@b, c@d;
            Cc: =?utf-8?q?J=C3=BCrgen?= <j@example.org> (comment)
            Subject: =?utf-8?B?SGFsbG8=?= world
            Date: Mon, 1 Jan 2024 00:00:00 +0700
            Message-ID: <1@lvlogist.com>
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="outer"

            preamble
            --outer
            Content-Type: multipart/alternative; boundary=inner

            --inner
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Gr=C3=BC=C3=9Fe =
            you
            --inner
            Content-Type: text/html

            <p>x</p>
            --inner--
            --outer
            Content-Type: message/rfc822

            From: x@y
            Subject: nested

            text
            --outer
            Content-Type: application/pdf; name*=utf-8''a%20b.pdf
            Content-Disposition: attachment; filename="a b.pdf"
            Content-Transfer-Encoding: base64

            SGVsbG8gd29ybGQhIEhlbGxvIHdvcmxkIQ==
            --outer--
            epilogue
            """, "Subject: plain\n\nhello\n");
    private static final List<String> PIECES = List.of(
            "\"",
            "(",
            ")",
            "<",
            ">",
            ":",
            ";",
            ",",
            "@",
            "\\",
            "\0",
            "\r",
            "\n",
            "\r\n",
            "\n\n",
            "--outer",
            "--inner--\n",
            "=?",
            "?=",
            "=",
            "boundary=",
            "Content-Type: multipart/mixed; boundary=outer\n",
            "Content-Type: message/rfc822\n\n",
            "\n--outer\n",
            "\u00ff",
            " ",
            "\t");

    @Test
    @Tag("slow")
    void mutationsAreReadWithinBounds() {
        long seed = Long.getLong("seed", 20_261_124L);
        System.out.println("seed " + seed);
        Random chance = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] message = mutate(chance).getBytes(StandardCharsets.ISO_8859_1);
            Summary summary = Summary.of(message);
            assertThat(summary.structure().headerStart()).isZero();
            assertThat(summary.structure().bodyEnd()).isEqualTo(message.length);
            check(summary.structure(), 0, message.length, message);
            assertThat(SummaryTest.copy(summary)).isEqualTo(summary);
            MessageText.body(message, summary.structure());
            MessageText.header(message, summary.structure());
            summary.envelope().date().ifPresent(MailDate::parse);
        }
    }

    private static String mutate(Random chance) {
        StringBuilder text = new StringBuilder(SEEDS.get(chance.nextInt(4) == 0 ? 1 : 0));
        for (int n = chance.nextInt(6); n >= 0; n--) {
            int at = chance.nextInt(text.length() + 1);
            int end = Math.min(text.length(), at + chance.nextInt(30));
            switch (chance.nextInt(4)) {
                case 0 -> text.insert(at, PIECES.get(chance.nextInt(PIECES.size())));
                case 1 -> text.delete(at, end);
                case 2 -> text.insert(at, text.substring(at, end));
                default -> text.setLength(Math.max(1, chance.nextInt(20) == 0 ? at : text.length()));
            }
        }
        return chance.nextBoolean() ? text.toString() : text.toString().replace("\n", "\r\n");
    }

    private static void check(Part part, int from, int to, byte[] message) {
        assertThat(part.headerStart()).isBetween(from, to);
        assertThat(part.bodyStart()).isBetween(part.headerStart(), to);
        assertThat(part.bodyEnd()).isBetween(part.bodyStart(), to);
        int feeds = 0;
        for (int i = part.bodyStart(); i < part.bodyEnd(); i++) {
            feeds += message[i] == '\n' ? 1 : 0;
        }
        boolean open = part.octets() > 0 && message[part.bodyEnd() - 1] != '\n';
        assertThat(part.lines()).isBetween(feeds, feeds + (open ? 1 : 0) + 1);
        int at = part.bodyStart();
        for (Part child : part.children()) {
            check(child, at, part.bodyEnd(), message);
            at = child.bodyEnd();
        }
        part.message().ifPresent(n -> check(n.part(), part.bodyStart(), part.bodyEnd(), message));
    }

    @Test
    void anyOctetsReadAsASummaryAreReadOrMalformed() {
        long seed = Long.getLong("seed", 7L);
        System.out.println("seed " + seed);
        Random chance = new Random(seed);
        BinaryWriter to = new BinaryWriter();
        Summary.of(SEEDS.getFirst().getBytes(StandardCharsets.ISO_8859_1)).write(to);
        byte[] good = to.toByteArray();
        for (int i = 0; i < 20_000; i++) {
            byte[] octets =
                    Arrays.copyOf(good, good.length - (chance.nextInt(3) == 0 ? chance.nextInt(good.length) : 0));
            for (int n = chance.nextInt(4); n >= 0 && octets.length > 0; n--) {
                octets[chance.nextInt(octets.length)] = (byte) chance.nextInt();
            }
            try {
                Summary.fields(new BinaryReader(octets), "subject");
                Summary.read(new BinaryReader(octets));
            } catch (Malformed expected) {
                assertThat(expected.sentence()).isNotEmpty();
            }
        }
    }

    @Test
    void hostileInputIsReadInLinearTime() {
        List<String> pieces = List.of(
                "--b\n",
                "--b--\n",
                "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
                "a: b\n",
                " \n",
                "(\n ",
                "Content-Type: message/rfc822\n\n",
                "--",
                "\n",
                "From: \"\n ",
                "=?a?q?");
        for (String piece : pieces) {
            String text = "Content-Type: multipart/mixed; boundary=b\n\n" + piece.repeat(2_000_000 / piece.length());
            long before = System.nanoTime();
            Summary.of(text.getBytes(StandardCharsets.ISO_8859_1));
            Summary.of(text.substring(43).getBytes(StandardCharsets.ISO_8859_1));
            EncodedWords.decode(text);
            assertThat(System.nanoTime() - before).as(piece).isLessThan(10_000_000_000L);
        }
    }
}
