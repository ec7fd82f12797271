package org.merpati.filter;

import java.util.Arrays;
import java.util.List;

/**
 * A judgement in the numbers of Sieve's tests {@code spamtest} and {@code virustest} (RFC 5235).
 *
 * @param spam from 1, surely wanted, to 10, surely spam; from 6 on its recipient calls it spam
 * @param percent the same from 0 to 100; spam from 50 on
 * @param virus 0 where no scanner has looked at it, 1 for no virus, 5 for a virus
 */
public record SieveTests(int spam, int percent, int virus) {
    private static final int BORDER = 50;
    private static final int SURE = 100;
    private static final int UNSCANNED = 0;
    private static final int CLEAN = 1;
    private static final int INFECTED = 5;

    /**
     * The numbers of a judgement for one recipient.
     *
     * @param tests the symbols of what was found, parted by commas
     */
    public static SieveTests of(Judgement judgement, String tests) {
        List<String> symbols = Arrays.asList(tests.split(","));
        int virus = symbols.contains("VIRUS") ? INFECTED : symbols.contains("VIRUS_NONE") ? CLEAN : UNSCANNED;
        int percent = percent(judgement, virus == INFECTED);
        return new SieveTests(Math.min(10, 1 + percent / 10), percent, virus); // RFC 5235 §2.3
    }

    /** What decides in the score's place, such as a list, is sure of itself. */
    private static int percent(Judgement judgement, boolean infected) {
        double border = judgement.required() < Judgement.NEVER ? judgement.required() : Policy.DEFAULT.required();
        boolean spam = judgement.score() >= judgement.required();
        if (judgement.action().spam() != spam && !infected) {
            return spam ? 0 : SURE;
        }
        if (judgement.score() <= 0) {
            return spam ? BORDER : 0;
        }
        double share = border <= 0 ? SURE : BORDER * judgement.score() / border;
        return (int) Math.min(SURE, share);
    }

    /** The header field, ended by CRLF. */
    String field() {
        return "X-Spam-Test: spam=" + spam + " percent=" + percent + " virus=" + virus + "\r\n";
    }
}
