package org.merpati.mta;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;

/** The spools with data on this node. */
public final class Spools {
    private final Predicate<GroupName> own;
    private final List<Spool> spools = new CopyOnWriteArrayList<>();
    private volatile BiConsumer<Spool, MailEntry> onArrival = (spool, mail) -> {};

    /**
     * The spools of a node.
     *
     * @param own knows those that this node leads when all is well
     */
    public Spools(Predicate<GroupName> own) {
        this.own = own;
    }

    /** Adds one. */
    public void add(Spool spool) {
        spools.add(spool);
    }

    /** Takes one away. */
    void remove(Spool spool) {
        spools.remove(spool);
    }

    /** All of them. */
    public List<Spool> all() {
        return List.copyOf(spools);
    }

    /** The one that takes new mail: this node's own if it is led here, or any other that is. */
    public Optional<Spool> accepting() {
        return spools.stream()
                .filter(spool -> spool.leads() && !spool.isShut())
                .min(Comparator.comparingInt((Spool s) -> own.test(s.group()) ? 0 : 1)
                        .thenComparing(Spool::group));
    }

    /** Tells of a mail that a spool has just taken. */
    void arrived(Spool spool, MailEntry mail) {
        onArrival.accept(spool, mail);
    }

    /** Who is told of new mail; there is one. */
    void onArrival(BiConsumer<Spool, MailEntry> listener) {
        onArrival = listener;
    }

    /** What is known here of a mail. */
    public Optional<MailEntry> trace(MailId mail) {
        return spools.stream().map(s -> s.trace(mail)).flatMap(Optional::stream).findFirst();
    }
}
