package org.merpati.imap.sort;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.mime.EncodedWords;
import org.merpati.mime.Envelope;
import org.merpati.mime.MailDate;
import org.merpati.mime.Summary;
import org.merpati.store.Message;

/**
 * What SORT and THREAD compare of a message (RFC 5256 §3, RFC 5957); texts are folded for comparison.
 *
 * @param sent when it was sent, UTC milliseconds; where its Date cannot be read, when it came
 * @param id its Message-ID, or empty
 * @param references the messages that it answers, the nearest last
 */
public record Digest(
        long sent,
        BaseSubject subject,
        String from,
        String to,
        String cc,
        String fromDisplay,
        String toDisplay,
        String id,
        List<String> references) {
    /** Of a message that is not there any more. */
    public static final Digest GONE = new Digest(0, new BaseSubject("", false), "", "", "", "", "", "", List.of());

    /** How many references are followed, the nearest first. */
    private static final int REFERENCES_LIMIT = 30;

    private static final int TEXT_LIMIT = 200;
    private static final Pattern ID = Pattern.compile("<([^<>\\s]{1,500})>");

    public Digest {
        references = List.copyOf(references);
    }

    public static Digest of(Message message) {
        Summary summary = message.summary();
        Envelope envelope = summary.envelope();
        List<String> ids = ids(envelope.messageId().orElse(""));
        return new Digest(
                envelope.date().flatMap(MailDate::parse).map(MailDate::millis).orElse(message.internalDate()),
                BaseSubject.of(envelope.subject().orElse("")),
                local(envelope.from()),
                local(envelope.to()),
                local(envelope.cc()),
                display(envelope.from()),
                display(envelope.to()),
                ids.isEmpty() ? "" : ids.getFirst(),
                references(summary));
    }

    private static List<String> references(Summary summary) {
        List<String> all = ids(summary.header("references").orElse(""));
        if (all.isEmpty()) {
            return ids(summary.envelope().inReplyTo().orElse("")).stream()
                    .limit(1)
                    .toList();
        }
        return all.subList(Math.max(0, all.size() - REFERENCES_LIMIT), all.size());
    }

    private static List<String> ids(String value) {
        List<String> ids = new ArrayList<>();
        Matcher matcher = ID.matcher(value);
        while (matcher.find()) {
            ids.add(matcher.group(1));
        }
        return ids;
    }

    private static String local(List<Envelope.Person> people) {
        return people.isEmpty() ? "" : folded(people.getFirst().local().orElse(""));
    }

    /** A person's name or, where there is none, the address. */
    private static String display(List<Envelope.Person> people) {
        if (people.isEmpty()) {
            return "";
        }
        Envelope.Person person = people.getFirst();
        Optional<String> name = person.name().filter(n -> !n.isBlank());
        String local = person.local().orElse("");
        return folded(name.orElse(person.host().map(h -> local + "@" + h).orElse(local)));
    }

    private static String folded(String raw) {
        String text = EncodedWords.decode(raw);
        return Collation.fold(text.length() > TEXT_LIMIT ? text.substring(0, TEXT_LIMIT) : text);
    }
}
