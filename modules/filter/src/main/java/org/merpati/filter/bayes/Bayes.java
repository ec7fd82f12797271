package org.merpati.filter.bayes;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.merpati.filter.Check;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Sha256;
import org.merpati.kernel.TryLater;

/**
 * What was learned, applied: the probability that a message is spam, by the tokens it shares with messages that people
 * marked, combined by Fisher's method as Robinson proposed for mail. It says nothing before {@link #MINIMUM} messages
 * of each kind were learned.
 */
public final class Bayes implements Check {
    /** The messages of each kind that are needed. */
    public static final int MINIMUM = 200;

    private static final String SYMBOL = "BAYES_";

    /** How strongly a token that was seen rarely is taken for one that says nothing. */
    private static final double STRENGTH = 0.03;

    private static final double NEUTRAL = 0.5;
    /** How far from neutral a token must be to be counted. */
    private static final double DISTANCE = 0.3;
    /** The most tokens that are combined: the farthest from neutral. */
    private static final int COMBINED = 300;
    /** What share of the tokens counts as independent: the words of a text come together. */
    private static final double INDEPENDENT = 0.2;

    /**
     * What the three corners of the scale score. Ham in doubt is rare, so what is undecided is more likely spam; and
     * spam that came through a mailing list has the list's words, which must not outweigh the rules that know it.
     */
    private static final double SURE_HAM = -3;

    private static final double UNDECIDED = 2.8;
    private static final double SURE_SPAM = 6.5;

    private final TokenCounts counts;

    public Bayes(TokenCounts counts) {
        this.counts = counts;
    }

    /** By everybody's counts. Where they cannot be had now, it says nothing. */
    @Override
    public List<Finding> check(Suspect suspect) {
        return by(Scope.GLOBAL, suspect).stream().toList();
    }

    /**
     * By what a person has taught, which stands in the place of what everybody has; nothing where that is too little,
     * or cannot be had now.
     */
    public Optional<Finding> check(Suspect suspect, AccountId person) {
        return by(Scope.of(person), suspect);
    }

    /** Whether a finding is one of these. */
    public static boolean found(Finding finding) {
        return finding.symbol().startsWith(SYMBOL);
    }

    /** Whether enough was learned for it to say something. */
    public boolean ready(Scope scope) {
        return enough(counts.counts(scope, new long[0]));
    }

    private Optional<Finding> by(Scope scope, Suspect suspect) {
        try {
            if (!ready(scope)) {
                return Optional.empty();
            }
            Counts known = counts.counts(scope, Tokens.of(suspect));
            return enough(known) ? Optional.of(finding(probability(known))) : Optional.empty();
        } catch (TryLater noCounts) {
            return Optional.empty();
        }
    }

    /** The lesson that a message gives, to be handed to {@link TokenTable#learn}. */
    public static Lesson lesson(Suspect suspect, Mark mark, long millis) {
        long message = ByteBuffer.wrap(Sha256.of(suspect.beginning())).getLong();
        return new Lesson(message, mark, Tokens.of(suspect), millis);
    }

    private static boolean enough(Counts known) {
        return known.hams() >= MINIMUM && known.spams() >= MINIMUM;
    }

    private static Finding finding(double probability) {
        int percent = (int) Math.round(probability * 100);
        int band = Math.min(percent, 99);
        double half = 2 * Math.abs(probability - NEUTRAL);
        double score = probability < NEUTRAL
                ? UNDECIDED + (SURE_HAM - UNDECIDED) * half
                : UNDECIDED + (SURE_SPAM - UNDECIDED) * half;
        return new Finding(
                String.format(Locale.ROOT, SYMBOL + "%02d", band),
                Math.round(score * 1_000) / 1_000.0,
                "by what was learned, spam with a probability of " + percent + " %");
    }

    /** The probability of spam, 0 to 1. */
    static double probability(Counts known) {
        double[] far = new double[known.ham().length];
        int n = 0;
        for (int i = 0; i < far.length; i++) {
            double spam = (double) known.spam()[i] / known.spams();
            double ham = (double) known.ham()[i] / known.hams();
            int seen = known.spam()[i] + known.ham()[i];
            if (seen > 0) {
                double raw = spam / (spam + ham);
                double one = (STRENGTH * NEUTRAL + seen * raw) / (STRENGTH + seen);
                if (Math.abs(one - NEUTRAL) >= DISTANCE) {
                    far[n++] = one;
                }
            }
        }
        double[] chosen = Arrays.stream(far, 0, n)
                .boxed()
                .sorted((a, b) -> Double.compare(Math.abs(b - NEUTRAL), Math.abs(a - NEUTRAL)))
                .limit(COMBINED)
                .mapToDouble(Double::doubleValue)
                .toArray();
        double hamness = 0;
        double spamness = 0;
        for (double one : chosen) {
            hamness += Math.log(one);
            spamness += Math.log1p(-one);
        }
        int pairs = (int) Math.max(1, Math.round(chosen.length * INDEPENDENT));
        double share = chosen.length == 0 ? 0 : (double) pairs / chosen.length;
        double ham = chiSquare(-2 * hamness * share, pairs);
        double spam = chiSquare(-2 * spamness * share, pairs);
        return (1 + ham - spam) / 2;
    }

    /** The chance that chi square with {@code 2 * pairs} degrees of freedom is at least so large. */
    private static double chiSquare(double value, int pairs) {
        double half = value / 2;
        double log = -half;
        double sum = Math.exp(log);
        for (int i = 1; i < pairs; i++) {
            log += Math.log(half / i);
            sum += Math.exp(log);
        }
        return Math.min(1, sum);
    }
}
