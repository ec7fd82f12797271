package org.merpati.directory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.merpati.cluster.Routes;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.TryLater;

/** What a node of any role asks the owner of an account's mailboxes for, over the node channel. */
public final class AccountRequests {
    /** The account's id; answered with {@link Kept}. */
    public static final String USAGE = "account.usage";

    /** The account's id and {@link Question}; answered with a {@link Page}. */
    public static final String REMOVED = "account.removed.page";
    /** The account's id and keys of {@link Removed}; answered with a number of messages. */
    public static final String RESTORE = "account.restore";
    /** The account's id, a time, and perhaps a mailbox; answered with a number of messages. */
    public static final String UNDELETE = "account.undelete";

    /** Asked where accounts move to; answered with each account and its {@link Progress} there. */
    public static final String MOVING = "account.moving";

    /** A shard; answered with what each of its accounts keeps, in octets. */
    public static final String USAGES = "account.usages";

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration UNDELETE_LIMIT = Duration.ofMinutes(10);

    private final Routes routes;

    public AccountRequests(Routes routes) {
        this.routes = routes;
    }

    /** What an account keeps, in octets of its messages and in messages. */
    public record Kept(long octets, long messages) {
        /** Writes both. */
        public byte[] write() {
            return new BinaryWriter().varint(octets).varint(messages).toByteArray();
        }

        private static Kept read(BinaryReader from) {
            return new Kept(from.varint(), from.varint());
        }
    }

    /**
     * A message that was removed and can be had back.
     *
     * @param key names it in its account
     * @param millis when it was removed, milliseconds since 1970 (UTC)
     * @param mailbox where it was
     * @param date of the message, milliseconds since 1970 (UTC)
     * @param size in octets
     * @param name of whom its header names, or nothing
     * @param from the address of whom its header names, or nothing
     * @param subject of its header, or nothing
     */
    public record Removed(
            String key, long millis, String mailbox, long date, int size, String name, String from, String subject) {
        private void write(BinaryWriter to) {
            to.text(key).i64(millis).text(mailbox).i64(date).varint(size);
            to.text(name).text(from).text(subject);
        }

        private static Removed read(BinaryReader from) {
            return new Removed(
                    from.text(),
                    from.i64(),
                    from.text(),
                    from.i64(),
                    from.count(),
                    from.text(),
                    from.text(),
                    from.text());
        }
    }

    /**
     * Which removed messages are asked for, the last removed first.
     *
     * @param sinceMillis those removed before that time are not, milliseconds since 1970 (UTC)
     * @param before where to go on, as {@link Page#next} says; empty to begin
     * @param text what the sender, the subject or the mailbox contains, whatever its case; empty for all
     * @param limit how many at most; the owner has a limit too
     */
    public record Question(long sinceMillis, String before, String text, int limit) {
        private void write(BinaryWriter to) {
            to.i64(sinceMillis).text(before).text(text).varint(limit);
        }

        /** Reads it. */
        public static Question read(BinaryReader from) {
            return new Question(from.i64(), from.text(), from.text(), from.count());
        }
    }

    /**
     * Some removed messages, the last removed first.
     *
     * @param next where to go on; empty at the end. There may be more behind a page without messages: one question
     *     looks at so many only
     * @param keptMillis how long a removed message is kept, milliseconds
     */
    public record Page(List<Removed> messages, String next, long keptMillis) {
        public Page {
            messages = List.copyOf(messages);
        }

        /** Writes it. */
        public byte[] write() {
            BinaryWriter to = new BinaryWriter().varint(messages.size());
            messages.forEach(message -> message.write(to));
            return to.text(next).varint(keptMillis).toByteArray();
        }

        private static Page read(BinaryReader from) {
            List<Removed> messages = new ArrayList<>();
            for (int left = from.count(); left > 0; left--) {
                messages.add(Removed.read(from));
            }
            return new Page(messages, from.text(), from.varint());
        }
    }

    /**
     * How far a move is.
     *
     * @param octets of messages that were copied, of about so many
     * @param millis for how long it has been copied
     * @param waits why it does not go on now, if it does not
     */
    public record Progress(long octets, long all, long millis, Optional<String> waits) {
        /** Of one that has not begun. */
        public static final Progress WAITS = new Progress(0, 0, 0, Optional.of("its turn has not come"));

        /** The same, not going on now. */
        public Progress because(String why) {
            return new Progress(octets, all, millis, Optional.of(why));
        }

