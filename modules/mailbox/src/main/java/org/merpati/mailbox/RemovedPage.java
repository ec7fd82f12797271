package org.merpati.mailbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.merpati.directory.AccountRequests;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Octets;
import org.merpati.mime.EncodedWords;
import org.merpati.mime.Envelope;
import org.merpati.mime.MessageText;
import org.merpati.mime.Summary;
import org.merpati.store.MailStore;

/** Gathers the removed messages that are asked for until there are enough, or enough were looked at. */
final class RemovedPage implements Predicate<MailStore.Removed> {
    /** The most messages of a page. */
    static final int MOST = 500;

    /** How many messages one question looks at. */
    static final int LOOKED_AT = 5_000;

    private final AccountRequests.Question question;
    private final int limit;
    private final String wanted;
    private final List<AccountRequests.Removed> found = new ArrayList<>();
    private String last = "";
    private int seen;
    private boolean more;

    RemovedPage(AccountRequests.Question question) {
        this.question = question;
        this.limit = Math.clamp(question.limit(), 1, MOST);
        this.wanted = MessageText.fold(question.text().strip());
    }

    /**
     * A key as it travels: hexadecimal.
     *
     * @throws Malformed if it is none
     */
    static Octets key(String text) {
        try {
            return new Octets(HexFormat.of().parseHex(text));
        } catch (IllegalArgumentException odd) {
            throw new Malformed("a removed message has a key in hexadecimal, not '" + text + "'");
        }
    }

    long since() {
        return question.sinceMillis();
    }

    Octets before() {
        return key(question.before());
    }

    @Override
    public boolean test(MailStore.Removed message) {
        if (found.size() == limit || seen == LOOKED_AT) {
            more = true;
            return false;
        }
        seen++;
        last = HexFormat.of().formatHex(message.key().array());
        AccountRequests.Removed shown = shown(message);
        if (wanted.isEmpty()
                || holds(shown.subject())
                || holds(shown.name())
                || holds(shown.from())
                || holds(shown.mailbox())) {
            found.add(shown);
        }
        return true;
    }

    private boolean holds(String text) {
        return MessageText.fold(text).contains(wanted);
    }

    private AccountRequests.Removed shown(MailStore.Removed message) {
        Envelope envelope =
                Summary.read(new BinaryReader(message.summary().array())).envelope();
        Optional<Envelope.Person> from = envelope.from().stream().findFirst();
        return new AccountRequests.Removed(
                last,
                message.millis(),
                message.mailbox(),
                message.internalDate(),
                message.size(),
                text(from.flatMap(Envelope.Person::name)),
                from.map(person ->
                                person.local().orElse("") + "@" + person.host().orElse(""))
                        .orElse(""),
                text(envelope.subject()));
    }

    private static String text(Optional<String> raw) {
        return EncodedWords.decode(raw.orElse(""));
    }

    /** What was found. */
    AccountRequests.Page found(Duration kept) {
        return new AccountRequests.Page(found, more ? last : "", kept.toMillis());
    }
}
