package org.merpati.filter;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.merpati.filter.lists.Origin;
import org.merpati.filter.lists.Ruling;
import org.merpati.kernel.Malformed;

/**
 * What is done with a message for one recipient, and why. Its text form {@code action:score:required} travels with the
 * recipient.
 *
 * @param required the score from which on this recipient calls a message spam
 * @param why a sentence for people; it does not travel
 */
public record Judgement(Action action, double score, double required, String why) {
    /** What is required where no score is spam. */
    static final double NEVER = 9999;

    /** Where nobody judged. */
    public static final Judgement NONE = new Judgement(Action.DELIVER, 0, NEVER, "it was not judged");

    /**
     * Judges for one recipient: an objection decides first, then the lists, then the score.
     *
     * @param scopes the recipient's own preferences, then wider ones
     */
    public static Judgement of(Report report, Origin origin, List<Preferences> scopes) {
        Policy policy = Policy.OPEN;
        for (Preferences scope : scopes) {
            policy = policy.within(scope.policy());
        }
        policy = policy.within(Policy.DEFAULT);
        double score = report.score();
        double required = Math.min(NEVER, policy.required());
        Optional<Objection> objection = report.objection();
        if (objection.isPresent()) {
            return new Judgement(
                    objection.get().action(),
                    score,
                    required,
                    objection.get().finding().why());
        }
        Optional<Ruling> ruling =
                Ruling.of(scopes.stream().map(Preferences::entries).toList(), origin);
        if (ruling.isPresent()) {
            boolean allowed = ruling.get().entry().allows();
            return new Judgement(
                    allowed ? Action.DELIVER : Action.REJECT,
                    score,
                    required,
                    ruling.get().sentence());
        }
        String why = String.format(Locale.ROOT, "it scores %.1f where %.1f are spam", score, required);
        return new Judgement(policy.action(score), score, required, why);
    }

    /** The same with another action. */
    public Judgement as(Action other) {
        return new Judgement(other, score, required, why);
    }

    /** The text form. */
    public String text() {
        return String.format(Locale.ROOT, "%s:%.1f:%.1f", action.text(), score, required);
    }

    /**
     * Reads the text form.
     *
     * @throws Malformed if it is none
     */
    public static Judgement parse(String text) {
        String[] words = text.split(":", -1);
        if (words.length != 3 || !words[1].matches("-?\\d{1,6}\\.\\d") || !words[2].matches("-?\\d{1,6}\\.\\d")) {
            throw new Malformed("'" + text + "' is no judgement: action:score:required");
        }
        return new Judgement(Action.parse(words[0]), Double.parseDouble(words[1]), Double.parseDouble(words[2]), "");
    }

    /**
     * The fields X-Spam-Flag, X-Spam-Status and X-Spam-Test for this recipient, each line ended by CRLF.
     *
     * @param tests as {@link Report#tests} has them
     */
    public String fields(String tests) {
        String flag = action.spam() ? "X-Spam-Flag: YES\r\n" : "";
        String folded = tests.replaceAll("(.{20,60},)(?=.)", "$1\r\n\t");
        return flag
                + String.format(
                        Locale.ROOT,
                        "X-Spam-Status: %s, score=%.1f required=%.1f%s\r\n",
                        action.spam() ? "Yes" : "No",
                        score,
                        required,
                        tests.isEmpty() ? "" : "\r\n\ttests=" + folded)
                + SieveTests.of(this, tests).field();
    }
}
