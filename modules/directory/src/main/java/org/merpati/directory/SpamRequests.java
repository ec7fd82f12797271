package org.merpati.directory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.merpati.cluster.Routes;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;

/** What a node of any role asks the owner of mailboxes for about what the filter has judged, over the node channel. */
public final class SpamRequests {
    /** The mailbox of mail that its recipient would have refused. */
    public static final String QUARANTINE = "Quarantine";

    /** A shard and a mail; answered with a number of texts. */
    public static final String EXPLAIN = "spam.explain";
    /** An account and a number; answered with so many {@link Held}, the newest first. */
    public static final String HELD = "spam.held";
    /** An account and a mail; answered with a text. */
    public static final String SHOW = "spam.show";
    /** An account and a mail; answered with its sender. */
    public static final String RELEASE = "spam.release";

    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final Routes routes;

    public SpamRequests(Routes routes) {
        this.routes = routes;
    }

    /**
     * A message in quarantine.
     *
     * @param millis when it came, milliseconds since 1970 (UTC)
     * @param from whom its header names, or nothing
     * @param subject of its header, or nothing
     * @param status what the filter wrote into X-Spam-Status
     */
    public record Held(MailId mail, long millis, String from, String subject, String status) {
        /** Writes all of it. */
        public void write(BinaryWriter to) {
            to.id(mail.value()).i64(millis).text(from).text(subject).text(status);
        }

        private static Held read(BinaryReader from) {
            return new Held(new MailId(from.id()), from.i64(), from.text(), from.text(), from.text());
        }
    }

    private BinaryReader ask(Account account, String service, BinaryWriter request) {
        return new BinaryReader(routes.askLeader(account.shard(), service, request.toByteArray(), LIMIT));
    }

    private static BinaryWriter about(Account account) {
        return new BinaryWriter().id(account.id().value());
    }

    /**
     * Why a mail was judged as it was, for each of its recipients in a shard that still has it.
     *
     * @throws org.merpati.kernel.TryLater if the shard has no owner now
     */
    public List<String> explain(GroupName shard, MailId mail) {
        BinaryWriter request = new BinaryWriter().text(shard.value()).id(mail.value());
        BinaryReader answer = new BinaryReader(routes.askLeader(shard, EXPLAIN, request.toByteArray(), LIMIT));
        List<String> texts = new ArrayList<>();
        for (int left = answer.count(); left > 0; left--) {
            texts.add(answer.text());
        }
        return texts;
    }

    /**
     * What an account has in quarantine, the newest first.
     *
     * @throws org.merpati.kernel.TryLater if its shard has no owner now
     */
    public List<Held> held(Account account, int limit) {
        BinaryReader answer = ask(account, HELD, about(account).varint(limit));
        List<Held> held = new ArrayList<>();
        for (int left = answer.count(); left > 0; left--) {
            held.add(Held.read(answer));
        }
        return held;
    }

    /**
     * A message in quarantine as plain text that nothing in it can run in: header lines and the beginning of its text.
     *
     * @throws org.merpati.kernel.Refused if it is not there
     */
    public String show(Account account, MailId mail) {
        return ask(account, SHOW, about(account).id(mail.value())).text();
    }

    /**
     * Moves a message out of quarantine into the INBOX.
     *
     * @return the address in its From, or nothing
     * @throws org.merpati.kernel.Refused if it is not there
     */
    public String release(Account account, MailId mail) {
        return ask(account, RELEASE, about(account).id(mail.value())).text();
    }
}
