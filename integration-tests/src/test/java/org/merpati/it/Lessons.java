package org.merpati.it;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.merpati.filter.Arrival;
import org.merpati.filter.Content;
import org.merpati.filter.Suspect;
import org.merpati.filter.bayes.Bayes;
import org.merpati.filter.bayes.Mark;
import org.merpati.kernel.BinaryWriter;

/** Messages of two kinds, of words that the other kind does not have, and the lessons that they give. */
final class Lessons {
    private final Random chance;

    Lessons(long seed) {
        System.out.println("lessons of seed " + seed);
        this.chance = new Random(seed);
    }

    /** A message of a kind. */
    byte[] message(Mark mark, String id) {
        StringBuilder text =
                new StringBuilder("From: someone@casino.example\r\nTo: all@lvlogist.com\r\nSubject: hello\r\n"
                        + "Message-ID: <" + id + ">\r\nDate: Thu, 26 Nov 2026 10:00:00 +0000\r\n\r\n");
        for (int i = 0; i < 40; i++) {
            text.append(mark == Mark.SPAM ? "spam" : "ham")
                    .append("word")
                    .append(chance.nextInt(60))
                    .append(' ');
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** So many lessons of a kind, as the operation {@code spam learn} takes them. */
    String of(Mark mark, int count) throws IOException {
        BinaryWriter lessons = new BinaryWriter().varint(count);
        for (int i = 0; i < count; i++) {
            byte[] octets = message(mark, chance.nextLong() + "@casino.example");
            Arrival arrival = new Arrival(Optional.empty(), "", Optional.empty(), List.of(), Optional.empty(), 0);
            Suspect suspect = Suspect.of(arrival, new Content() {
                @Override
                public long size() {
                    return octets.length;
                }

                @Override
                public InputStream open() {
                    return new ByteArrayInputStream(octets);
                }
            });
            Bayes.lesson(suspect, mark, System.currentTimeMillis()).write(lessons);
        }
        return Base64.getEncoder().encodeToString(lessons.toByteArray());
    }
}
