package org.merpati.mailbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.merpati.directory.Account;
import org.merpati.directory.SpamRequests;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Refused;
import org.merpati.mime.MailDate;
import org.merpati.store.Body;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.Message;
import org.merpati.store.NewMessage;
import org.merpati.store.View;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a person what has come into her quarantine: a message in her inbox, at most one a day. How far she was told is
 * an annotation of the quarantine (RFC 5464), so that another node goes on where this one ended; a node that dies
 * between the two tells her the same again.
 */
final class QuarantineDigest {
    /** UIDVALIDITY, UIDNEXT and the time in milliseconds of the last one. */
    static final String TOLD = "/private/vendor/merpati/quarantine-told";

    private static final Logger LOG = LoggerFactory.getLogger(QuarantineDigest.class);
    private static final long PERIOD_MILLIS = Duration.ofDays(1).toMillis();
    private static final int SHOWN = 100;
    private static final int LINE = 200;
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Clock clock;

    QuarantineDigest(Clock clock) {
        this.clock = clock;
    }

    /** How far a person was told, and when. */
    private record Told(long uidValidity, long uidNext, long millis) {
        static final Told NOTHING = new Told(0, 0, Long.MIN_VALUE / 2);

        static Told of(byte[] value) {
            String[] parts = new String(value, StandardCharsets.US_ASCII).split(" ");
            try {
                return new Told(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException changedByHand) {
                return NOTHING;
            }
        }

        byte[] value() {
            return (uidValidity + " " + uidNext + " " + millis).getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** Tells of what has come since the last time, if there is any and the last time was a day ago. */
    void tell(MailStore store, Account account, Mailbox quarantine, View view) {
        byte[] said = store.annotations(account.id(), quarantine.id()).get(TOLD);
        Told told = said == null ? Told.NOTHING : Told.of(said);
        if (clock.millis() - told.millis() < PERIOD_MILLIS) {
            return;
        }
        long from = told.uidValidity() == quarantine.uidValidity() ? told.uidNext() : 0;
        List<Message> came = new ArrayList<>();
        for (int place = 0; place < view.size(); place++) {
            if (view.message(place).uid() >= from) {
                came.add(view.message(place));
            }
        }
        Optional<Mailbox> inbox = store.mailbox(account.id(), "INBOX");
        if (came.isEmpty() || inbox.isEmpty()) {
            return;
        }
        Told now = new Told(quarantine.uidValidity(), came.getLast().uid() + 1, clock.millis());
        NewMessage digest =
                new NewMessage(Body.of(text(account, came, now)), Flags.NONE, OptionalLong.of(clock.millis()));
        try {
            store.append(account.id(), inbox.get().id(), List.of(digest));
        } catch (Refused full) {
            LOG.debug("{} is not told of the quarantine: {}", account.address(), full.sentence());
            return;
        }
        TreeMap<String, Optional<byte[]>> annotation = new TreeMap<>();
        annotation.put(TOLD, Optional.of(now.value()));
        store.annotate(account.id(), quarantine.id(), annotation);
    }

    private static byte[] text(Account account, List<Message> came, Told now) {
        String domain = account.address().domain().value();
        StringBuilder text = new StringBuilder();
        line(text, "From: Quarantine <postmaster@" + domain + ">");
        line(text, "To: <" + account.address() + ">");
        line(
                text,
                "Subject: " + (came.size() == 1 ? "A message is" : came.size() + " messages are")
                        + " held in your quarantine");
        line(text, "Date: " + MailDate.text(now.millis()));
        line(
                text,
                "Message-ID: <quarantine." + account.id() + "." + now.uidValidity() + "." + now.uidNext() + "@" + domain
                        + ">");
        line(text, "Auto-Submitted: auto-generated");
        line(text, "MIME-Version: 1.0");
        line(text, "Content-Type: text/plain; charset=utf-8");
        line(text, "Content-Transfer-Encoding: 8bit");
        line(text, "");
        line(text, "These looked like spam and were held. What you want, move from the mailbox");
        line(
                text,
                "'" + SpamRequests.QUARANTINE
                        + "' into your inbox; the rest is removed after 30 days. Times are in UTC.");
        line(text, "");
        for (Message message : came.reversed().subList(0, Math.min(SHOWN, came.size()))) {
            SpamRequests.Held held = SpamAnswers.held(message);
            String row = DAY.format(Instant.ofEpochMilli(message.savedDate())) + "  <" + held.from() + ">  "
                    + held.subject();
            line(
                    text,
                    row.substring(0, row.offsetByCodePoints(0, Math.min(LINE, row.codePointCount(0, row.length())))));
        }
        if (came.size() > SHOWN) {
            line(text, "and " + (came.size() - SHOWN) + " more");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append("\r\n");
    }
}
