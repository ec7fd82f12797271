package org.merpati.filter.waves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.merpati.filter.Arrival;
import org.merpati.filter.Content;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

class WavesTest {
    private static final int TODAY = 20_000;
    private static final long SEED = 20261126;

    private final Random chance = new Random(SEED);

    private static Suspect suspect(String message) throws IOException {
        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        Arrival arrival = new Arrival(
                Optional.empty(),
                "",
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Duration.ofDays(TODAY).toMillis());
        return Suspect.of(arrival, new Content() {
            @Override
            public long size() {
                return octets.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(octets);
            }
        });
    }

    private static Suspect letter(String text) throws IOException {
        return suspect("From: a@example.net\r\nSubject: x\r\n\r\n" + text + "\r\n");
    }

    private List<String> words(int count) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            words.add(Integer.toString(3_000 + chance.nextInt(3_000), 26).replaceAll("[0-9]", "q"));
        }
        return words;
    }

    /** Changes so many words of a hundred, and numbers everywhere. */
    private List<String> altered(List<String> words, int percent) {
        List<String> altered = new ArrayList<>(words);
        for (int i = 0; i < altered.size(); i++) {
            if (chance.nextInt(100) < percent) {
                altered.set(
                        i, "other" + Integer.toString(chance.nextInt(500), 26).replaceAll("[0-9]", "z"));
            }
            if (i % 9 == 0) {
                altered.set(i, altered.get(i) + " " + chance.nextInt(1_000_000));
            }
        }
        return altered;
    }

    private int known(WaveTable table, Suspect suspect) {
        return Fingerprints.of(suspect).stream()
                .mapToInt(sketch -> table.weight(sketch, TODAY))
                .max()
                .orElse(0);
    }

    @Test
    void nearlyEqualTextsAreKnownAgainAndOthersAreNot() throws IOException {
        System.out.println("waves of seed " + SEED);
        WaveTable table = new WaveTable();
        int same = 0;
        int different = 0;
        int rounds = 300;
        for (int i = 0; i < rounds; i++) {
            List<String> words = words(150);
            table.take(new Sighting(1, 1, Fingerprints.of(letter(String.join(" ", words))), TODAY));
            String near = String.join("\n", altered(words, 2)).toUpperCase(java.util.Locale.ROOT);
            same += known(table, letter("Dear customer " + i + ",\n" + near));
            different += known(table, letter(String.join(" ", words(150))));
        }
        System.out.println(
                "of " + rounds + " altered texts " + same + " are known again, of as many others " + different);
        assertThat(same).isGreaterThan(rounds * 95 / 100);
        assertThat(different).isLessThanOrEqualTo(rounds / 100);
    }

    @Test
    void aFileIsKnownAgainThoughOctetsWereInsertedAndTheTextIsAnother() throws IOException {
        byte[] file = new byte[20_000];
        chance.nextBytes(file);
        byte[] longer = new byte[file.length + 40];
        chance.nextBytes(longer);
        System.arraycopy(file, 0, longer, 0, 9_000);
        System.arraycopy(file, 9_000, longer, 9_040, file.length - 9_000);
        WaveTable table = new WaveTable();
        table.take(new Sighting(1, 1, Fingerprints.of(withFile(file, "one")), TODAY));
        assertThat(known(table, withFile(longer, "two"))).isEqualTo(1);
        byte[] other = new byte[20_000];
        chance.nextBytes(other);
        assertThat(known(table, withFile(other, "three"))).isZero();
    }

    private static Suspect withFile(byte[] file, String text) throws IOException {
        return suspect("From: a@example.net\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                + "--b\r\n\r\n" + text
                + "\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(file) + "\r\n--b--\r\n");
    }

    @Test
    void whatIsTooShortHasNoMark() throws IOException {
        assertThat(Fingerprints.of(letter("ok, thanks, see you tomorrow"))).isEmpty();
    }

    @Test
    void reportersAreCountedOnceMayTakeItBackAndAgeAway() throws IOException {
        List<long[]> sketches = Fingerprints.of(letter(String.join(" ", words(100))));
        WaveTable table = new WaveTable();
        for (long reporter : new long[] {1, 2, 2, 3}) {
            table.take(new Sighting(reporter, 1, sketches, TODAY));
        }
        assertThat(table.weight(sketches.getFirst(), TODAY)).isEqualTo(3);
        table.take(new Sighting(2, 0, sketches, TODAY));
        assertThat(table.weight(sketches.getFirst(), TODAY)).isEqualTo(2);
        table.take(new Sighting(9, 5, sketches, TODAY));
        assertThat(table.weight(sketches.getFirst(), TODAY))
                .as("a trap weighs more")
                .isEqualTo(7);
        assertThat(table.weight(sketches.getFirst(), TODAY + WaveTable.DAYS)).isEqualTo(7);
        assertThat(table.weight(sketches.getFirst(), TODAY + WaveTable.DAYS + 1))
                .isZero();
        for (long reporter : new long[] {1, 3, 9}) {
            table.take(new Sighting(reporter, 0, sketches, TODAY));
        }
        assertThat(table.size()).isZero();
    }

    @Test
    void theTableIsBoundedAndCopiesAreEqual() throws IOException {
        WaveTable one = new WaveTable(100);
        WaveTable two = new WaveTable(100);
        for (int i = 0; i < 60; i++) {
            Sighting sighting = new Sighting(i, 1, Fingerprints.of(letter(String.join(" ", words(60)))), TODAY + i);
            one.take(sighting);
            BinaryWriter written = new BinaryWriter();
            sighting.write(written);
            two.take(Sighting.read(new BinaryReader(written.toByteArray())));
        }
        assertThat(one.size()).isLessThanOrEqualTo(100);
        assertThat(form(one)).isEqualTo(form(two));
        assertThat(form(WaveTable.read(new BinaryReader(form(one)), 100))).isEqualTo(form(one));
        assertThatThrownBy(() -> WaveTable.read(new BinaryReader(new byte[] {9}), 100))
                .isInstanceOf(Malformed.class);
        assertThatThrownBy(() -> Sighting.read(new BinaryReader(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 100})))
                .isInstanceOf(Malformed.class);
    }

    private static byte[] form(WaveTable table) {
        BinaryWriter to = new BinaryWriter();
        table.write(to);
        return to.toByteArray();
    }

    @Test
    void theCheckSaysHowOftenAMessageWasReported() throws IOException {
        WaveTable table = new WaveTable();
        Suspect suspect = letter(String.join(" ", words(80)));
        WaveCheck check = new WaveCheck(table::weight, 2);
        table.take(new Sighting(1, 1, Fingerprints.of(suspect), TODAY));
        assertThat(check.check(suspect)).isEmpty();
        table.take(new Sighting(2, 1, Fingerprints.of(suspect), TODAY));
        assertThat(check.check(suspect))
                .singleElement()
                .extracting(Finding::symbol, Finding::why)
                .containsExactly("WAVE", "messages nearly like this one were reported 2 times this month");
    }
}
