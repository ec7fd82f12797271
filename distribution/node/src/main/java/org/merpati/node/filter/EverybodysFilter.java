package org.merpati.node.filter;

import java.util.List;
import org.merpati.filter.bayes.Lesson;
import org.merpati.filter.reputation.Experience;
import org.merpati.filter.waves.Sighting;
import org.merpati.mailbox.Learner;

/** The way from a mailbox node to what all share of what was learned. */
public record EverybodysFilter(Learned learned) implements Learner.Everybody {
    @Override
    public void teach(List<Lesson> lessons) {
        learned.teach(lessons);
    }

    @Override
    public void report(List<Sighting> sightings) {
        learned.report(sightings);
    }

    @Override
    public void experienced(List<Experience> experiences, int today) {
        learned.experienced(experiences, today);
    }
}
