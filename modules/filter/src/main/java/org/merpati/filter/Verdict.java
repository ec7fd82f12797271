package org.merpati.filter;

import java.util.List;
import java.util.function.UnaryOperator;
import org.merpati.filter.reputation.Origins;

/**
 * What was found in a message and what is done for each of its recipients, in their order.
 *
 * @param origins where it came from, as far as that is known by again
 * @param each as many as there are recipients
 */
public record Verdict(Report report, Origins origins, List<Judgement> each) {
    public Verdict {
        each = List.copyOf(each);
    }

    /** Whether every recipient refuses it, so that the dialogue can. */
    public boolean refused() {
        return !each.isEmpty() && each.stream().allMatch(j -> j.action() == Action.REJECT);
    }

    /** Whether it cannot be judged now and is to come again. */
    public boolean deferred() {
        return each.stream().anyMatch(j -> j.action() == Action.DEFER);
    }

    /**
     * What becomes of a message that is accepted: since DATA has one answer for all, those who would have refused it
     * have it in quarantine.
     */
    public Verdict accepted() {
        return with(j -> j.action() == Action.REJECT ? j.as(Action.QUARANTINE) : j);
    }

    /** What becomes of a message of our own people: it is scored and goes where it was sent to, unless refused. */
    public Verdict ours() {
        return with(j -> j.action().spam() ? j.as(Action.DELIVER) : j);
    }

    private Verdict with(UnaryOperator<Judgement> change) {
        return new Verdict(report, origins, each.stream().map(change).toList());
    }
}
