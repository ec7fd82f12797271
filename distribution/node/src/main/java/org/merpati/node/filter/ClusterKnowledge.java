package org.merpati.node.filter;

import java.util.List;
import org.merpati.filter.bayes.Counts;
import org.merpati.filter.reputation.Experience;
import org.merpati.filter.reputation.Opinion;
import org.merpati.filter.waves.Sighting;
import org.merpati.mta.learned.Knowledge;

/** What the cluster knows of spam, for the MTA of this node. */
public record ClusterKnowledge(Learned learned) implements Knowledge {
    @Override
    public Counts words(long[] tokens) {
        return learned.words().counts(tokens);
    }

    @Override
    public int wave(long[] sketch, int today) {
        return learned.waves().weight(sketch, today);
    }

    @Override
    public int lastLetter(long pair) {
        return learned.correspondents().last(pair);
    }

    @Override
    public void wrote(List<Long> pairs, int day) {
        learned.wrote(pairs, day);
    }

    @Override
    public Opinion opinion(long origin, int today) {
        return learned.origins().opinion(origin, today);
    }

    @Override
    public void experienced(List<Experience> experiences, int today) {
        learned.experienced(experiences, today);
    }

    @Override
    public void report(Sighting sighting) {
        learned.report(List.of(sighting));
    }
}
