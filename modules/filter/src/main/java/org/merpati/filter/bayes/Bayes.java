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
    /** The least that a token's probability can be, of ham as of spam: one in 3,000. */
    private static final double LEAST = 1 / 3_000.0;
    /** The words of a message repeat each other: n of them weigh as much as this many times √n that do not. */
    private static final double INDEPENDENT = 0.4;

    /**
     * What evidence is worth, as the logarithm of odds: ham in doubt is rare, so what is undecided is more likely spam.
     */
    private static final double UNDECIDED = 1.85;

    private static final double WORTH = 0.5;

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
     * The logarithm of the odds of spam against ham, by Fisher's method of combining probabilities as Robinson applied
     * it to mail: how likely tokens that mean nothing would speak as much for spam, and how likely for ham, each by chi
     * square. Not the two but their logarithms are compared, since a long message of both kinds makes both next to
     * nothing; and the tokens count as fewer than they are (Robinson's effective size), since they are not independent.
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
                    far[n++] = Math.clamp(one, LEAST, 1 - LEAST);
                }
            }
        }
        if (n == 0) {
            return UNDECIDED;
        }
        double[] told = Arrays.stream(far, 0, n)
                .boxed()
                .sorted((a, b) -> Double.compare(Math.abs(b - NEUTRAL), Math.abs(a - NEUTRAL)))
                .limit(COMBINED)
                .mapToDouble(Double::doubleValue)
                .toArray();
        int size = (int) Math.max(1, Math.round(INDEPENDENT * Math.sqrt(told.length)));
        double ham = -size * Arrays.stream(told).map(Math::log).average().orElseThrow();
        double spam =
                -size * Arrays.stream(told).map(p -> Math.log(1 - p)).average().orElseThrow();
        return UNDECIDED + WORTH * (tail(size, ham) - tail(size, spam));
    }

    /** The logarithm of the chance that chi square of {@code 2 * size} degrees of freedom is {@code 2 * x} or more. */
    private static double tail(int size, double x) {
        double sum = 0;
        double term = 1;
        for (int k = 1; k <= size; k++) {
            sum += term;
            term *= x / k;
        }
        return Math.log(sum) - x;
    }
}
