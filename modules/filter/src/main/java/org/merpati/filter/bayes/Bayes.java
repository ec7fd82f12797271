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
 * marked, each with a probability of its own as Robinson proposed for mail. It says nothing before {@link #MINIMUM}
 * messages of each kind were learned.
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
    /** The most that one token says, as the logarithm of its odds. */
    private static final double MOST = 8;

    /**
     * What evidence is worth, as the logarithm of odds: ham in doubt is rare, so what is undecided is more likely spam.
     */
    private static final double UNDECIDED = 1.8;

    private static final double WORTH = 0.12;

    /** What the logarithm of the odds scores, and where that ends: no word outweighs all rules. */
    private static final double EVEN = 1.4;

    private static final double SLOPE = 0.7;
    private static final double SURE_HAM = -5;
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
            return enough(known) ? Optional.of(finding(odds(known))) : Optional.empty();
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

    private static Finding finding(double odds) {
        int percent = (int) Math.round(100 / (1 + Math.exp(-odds)));
        double score = Math.clamp(EVEN + SLOPE * odds, SURE_HAM, SURE_SPAM);
        return new Finding(
                String.format(Locale.ROOT, SYMBOL + "%02d", Math.min(percent, 99)),
                Math.round(score * 1_000) / 1_000.0,
                "by what was learned, spam with a probability of " + percent + " %");
    }

    /**
     * The logarithm of the odds of spam against ham. The tokens' own are added and divided by the root of how many they
     * are: the logit method of combining (Mudholkar and George, 1979). Fisher's, of chi square, cannot tell a message
     * of much that is sure on both sides from one of which nothing is known.
     */
    static double odds(Counts known) {
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
                    far[n++] = Math.clamp(Math.log(one / (1 - one)), -MOST, MOST);
                }
            }
        }
        double evidence = Arrays.stream(far, 0, n)
                .boxed()
                .sorted((a, b) -> Double.compare(Math.abs(b), Math.abs(a)))
                .limit(COMBINED)
                .mapToDouble(Double::doubleValue)
                .sum();
        return UNDECIDED + WORTH * evidence / Math.sqrt(Math.clamp(n, 1, COMBINED));
    }
}
