package org.merpati.filter.rules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.merpati.filter.Check;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Failure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The content rules that are in force. Others are loaded aside, which takes a moment: until they are, and if they are
 * broken, those before stay. Whether files in the folders are others than before, and whether other scores hold, is
 * looked at now and then.
 */
public final class RuleShelf implements Check {
    private static final Logger LOG = LoggerFactory.getLogger(RuleShelf.class);

    private static final long LOOK_NANOS = Duration.ofSeconds(30).toNanos();

    private final BiConsumer<String, RuntimeException> bugs;
    private final Supplier<Scores> scores;
    private final Clock clock;
    private final AtomicLong looked;
    private volatile String stamp = "";
    private volatile @Nullable ContentRules inForce;
    private Optional<List<Path>> wanted = Optional.empty();

    /**
     * @param bugs told of what fails that should not, with what was done
     * @param scores says which hold now
     * @param clock says when it is time to look
     */
    public RuleShelf(BiConsumer<String, RuntimeException> bugs, Supplier<Scores> scores, Clock clock) {
        this.bugs = bugs;
        this.scores = scores;
        this.clock = clock;
        this.looked = new AtomicLong(clock.nanos());
    }

    /**
     * Has rules loaded, if these are not the ones.
     *
     * @param folders where they lie; none for those that come with this server, absent for none at all
     */
    public synchronized void want(Optional<List<Path>> folders) {
        if (folders.equals(wanted)) {
            return;
        }
        wanted = folders;
        if (folders.isEmpty()) {
            inForce = null;
            return;
        }
        Thread.ofVirtual().name("filter-rules").start(() -> load(folders));
    }

    /** Has the folders and the scores looked at, if that is due, and loaded, if they are not what was loaded. */
    private void look() {
        long last = looked.get();
        if (clock.nanos() - last < LOOK_NANOS || !looked.compareAndSet(last, clock.nanos())) {
            return;
        }
        Optional<List<Path>> folders;
        synchronized (this) {
            folders = wanted;
        }
        if (folders.isPresent()) {
            Thread.ofVirtual().name("filter-rules").start(() -> {
                if (!stamp(folders.get(), scores.get()).equals(stamp)) {
                    load(folders);
                }
            });
        }
    }

    /** Which scores hold, and what the folders hold: which they are, and each file's name, size and time. */
    private static String stamp(List<Path> folders, Scores scores) {
        StringBuilder all = new StringBuilder(scores + "\n");
        for (Path folder : folders) {
            try (Stream<Path> files = Files.list(folder.toRealPath())) {
                for (Path file : files.sorted().toList()) {
                    all.append(file)
                            .append(' ')
                            .append(Files.size(file))
                            .append(' ')
                            .append(Files.getLastModifiedTime(file).toMillis())
                            .append('\n');
                }
            } catch (IOException unreadable) {
                all.append(folder).append(" cannot be read\n");
            }
        }
        return all.toString();
    }

    private void load(Optional<List<Path>> folders) {
        Scores holding = scores.get();
        stamp = stamp(folders.orElseThrow(), holding);
        try {
            ContentRules loaded = ContentRules.of(folders.orElseThrow(), holding);
            synchronized (this) {
                if (folders.equals(wanted)) {
                    inForce = loaded;
                }
            }
        } catch (Failure broken) {
            LOG.warn("the rules in force stay, since others cannot be loaded: {}", broken.sentence());
        } catch (RuntimeException bug) {
            bugs.accept("loading of filter rules", bug);
        }
    }

    @Override
    public List<Finding> check(Suspect suspect) {
        look();
        ContentRules rules = inForce;
        return rules == null ? List.of() : rules.check(suspect);
    }
}
