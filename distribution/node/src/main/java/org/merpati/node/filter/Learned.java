package org.merpati.node.filter;

import java.util.List;
import org.merpati.directory.DirectoryGroup;
import org.merpati.filter.bayes.Lesson;
import org.merpati.filter.reputation.Experience;
import org.merpati.filter.waves.Sighting;
import org.merpati.kernel.BinaryWriter;

/**
 * What everybody has taught the mail filter, and the way to teach it more.
 *
 * @param words as this node knows them; empty on one that neither votes in the directory nor is an MTA
 * @param waves of spam, likewise
 * @param correspondents of our people, likewise
 * @param origins of mail, likewise
 */
public record Learned(
        LearnedWords words,
        KnownWaves waves,
        KnownCorrespondents correspondents,
        KnownOrigins origins,
        DirectoryGroup.TableWrites writes) {
    /**
     * Teaches everybody's filter; each MTA knows with the next of the directory's feed.
     *
     * @throws org.merpati.kernel.TryLater if the directory group has no leader now
     */
    public void teach(List<Lesson> lessons) {
        BinaryWriter change = new BinaryWriter(1 << 14).varint(lessons.size());
        lessons.forEach(lesson -> lesson.write(change));
        teach(change.toByteArray());
    }

    /**
     * Reports waves; each MTA knows with the next of the directory's feed.
     *
     * @throws org.merpati.kernel.TryLater if the directory group has no leader now
     */
    public void report(List<Sighting> sightings) {
        BinaryWriter change = new BinaryWriter(1 << 10).varint(sightings.size());
        sightings.forEach(sighting -> sighting.write(change));
        writes.submit(KnownWaves.NAME, change.toByteArray());
    }

    /**
     * Takes note of letters that our people wrote.
     *
     * @param day on which, since 1970 (UTC)
     * @throws org.merpati.kernel.TryLater if the directory group has no leader now
     */
    public void wrote(List<Long> pairs, int day) {
        writes.submit(KnownCorrespondents.NAME, KnownCorrespondents.change(pairs, day));
    }

    /**
     * Takes note of what became of mail.
     *
     * @param day on which, since 1970 (UTC)
     * @throws org.merpati.kernel.TryLater if the directory group has no leader now
     */
    public void experienced(List<Experience> experiences, int day) {
        writes.submit(KnownOrigins.NAME, KnownOrigins.change(experiences, List.of(), day));
    }

    /**
     * Forgets what became of the mail of an origin.
     *
     * @throws org.merpati.kernel.TryLater if the directory group has no leader now
     */
    public void forget(long origin) {
        writes.submit(KnownOrigins.NAME, KnownOrigins.change(List.of(), List.of(origin), 0));
    }

    /**
     * Teaches lessons in their binary form.
     *
     * @throws org.merpati.kernel.Refused if it is none
     * @throws org.merpati.kernel.TryLater if the directory group has no leader now
     */
    public void teach(byte[] lessons) {
        writes.submit(LearnedWords.NAME, lessons);
    }
}
