package org.merpati.filter.bayes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.merpati.filter.Suspect;
import org.merpati.mime.EncodedWords;
import org.merpati.mime.HeaderField;
import org.merpati.mime.MessageText;

/**
 * What a message is to the learner: its words as written and in lower case, pairs of neighbouring words, and the words
 * of its header with the field's name before them; each as a digest of 64 bits.
 */
public final class Tokens {
    /** Fields that say how the message came here or what others thought of it, not what it is. */
    private static final Set<String> PASSED_OVER = Set.of(
            "date",
            "delivery-date",
            "x-virus-scanned",
            "authentication-results",
            "dkim-signature",
            "arc-seal",
            "arc-message-signature",
            "arc-authentication-results",
            "lines",
            "content-length",
            "status",
            "x-status",
            "x-uid",
            "x-keywords");

    /** Fields of filters: a message is judged without them and learned with them. */
    private static final String VERDICTS = "x-spam-";

    private static final int WORD_LIMIT = 40;
    private static final int DOMAINS_LIMIT = 4;
    private static final int FIELDS_LIMIT = 200;
    private static final int VALUE_LIMIT = 2_000;
    private static final long PRIME = 0x9E3779B97F4A7C15L;
    private static final long PAIR = 0x632BE59BD9B4E019L;

    private long[] found = new long[1024];
    private int size;

    private Tokens() {}

    /** The tokens of a message, each once, in ascending order. */
    public static long[] of(Suspect suspect) {
        Tokens tokens = new Tokens();
        tokens.header(suspect);
        tokens.words(digest(""), MessageText.body(suspect.beginning(), suspect.structure()));
        return tokens.distinct();
    }

    private void header(Suspect suspect) {
        byte[] octets = suspect.beginning();
        int from = suspect.structure().headerStart();
        int to = suspect.structure().bodyStart();
        for (HeaderField field : HeaderField.list(octets, from, to, FIELDS_LIMIT)) {
            String name = field.name().toLowerCase(Locale.ROOT);
            if (name.startsWith(VERDICTS)) {
                continue;
            }
            long prefix = digest(name);
            add(prefix);
            if (!PASSED_OVER.contains(name)) {
                words(prefix, EncodedWords.decode(field.value(octets, VALUE_LIMIT)));
            }
        }
    }

    private void words(long prefix, String text) {
        long before = 0;
        int from = 0;
        for (int i = 0; i <= text.length() && size < Lesson.TOKENS_LIMIT * 4; i++) {
            if (i < text.length() && inWord(text.charAt(i))) {
                continue;
            }
            int length = i - from;
            if (length >= 1 && length <= WORD_LIMIT) {
                before = word(prefix, text.substring(from, i), before);
            }
            from = i + 1;
        }
    }

    /** Adds a word as it is, in small letters, with the one before, and what it is made of; gives its token. */
    private long word(long prefix, String word, long before) {
        String small = word.toLowerCase(Locale.ROOT);
        long token = mix(prefix ^ digest(small));
        add(token);
        if (!small.equals(word)) {
            add(mix(prefix ^ digest(word)));
        }
        if (before != 0) {
            add(mix(before * PAIR + token));
        }
        String bare = bare(small);
        if (bare.length() < small.length() && !bare.isEmpty()) {
            add(mix(prefix ^ digest(bare)));
        }
        domain(prefix, bare.substring(bare.lastIndexOf('@') + 1));
        return token;
    }

    /** A word without the punctuation around it. */
    private static String bare(String word) {
        int from = 0;
        int to = word.length();
        while (from < to && !Character.isLetterOrDigit(word.charAt(from))) {
            from++;
        }
        while (to > from && !Character.isLetterOrDigit(word.charAt(to - 1))) {
            to--;
        }
        return word.substring(from, to);
    }

    /** Adds the domains that a name of a host or of an address lies in. */
    private void domain(long prefix, String name) {
        int dot = name.indexOf('.');
        for (int labels = 0; dot > 0 && labels < DOMAINS_LIMIT; labels++) {
            add(mix(prefix ^ digest(name.substring(dot))));
            dot = name.indexOf('.', dot + 1);
        }
    }

    private static boolean inWord(char c) {
        return Character.isLetterOrDigit(c) || "$-_'!.@".indexOf(c) >= 0;
    }

    private void add(long token) {
        if (size == found.length) {
            found = Arrays.copyOf(found, size * 2);
        }
        found[size++] = token;
    }

    private long[] distinct() {
        long[] first = Arrays.stream(found, 0, size)
                .distinct()
                .limit(Lesson.TOKENS_LIMIT)
                .toArray();
        Arrays.sort(first);
        return first;
    }

    /** A digest of octets: the first 64 bits that a message is known by. */
    static long digest(String text) {
        long digest = PRIME;
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            digest = (digest ^ (octet & 0xff)) * 0x100000001B3L;
        }
        return mix(digest);
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
