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
    /** An account, a mail, and whether it is to be learned that it is wanted; answered with its sender. */
    public static final String RELEASE = "spam.release";
    /** An account and digests; answered with {@link Learned}. */
    public static final String LEARNED = "spam.learned";

    private static final Duration LIMIT = Duration.ofSeconds(15);
    /** A message waits for this one. */
    private static final Duration LEARNED_LIMIT = Duration.ofSeconds(2);

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
     * @param learn whether the filter is to learn that it is wanted
     * @return the address in its From, or nothing
     * @throws org.merpati.kernel.Refused if it is not there
     */
    public String release(Account account, MailId mail, boolean learn) {
        return ask(account, RELEASE, about(account).id(mail.value()).flag(learn))
                .text();
    }

    /**
     * What a person has taught the filter.
     *
     * @param hams the messages in all that she said are wanted
     * @param spams those that she said are not
     * @param ham for each digest asked for, in order: the wanted messages that bear it
     * @param spam likewise the others
     */
    public record Learned(int hams, int spams, int[] ham, int[] spam) {
        /** Writes all of it. */
        public byte[] write() {
            BinaryWriter to = new BinaryWriter(ham.length * 2 + 16).varint(hams).varint(spams);
            for (int i = 0; i < ham.length; i++) {
                to.varint(ham[i]).varint(spam[i]);
            }
            return to.toByteArray();
        }

        private static Learned read(BinaryReader from, int digests) {
            int hams = from.count();
            int spams = from.count();
            int[] ham = new int[digests];
            int[] spam = new int[digests];
            for (int i = 0; i < digests; i++) {
                ham[i] = from.count();
                spam[i] = from.count();
            }
            return new Learned(hams, spams, ham, spam);
        }
    }

    /**
     * What a person has taught the filter about the words of a message.
     *
     * @throws org.merpati.kernel.TryLater if her shard has no owner now, or it does not answer in time
     */
    public Learned learned(Account account, long[] digests) {
        BinaryWriter request = about(account).varint(digests.length);
        for (long digest : digests) {
            request.i64(digest);
        }
        return Learned.read(
                new BinaryReader(routes.askKnown(account.shard(), LEARNED, request.toByteArray(), LEARNED_LIMIT)),
                digests.length);
    }
}
