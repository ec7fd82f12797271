package org.merpati.dev;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Messages that a benchmark sends: some that are made once, of which each that is sent has a Message-ID of its own. */
final class Letters {
    /** Octets, and how many of a hundred messages have so many. */
    private static final int[][] USUAL = {{2_048, 55}, {10_240, 30}, {76_800, 14}, {1_048_576, 1}};

    /** From so many octets on a message is a short text with an attachment. */
    private static final int ATTACHED = 40_000;

    private static final int TEXT = 3_000;
    private static final int VOCABULARY = 20_000;
    private static final int LINE = 72;
    private static final String ID = "Message-ID: <";
    private static final String ZEROS = "0".repeat(16);
    private static final String BOUNDARY = "=_bench";
    private static final String END = "\r\n--" + BOUNDARY + "--\r\n";

    private final List<byte[]> made = new ArrayList<>();

    private Letters() {}

    /** A hundred of usual sizes, 25 KB in the mean, in an order that mixes them. */
    static Letters usual(long seed) {
        Letters letters = new Letters();
        Writer writer = new Writer(seed);
        for (int[] size : USUAL) {
            for (int i = 0; i < size[1]; i++) {
                letters.made.add(writer.letter(size[0]));
            }
        }
        Collections.shuffle(letters.made, writer.chance);
        return letters;
    }

    /** A hundred of one size. */
    static Letters of(int octets, long seed) {
        Letters letters = new Letters();
        Writer writer = new Writer(seed);
        for (int i = 0; i < 100; i++) {
            letters.made.add(writer.letter(octets));
        }
        return letters;
    }

    /** The octets of a letter in the mean. */
    double mean() {
        return made.stream().mapToInt(letter -> letter.length).average().orElse(0);
    }

    /** The letter of a number: its Message-ID says it, so no two are alike. */
    byte[] letter(long number) {
        byte[] letter =
                made.get((int) Long.remainderUnsigned(number, made.size())).clone();
        byte[] id = String.format("%016x", number).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(id, 0, letter, ID.length(), id.length);
        return letter;
    }

    /** Makes letters of words that are as often repeated as words are. */
    private static final class Writer {
        private static final String SOUNDS = "bcdfghjklmnprstvwz";
        private static final String VOWELS = "aeiou";

        private final Random chance;
        private final List<String> words = new ArrayList<>();

        Writer(long seed) {
            chance = new Random(seed);
            for (int i = 0; i < VOCABULARY; i++) {
                words.add(word());
            }
        }

        private String word() {
            StringBuilder word = new StringBuilder();
            for (int syllables = 2 + chance.nextInt(3); syllables > 0; syllables--) {
                word.append(SOUNDS.charAt(chance.nextInt(SOUNDS.length())))
                        .append(VOWELS.charAt(chance.nextInt(VOWELS.length())));
            }
            return word.toString();
        }

        /** A word, a few of them far more often than the others. */
        private String any() {
            double place = chance.nextDouble();
            return words.get((int) (place * place * place * VOCABULARY));
        }

        byte[] letter(int octets) {
            boolean attached = octets >= ATTACHED;
            StringBuilder letter = new StringBuilder(octets + LINE)
                    .append(ID)
                    .append(ZEROS)
                    .append("@remote.test>\r\nFrom: Ann <ann@remote.test>\r\nTo: You <you@bench.test>\r\nSubject: ")
                    .append(any())
                    .append(' ')
                    .append(any())
                    .append("\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: ");
            if (attached) {
                letter.append("multipart/mixed; boundary=\"").append(BOUNDARY).append("\"\r\n\r\n--" + BOUNDARY);
                letter.append("\r\nContent-Type: text/plain\r\n\r\n");
                text(letter, TEXT);
                attach(letter, octets);
            } else {
                letter.append("text/plain; charset=us-ascii\r\n\r\n");
                text(letter, octets);
            }
            return letter.toString().getBytes(StandardCharsets.US_ASCII);
        }

        private void text(StringBuilder letter, int length) {
            int line = 0;
            while (letter.length() < length - 2) {
                String word = any();
                letter.append(word);
                line += word.length() + 1;
                letter.append(line > LINE ? "\r\n" : " ");
                line = line > LINE ? 0 : line;
            }
            letter.setLength(length - 2);
            letter.append("\r\n");
        }

        private void attach(StringBuilder letter, int length) {
            letter.append("--").append(BOUNDARY).append("\r\nContent-Type: application/octet-stream\r\n");
            letter.append("Content-Transfer-Encoding: base64\r\n\r\n");
            byte[] line = new byte[LINE * 3 / 4];
            while (letter.length() < length - END.length()) {
                chance.nextBytes(line);
                letter.append(Base64.getEncoder().encodeToString(line)).append("\r\n");
            }
            letter.setLength(length - END.length());
            letter.append(END);
        }
    }
}
