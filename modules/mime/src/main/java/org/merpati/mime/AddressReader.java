package org.merpati.mime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads an address list of a header (RFC 5322 §3.4) with groups, quoted strings, comments and source routes. What is
 * broken degrades to what can be made out; nothing fails. Linear in the length of the text.
 */
final class AddressReader {
    private static final int LIMIT = 10_000;
    private static final Envelope.Person GROUP_END =
            new Envelope.Person(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private final String text;
    private final List<Envelope.Person> people = new ArrayList<>();
    private final StringBuilder words = new StringBuilder();
    private final StringBuilder tight = new StringBuilder();
    private int at;
    private boolean inGroup;
    private boolean noQuoteCloses;
    private boolean noCommentCloses;
    private String comment = "";

    private AddressReader(String text) {
        this.text = text;
    }

    /** The addresses of the text. */
    static List<Envelope.Person> read(String text) {
        AddressReader reader = new AddressReader(text);
        reader.list();
        return reader.people;
    }

    private void list() {
        while (at < text.length() && people.size() < LIMIT) {
            char c = text.charAt(at);
            switch (c) {
                case ',' -> {
                    at++;
                    bare();
                }
                case ';' -> {
                    at++;
                    bare();
                    endGroup();
                }
                case ':' -> group();
                case '<' -> angle();
                case '@' -> atSign();
                default -> word(true);
            }
        }
        bare();
        endGroup();
    }

    /** An address without angle brackets, or a name that looks like one before them. */
    private void atSign() {
        at++;
        String host = domain();
        skipSpace();
        if (at < text.length() && text.charAt(at) == '<') {
            words.append('@').append(host);
            return;
        }
        trailingComment();
        add(Optional.empty(), Optional.empty(), tight.toString(), host);
        skipToSeparator();
    }

    private void skipSpace() {
        while (at < text.length() && text.charAt(at) <= ' ') {
            at++;
        }
    }

    private void group() {
        at++;
        if (!inGroup && !words.isEmpty()) {
            people.add(new Envelope.Person(
                    Optional.empty(), Optional.empty(), Optional.of(words.toString()), Optional.empty()));
            inGroup = true;
            clear();
        }
    }

    private void endGroup() {
        if (inGroup) {
            people.add(GROUP_END);
            inGroup = false;
        }
    }

    /** Ends an address that has no {@code @}: what stands there is its local part. */
    private void bare() {
        if (!tight.isEmpty()) {
            add(Optional.empty(), Optional.empty(), tight.toString(), "");
        }
        clear();
    }

    private void angle() {
        at++;
        String phrase = words.toString();
        words.setLength(0);
        tight.setLength(0);
        Optional<String> route = Optional.empty();
        String host = "";
        boolean hostSeen = false;
        while (at < text.length() && text.charAt(at) != '>') {
            char c = text.charAt(at);
            if (c == '@' && tight.isEmpty() && route.isEmpty() && !hostSeen) {
                route = route();
            } else if (c == '@') {
                at++;
                host = domain();
                hostSeen = true;
            } else if (c == ',' || c == ';' || c == '<') {
                break;
            } else if (c == ':') {
                at++;
            } else {
                word(false);
            }
        }
        if (at < text.length() && text.charAt(at) == '>') {
            at++;
        }
        Optional<String> name = phrase.isEmpty() ? Optional.empty() : Optional.of(phrase);
        trailingComment();
        if (!tight.isEmpty() || !host.isEmpty() || name.isPresent()) {
            add(name, route, tight.toString(), host);
        }
        clear();
        skipToSeparator();
    }

    private Optional<String> route() {
        int colon = at;
        while (colon < text.length() && ">:<;".indexOf(text.charAt(colon)) < 0) {
            colon++;
        }
        if (colon == text.length() || text.charAt(colon) != ':') {
            at++;
            return Optional.empty();
        }
        String route = text.substring(at, colon).strip();
        at = colon + 1;
        return Optional.of(route);
    }

    private void add(Optional<String> name, Optional<String> route, String local, String host) {
        Optional<String> shown = name.isPresent() || comment.isEmpty() ? name : Optional.of(comment);
        people.add(new Envelope.Person(shown, route, Optional.of(local), Optional.of(host)));
        clear();
    }

    /** Takes a comment that follows the address; older mail has the person's name in it. */
    private void trailingComment() {
        skipSpace();
        if (at < text.length() && text.charAt(at) == '(' && !noCommentCloses) {
            comment();
        }
    }

    private void skipToSeparator() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ',' || c == ';' || c == '<') {
                return;
            }
            if (c == '"' || c == '(') {
                word(false);
            } else {
                at++;
            }
        }
        clear();
    }

    private String domain() {
        skipSpace();
        int from = at;
        boolean literal = at < text.length() && text.charAt(at) == '[';
        while (at < text.length()) {
            char c = text.charAt(at);
            if (literal ? c == ']' : c <= ' ' || ",;><(".indexOf(c) >= 0) {
                break;
            }
            at++;
        }
        if (literal && at < text.length()) {
            at++;
        }
        return text.substring(from, at);
    }

    /** One word, comment or stretch of white space; to the phrase, and without spaces to the local part. */
    private void word(boolean colonEnds) {
        char c = text.charAt(at);
        if (c == '"' && !noQuoteCloses && quoted()) {
            return;
        }
        if (c == '(' && !noCommentCloses && comment()) {
            return;
        }
        if (c <= ' ') {
            at++;
            return;
        }
        int from = at++;
        while (at < text.length() && !ends(text.charAt(at), colonEnds)) {
            at++;
        }
        put(text.substring(from, at));
    }

    private static boolean ends(char c, boolean colonEnds) {
        return c <= ' ' || ",;<>@\"(".indexOf(c) >= 0 || (c == ':' && colonEnds);
    }

    private void put(String word) {
        boolean joins = at > word.length() && text.charAt(at - word.length() - 1) > ' ' && !words.isEmpty();
        if (!words.isEmpty() && !joins) {
            words.append(' ');
        }
        words.append(word);
        tight.append(word);
    }

    private boolean quoted() {
        StringBuilder value = new StringBuilder();
        for (int i = at + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                if (!words.isEmpty()) {
                    words.append(' ');
                }
                at = i + 1;
                words.append(value);
                tight.append(value);
                return true;
            }
            if (c == '\\' && i + 1 < text.length()) {
                c = text.charAt(++i);
            }
            value.append(c);
        }
        noQuoteCloses = true;
        return false;
    }

    private boolean comment() {
        StringBuilder value = new StringBuilder();
        int depth = 0;
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '(' && depth++ == 0) {
                continue;
            }
            if (c == ')' && --depth == 0) {
                at = i + 1;
                comment = value.toString();
                return true;
            }
            if (c == '\\' && i + 1 < text.length()) {
                c = text.charAt(++i);
            }
            value.append(c);
        }
        noCommentCloses = true;
        return false;
    }

    private void clear() {
        words.setLength(0);
        tight.setLength(0);
        comment = "";
    }
}
