package org.merpati.filter.waves;

import java.util.List;
import org.merpati.filter.Check;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;
import org.merpati.kernel.Clock;

/** Whether a message is nearly one that enough people, or a trap, have reported within the last month. */
public final class WaveCheck implements Check {
    private static final double SCORE = 6;

    private final Waves waves;
    private final int reporters;

    /**
     * @param reporters how many must have reported it
     */
    public WaveCheck(Waves waves, int reporters) {
        this.waves = waves;
        this.reporters = reporters;
    }

    @Override
    public List<Finding> check(Suspect suspect) {
        int today = Clock.day(suspect.arrival().millis());
        int most = Fingerprints.of(suspect).stream()
                .mapToInt(sketch -> waves.weight(sketch, today))
                .max()
                .orElse(0);
        return most < reporters
                ? List.of()
                : List.of(new Finding(
                        "WAVE", SCORE, "messages nearly like this one were reported " + most + " times this month"));
    }
}
