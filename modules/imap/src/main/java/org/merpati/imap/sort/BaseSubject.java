package org.merpati.imap.sort;

import java.util.Locale;
import org.merpati.mime.EncodedWords;

/**
 * A subject without what replies and lists put around it (RFC 5256 §2.1), folded for comparison.
 *
 * @param reply whether something was taken off that a reply or forward puts there
 */
public record BaseSubject(String text, boolean reply) {
    private static final int LIMIT = 1_000;
    private static final String TRAILER = "(fwd)";
    private static final String FORWARD = "[fwd:";

    /** Of the raw value of a Subject field. */
    public static BaseSubject of(String raw) {
        String cut = raw.length() > LIMIT * 4 ? raw.substring(0, LIMIT * 4) : raw;
        String decoded = EncodedWords.decode(cut).replaceAll("[\\s]+", " ").strip();
        String text = decoded.length() > LIMIT ? decoded.substring(0, LIMIT) : decoded;
        boolean reply = false;
        boolean again = true;
        while (again) {
            BaseSubject inner = unwrapped(text);
            reply |= inner.reply;
            text = inner.text;
            again = text.length() > FORWARD.length() && starts(text, 0, FORWARD) && text.endsWith("]");
            if (again) {
                reply = true;
                text = text.substring(FORWARD.length(), text.length() - 1).strip();
            }
        }
        return new BaseSubject(Collation.fold(text), reply);
    }

    /** Without trailers, and leaders, and blobs, as long as there are some. */
    private static BaseSubject unwrapped(String whole) {
        String text = whole.strip();
        boolean reply = false;
        while (text.length() >= TRAILER.length() && starts(text, text.length() - TRAILER.length(), TRAILER)) {
            text = text.substring(0, text.length() - TRAILER.length()).strip();
            reply = true;
        }
        boolean more = true;
        while (more) {
            more = false;
            int leader = leaderEnd(text);
            if (leader > 0) {
                text = text.substring(leader).strip();
                reply = true;
                more = true;
            }
            int blob = blobEnd(text, 0);
            if (blob > 0 && blob < text.length()) {
                text = text.substring(blob);
                more = true;
            }
        }
        return new BaseSubject(text, reply);
    }

    /** Behind {@code Re:}, {@code Fw:} or {@code Fwd:} with blobs before it, or 0. */
    private static int leaderEnd(String text) {
        int at = 0;
        for (int blob = blobEnd(text, at); blob > at; blob = blobEnd(text, at)) {
            at = blob;
        }
        if (starts(text, at, "re") || starts(text, at, "fw")) {
            at += starts(text, at, "fwd") ? 3 : 2;
        } else {
            return 0;
        }
        at = spaces(text, at);
        at = blobEnd(text, at);
        return at < text.length() && text.charAt(at) == ':' ? at + 1 : 0;
    }

    /** Behind {@code [...]} at a place and the spaces after it; the place itself if there is none. */
    private static int blobEnd(String text, int from) {
        if (from >= text.length() || text.charAt(from) != '[') {
            return from;
        }
        int at = from + 1;
        while (at < text.length() && text.charAt(at) != ']' && text.charAt(at) != '[') {
            at++;
        }
        return at < text.length() && text.charAt(at) == ']' ? spaces(text, at + 1) : from;
    }

    private static int spaces(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        return at;
    }

    private static boolean starts(String text, int at, String small) {
        return text.regionMatches(true, at, small.toLowerCase(Locale.ROOT), 0, small.length());
    }
}
