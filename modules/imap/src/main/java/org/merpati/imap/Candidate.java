package org.merpati.imap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Refused;
import org.merpati.mime.EncodedWords;
import org.merpati.mime.HeaderField;
import org.merpati.mime.MailDate;
import org.merpati.mime.MessageText;
import org.merpati.mime.Summary;
import org.merpati.store.Body;
import org.merpati.store.Message;
import org.merpati.store.search.Where;

/** A message under a SEARCH: its octets are read, and its texts made ready, when they are first asked for. */
final class Candidate {
    private final Selected view;
    private final SearchCommand.Narrowing narrowing;
    private final int number;
    private final Message row;
    private final long now;
    private byte @Nullable [] octets;
    private @Nullable String header;
    private @Nullable String body;

    Candidate(Selected view, SearchCommand.Narrowing narrowing, int number, Message row, long now) {
        this.view = view;
        this.narrowing = narrowing;
        this.number = number;
        this.row = row;
        this.now = now;
    }

    int number() {
        return number;
    }

    Message row() {
        return row;
    }

    /** How long ago its internal date was, in milliseconds. */
    long age() {
        return now - row.internalDate();
    }

    /** Whether it is in the result that the session keeps. */
    boolean saved() {
        return view.isSaved(row.uid());
    }

    boolean recent() {
        return view.recent(row.uid());
    }

    /** The largest number, or UID, in use. */
    long star(boolean uid) {
        return uid ? view.uid(view.size()) : view.size();
    }

    /** The day of the Date field as written; the internal date's where there is none. */
    Optional<LocalDate> sent() {
        return row.summary().envelope().date().flatMap(MailDate::parse).map(MailDate::date);
    }

    private byte[] octets() {
        byte[] read = octets;
        if (read == null) {
            try {
                Body stored = view.store().body(view.account().id(), view.id(), row);
                read = stored.bytes();
            } catch (Refused expunged) {
                read = new byte[0];
            } catch (IOException disk) {
                throw new UncheckedIOException(disk);
            }
            octets = read;
        }
        return read;
    }

    boolean fieldHolds(String name, String folded) {
        Optional<List<Summary.Header>> kept = row.fields(name);
        if (kept.isPresent()) {
            for (Summary.Header field : kept.get()) {
                if (holds(field.value(), folded)) {
                    return true;
                }
            }
            return false;
        }
        byte[] message = octets();
        int end = Math.min(message.length, row.summary().structure().bodyStart());
        for (HeaderField field : HeaderField.list(message, 0, end, Integer.MAX_VALUE)) {
            if (field.name().equalsIgnoreCase(name) && holds(field.value(message), folded)) {
                return true;
            }
        }
        return false;
    }

    private static boolean holds(String raw, String folded) {
        return folded.isEmpty() || fold(EncodedWords.decode(raw)).contains(folded);
    }

    /** Whether it is worth looking for a text: the store may know that it is not there. */
    boolean mayHold(Where where, String folded) {
        return narrowing.mayHold(where, folded, row.uid());
    }

    /** The whole header, ready to be searched. */
    String header() {
        String text = header;
        if (text == null) {
            byte[] message = octets();
            text = message.length == 0
                    ? ""
                    : fold(MessageText.header(message, row.summary().structure()));
            header = text;
        }
        return text;
    }

    /** The text parts, ready to be searched. */
    String body() {
        String text = body;
        if (text == null) {
            byte[] message = octets();
            text = message.length == 0
                    ? ""
                    : fold(MessageText.body(message, row.summary().structure()));
            body = text;
        }
        return text;
    }

    /** Text as it is compared: composed, without case. */
    static String fold(String text) {
        return MessageText.fold(text);
    }
}
