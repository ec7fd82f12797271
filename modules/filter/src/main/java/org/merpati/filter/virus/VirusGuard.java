package org.merpati.filter.virus;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.merpati.filter.Action;
import org.merpati.filter.Finding;
import org.merpati.filter.Guard;
import org.merpati.filter.Objection;
import org.merpati.filter.Suspect;
import org.merpati.kernel.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a message looked at by the first clamd that answers. One that failed is asked last for a while. What happens if
 * none answers is configured: the message is put off, or passes with a mark.
 */
public final class VirusGuard implements Guard {
    private static final Logger LOG = LoggerFactory.getLogger(VirusGuard.class);
    private static final long REST_NANOS = Duration.ofSeconds(30).toNanos();

    private final List<ScannerAddress> scanners;
    private final Action absent;
    private final Duration limit;
    private final Clock clock;
    private final Map<ScannerAddress, Long> failed = new ConcurrentHashMap<>();

    /**
     * @param absent {@link Action#DEFER}, or {@link Action#DELIVER} to pass with a mark
     * @param limit how long all together may take
     */
    public VirusGuard(List<ScannerAddress> scanners, Action absent, Duration limit, Clock clock) {
        this.scanners = List.copyOf(scanners);
        this.absent = absent;
        this.limit = limit;
        this.clock = clock;
    }

    @Override
    public Optional<Objection> object(Suspect suspect) {
        long end = clock.nanos() + limit.toNanos();
        List<ScannerAddress> inTurn = inTurn();
        for (int i = 0; i < inTurn.size(); i++) {
            ScannerAddress scanner = inTurn.get(i);
            Duration share = Duration.ofNanos((end - clock.nanos()) / (inTurn.size() - i));
            if (share.isNegative() || share.isZero()) {
                break;
            }
            try {
                Clamd.Reply reply = new Clamd(scanner).scan(suspect.whole(), share);
                failed.remove(scanner);
                return said(reply);
            } catch (IOException away) {
                LOG.warn("a virus scanner does not work: {}", away.getMessage());
                failed.put(scanner, clock.nanos());
            }
        }
        return Optional.of(new Objection(
                absent, new Finding("VIRUS_UNSCANNED", 0, "no virus scanner answers; the message was not scanned")));
    }

    private List<ScannerAddress> inTurn() {
        List<ScannerAddress> all = new ArrayList<>(scanners);
        long now = clock.nanos();
        all.sort(Comparator.comparing(s -> failed.containsKey(s) && now - failed.get(s) < REST_NANOS));
        return all;
    }

    private static Optional<Objection> said(Clamd.Reply reply) {
        return switch (reply) {
            case Clamd.Reply.Clean clean ->
                Optional.of(new Objection(
                        Action.DELIVER, new Finding("VIRUS_NONE", 0, "the virus scanner finds nothing in it")));
            case Clamd.Reply.Found found ->
                Optional.of(
                        new Objection(Action.REJECT, new Finding("VIRUS", 0, "it holds the virus " + found.name())));
            case Clamd.Reply.TooLong tooLong ->
                Optional.of(new Objection(
                        Action.DELIVER,
                        new Finding("VIRUS_UNSCANNED", 0, "it is longer than the virus scanner looks at")));
        };
    }
}
