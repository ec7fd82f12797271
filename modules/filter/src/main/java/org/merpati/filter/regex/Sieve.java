package org.merpati.filter.regex;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Tells in one pass over a text which expressions are worth a search in it, by their {@link Windows}. Windows share the
 * bits of a word: only where all places of some bit fit are its windows looked at one by one.
 */
public final class Sieve {
    private static final int LENGTH = Windows.LENGTH;
    private static final int BUCKETS = Long.SIZE;

    /** A window and whose it is. */
    private record Entry(int owner, Prefix row) {}

    private final long[][] places = new long[LENGTH][OctetSet.SIZE];
    private final Entry[][] buckets;

    private Sieve(List<Entry> entries) {
        int count = Math.min(BUCKETS, entries.size());
        this.buckets = new Entry[count][];
        for (int i = 0; i < count; i++) {
            int from = (int) ((long) entries.size() * i / count);
            int to = (int) ((long) entries.size() * (i + 1) / count);
            buckets[i] = entries.subList(from, to).toArray(Entry[]::new);
            for (Entry entry : buckets[i]) {
                for (int place = 0; place < LENGTH; place++) {
                    for (int octet = 0; octet < OctetSet.SIZE; octet++) {
                        places[place][octet] |= entry.row.has(place, octet) ? 1L << i : 0;
                    }
                }
            }
        }
    }

    /** Makes one that finds these. */
    public static Sieve of(List<Windows> windows) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < windows.size(); i++) {
            for (Prefix row : windows.get(i).rows()) {
                entries.add(new Entry(i, row));
            }
        }
        entries.sort(Comparator.comparing(Entry::row, Prefix.LIKENESS));
        return new Sieve(entries);
    }

    /** Tells whose windows are in a text; one may be told more than once. */
    public void search(String text, IntConsumer hit) {
        if (buckets.length == 0) {
            return;
        }
        int length = text.length();
        byte[] octets = Arrays.copyOf(text.getBytes(StandardCharsets.ISO_8859_1), length + LENGTH);
        for (int at = 0; at < length; at++) {
            long fits = places[0][octets[at] & 0xff] & places[1][octets[at + 1] & 0xff];
            for (int place = 2; place < LENGTH && fits != 0; place++) {
                fits &= places[place][octets[at + place] & 0xff];
            }
            while (fits != 0) {
                look(buckets[Long.numberOfTrailingZeros(fits)], octets, at, hit);
                fits &= fits - 1;
            }
        }
    }

    private static void look(Entry[] bucket, byte[] octets, int at, IntConsumer hit) {
        for (Entry entry : bucket) {
            int place = 0;
            while (place < LENGTH && entry.row.has(place, octets[at + place] & 0xff)) {
                place++;
            }
            if (place == LENGTH) {
                hit.accept(entry.owner);
            }
        }
    }
}
