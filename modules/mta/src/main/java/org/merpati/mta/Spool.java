package org.merpati.mta;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.merpati.journal.Leadership;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;

/** Mail that was accepted and is not delivered yet, and for three days the traces of what was. */
public interface Spool {
    /** How long the trace of a finished mail is kept, in milliseconds. */
    long TRACE_MILLIS = 3 * 86_400_000L;

    /** How long the pieces of a body may wait for their Accept, in milliseconds. */
    long UPLOAD_MILLIS = 3_600_000;

    /** The group. */
    GroupName group();

    /** Whether this node may change it. */
    boolean leads();

    /** Calls back at every change of leadership, first with the present one. */
    void watch(Consumer<Leadership> listener);

    /**
     * Takes a mail. When this returns, the mail is on the disks of a majority. A mail that is here already is not taken
     * twice.
     *
     * @throws org.merpati.kernel.TryLater if this node does not lead, or the majority does not answer in time; the mail
     *     may then be here or not
     */
    void accept(MailEntry mail, MailBody body);

    /**
     * Records outcomes, and takes a bounce with them: both or neither. The body of a mail goes with its last recipient.
     * Nobody needs to wait; if the future fails, the attempt may be made again.
     */
    CompletableFuture<Void> record(List<Outcome> outcomes, Optional<NewMail> bounce);

    /** A mail and its body, which is short. */
    record NewMail(MailEntry entry, byte[] body) {}

    /**
     * Records that attempts to another host begin.
     *
     * @throws org.merpati.kernel.TryLater as {@link #accept}
     */
    void started(MailId mail, List<Integer> places);

    /** Holds a mail or releases it; false if it is not here. */
    boolean hold(MailId mail, boolean hold);

    /** Drops traces that are older than three days and pieces that nobody claimed for an hour. */
    void expire();

    /** Mails that are not finished, by age; at most so many. */
    List<MailEntry> open(int limit);

    /** A mail that is not finished. */
    Optional<MailEntry> find(MailId mail);

    /**
     * The body of a mail that is not finished.
     *
     * @throws org.merpati.kernel.TryLater if it is gone meanwhile
     */
    MailBody body(MailId mail);

    /** What is known of a mail, finished or not. */
    Optional<MailEntry> trace(MailId mail);

    /**
     * Forgets a mail that is not finished: another spool has taken it, with all that is known of it.
     *
     * @throws org.merpati.kernel.TryLater as {@link #accept}
     */
    void moved(MailId mail);

    /**
     * Takes no new mail from now on, for good, because its node is being taken out of the cluster; bounces of what is
     * here are taken.
     *
     * @throws org.merpati.kernel.TryLater as {@link #accept}
     */
    void shut();

    /** Whether it takes no new mail any more, as far as is known here. */
    boolean isShut();

    /** What is said of a spool that takes nothing. */
    static String shut(GroupName group) {
        return group + " takes no new mail: its node is being taken out of the cluster";
    }

    /** Waits until this node has proved that it still leads. */
    void barrier();
}
