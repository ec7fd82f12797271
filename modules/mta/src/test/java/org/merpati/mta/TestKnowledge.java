package org.merpati.mta;

import java.util.List;
import org.merpati.filter.bayes.Counts;
import org.merpati.filter.bayes.TokenTable;
import org.merpati.filter.known.Correspondents;
import org.merpati.filter.reputation.Experience;
import org.merpati.filter.reputation.Opinion;
import org.merpati.filter.reputation.Reputations;
import org.merpati.filter.waves.Sighting;
import org.merpati.filter.waves.WaveTable;
import org.merpati.mta.learned.Knowledge;

/** What one process knows of spam, without a cluster. */
final class TestKnowledge implements Knowledge {
    private final TokenTable words = new TokenTable();
    private final WaveTable waves = new WaveTable();
    private final Correspondents correspondents = new Correspondents();
    private final Reputations reputations = new Reputations();

    @Override
    public synchronized Counts words(long[] tokens) {
        return words.counts(tokens);
    }

    @Override
    public synchronized int wave(long[] sketch, int today) {
        return waves.weight(sketch, today);
    }

    @Override
    public synchronized int lastLetter(long pair) {
        return correspondents.last(pair);
    }

    @Override
    public synchronized void wrote(List<Long> pairs, int day) {
        correspondents.wrote(pairs, day);
    }

    @Override
    public synchronized Opinion opinion(long origin, int today) {
        return reputations.opinion(origin, today);
    }

    @Override
    public synchronized void experienced(List<Experience> experiences, int today) {
        reputations.take(experiences, today);
    }

    @Override
    public synchronized void report(Sighting sighting) {
        waves.take(sighting);
    }
}
