package org.merpati.filter.rules;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.merpati.filter.Check;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;
import org.merpati.kernel.Failure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The content rules that are in force. Others are loaded aside, which takes a moment: until they are, and if they are
 * broken, those before stay.
 */
public final class RuleShelf implements Check {
    private static final Logger LOG = LoggerFactory.getLogger(RuleShelf.class);

    private final BiConsumer<String, RuntimeException> bugs;
    private volatile @Nullable ContentRules inForce;
    private Optional<List<Path>> wanted = Optional.empty();

    /**
     * @param bugs told of what fails that should not, with what was done
     */
    public RuleShelf(BiConsumer<String, RuntimeException> bugs) {
        this.bugs = bugs;
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

    private void load(Optional<List<Path>> folders) {
        try {
            ContentRules loaded = ContentRules.of(folders.orElseThrow(), Scores.PLAIN);
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
        ContentRules rules = inForce;
        return rules == null ? List.of() : rules.check(suspect);
    }
}