        /** Writes those of some accounts. */
        public static byte[] write(Map<AccountId, Progress> moves) {
            BinaryWriter to = new BinaryWriter().varint(moves.size());
            moves.forEach((account, progress) -> to.id(account.value())
                    .varint(progress.octets)
                    .varint(progress.all)
                    .varint(progress.millis)
                    .text(progress.waits.orElse("")));
            return to.toByteArray();
        }

        private static Progress read(BinaryReader from) {
            return new Progress(
                    from.varint(),
                    from.varint(),
                    from.varint(),
                    Optional.of(from.text()).filter(why -> !why.isEmpty()));
        }

        /** About how long the rest will take, in milliseconds; nothing while that is not known. */
        public Optional<Long> left() {
            return octets == 0 || millis == 0
                    ? Optional.empty()
                    : Optional.of(Math.max(0, all - octets) * millis / octets);
        }
    }

    private BinaryReader ask(Account account, String service, BinaryWriter request, Duration limit) {
        return new BinaryReader(routes.askLeader(account.shard(), service, request.toByteArray(), limit));
    }

    private static BinaryWriter about(Account account) {
        return new BinaryWriter().id(account.id().value());
    }

    /**
     * What an account keeps now.
     *
     * @throws org.merpati.kernel.TryLater if its shard has no owner now
     */
    public Kept usage(Account account) {
        return Kept.read(ask(account, USAGE, about(account), LIMIT));
    }

    /** What an account keeps now, if its owner is known and says so at once; it does not of one that is fenced. */
    public Optional<Kept> usageNow(Account account) {
        try {
            byte[] request = about(account).toByteArray();
            byte[] answer = routes.askKnown(account.shard(), USAGE, request, LIMIT);
            return Optional.of(Kept.read(new BinaryReader(answer)));
        } catch (TryLater notNow) {
            return Optional.empty();
        }
    }

    /**
     * An account's messages that were removed and can be had back, some at a time.
     *
     * @throws org.merpati.kernel.TryLater if its shard has no owner now
     */
    public Page removed(Account account, Question question) {
        BinaryWriter request = about(account);
        question.write(request);
        return Page.read(ask(account, REMOVED, request, LIMIT));
    }

    /**
     * Brings back removed messages of an account, all or none; those that are not there any more are passed over.
     *
     * @return how many
     * @throws org.merpati.kernel.Refused if its quota does not hold them (OVER_QUOTA)
     * @throws org.merpati.kernel.TryLater if its shard has no owner now, or it is not known what has become of it
     */
    public int restore(Account account, List<String> keys) {
        BinaryWriter request = about(account).varint(keys.size());
        keys.forEach(request::text);
        return ask(account, RESTORE, request, LIMIT).count();
    }

    /**
     * Brings back the messages of an account, or of one of its mailboxes, that were removed since a time.
     *
     * @return how many
     * @throws org.merpati.kernel.TryLater if its shard has no owner now
     */
    public int undelete(Account account, Optional<String> mailbox, long sinceMillis) {
        BinaryWriter request = about(account).i64(sinceMillis).text(mailbox.orElse(""));
        return ask(account, UNDELETE, request, UNDELETE_LIMIT).count();
    }

    /**
     * How far the moves into a shard are that have begun, as its leader says.
     *
     * @throws org.merpati.kernel.TryLater if it has no leader now
     */
    public Map<AccountId, Progress> progress(GroupName to) {
        BinaryReader answer = new BinaryReader(routes.askLeader(to, MOVING, new byte[0], LIMIT));
        Map<AccountId, Progress> moves = new HashMap<>();
        for (int left = answer.count(); left > 0; left--) {
            moves.put(new AccountId(answer.id()), Progress.read(answer));
        }
        return moves;
    }

    /**
     * What each account of a shard keeps, in octets.
     *
     * @throws org.merpati.kernel.TryLater if it has no leader now
     */
    public Map<AccountId, Long> usages(GroupName shard) {
        byte[] request = new BinaryWriter().text(shard.value()).toByteArray();
        BinaryReader answer = new BinaryReader(routes.askLeader(shard, USAGES, request, LIMIT));
        Map<AccountId, Long> usages = new HashMap<>();
        for (int left = answer.count(); left > 0; left--) {
            usages.put(new AccountId(answer.id()), answer.varint());
        }
        return usages;
    }
}
