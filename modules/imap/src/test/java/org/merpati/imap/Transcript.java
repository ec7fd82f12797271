package org.merpati.imap;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Plays a dialogue against a server. A line is {@code C: } and what the client sends, {@code S: } and what the server
 * answers, {@code E:} where the server closes; a digit behind the letter names another connection, opened when first
 * named. In an answer {@code <*>} stands for any text, {@code <#>} for a number, and {@code <x:#>} for a number that
 * {@code <x>} stands for from then on, in either direction; {@code <x+2>} is two more. {@code #} begins a comment, and
 * {@code #- FORM REASON} says that the dialogue is not for a form of the server; {@code D: } is what a server of
 * another make answers in the place of the line before, or nothing. Every line of the server is accounted for: at the
 * end each open connection must answer a NOOP with nothing but OK.
 */
public final class Transcript {
    /** The server under test. */
    public interface Server {
        /** Opens a connection; its reads time out. */
        Socket connect() throws IOException;

        /** What a client sends in the place of a text of the script: names of accounts, and their like. */
        default String said(String text) {
            return text;
        }

        /** Whether two answers that differ are still the same to this server's kind. */
        default String heard(String text) {
            return text;
        }

        /** Whether it is of another make: lines come in an order of their own, and OKs that the script has not. */
        default boolean foreign() {
            return false;
        }

        /** Whether a line must be there with a server of another make; if not, it may be there or be missing. */
        default boolean counts(String line) {
            return true;
        }

        /** Does the server harm before a line of the script, if it is to be done there; whether it was. */
        default boolean trouble(int line) throws IOException {
            return false;
        }
    }

    /** How long a mailbox may be without an owner. */
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private static final Pattern EXCEPTION = Pattern.compile("#- (\\S+) (.*)");
    private static final Pattern SUM = Pattern.compile("<([a-z]+)([+-][0-9]+)>");
    private static final Pattern WILD = Pattern.compile("<([a-z]+:)?([*#])>");

    private static final Pattern TAGGED = Pattern.compile("(\\+|[a-z]+\\d* (OK|NO|BAD))( .*)?");

    private static final Pattern RECENT = Pattern.compile("C\\d*: .*\\b(RECENT|NEW|OLD)\\b.*");

    private record Line(int number, char who, String connection, String text) {}

    private static final class Open {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private final Standing standing;

        Open(Socket socket, Standing standing) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
            this.standing = standing;
        }
    }

    private final String name;
    private final List<String> script;
    private final Server server;
    private final Map<String, Open> open = new LinkedHashMap<>();
    private final Map<String, String> noted = new LinkedHashMap<>();
    private final List<String> differences = new ArrayList<>();

    public Transcript(String name, List<String> script, Server server) {
        this.name = name;
        this.script = script;
        this.server = server;
    }

    /** Why a script is not for a form, if it is not. */
    public static Optional<String> exception(List<String> script, String form) {
        return script.stream()
                .map(EXCEPTION::matcher)
                .filter(matcher -> matcher.matches() && matcher.group(1).equals(form))
                .map(matcher -> matcher.group(2))
                .findFirst();
    }

    /** Plays it to its end. */
    public void play() throws IOException {
        try {
            List<Line> answer = new ArrayList<>();
            for (Line line : lines()) {
                if (server.trouble(line.number)) {
                    comeBack();
                }
                if (line.who == 'S' && server.foreign()) {
                    answer.add(line);
                    if (ends(line)) {
                        compare(answer);
                    }
                } else {
                    compare(answer);
                    step(line);
                }
            }
            compare(answer);
            if (!differences.isEmpty()) {
                throw new AssertionError(String.join("\n", differences));
            }
            for (Map.Entry<String, Open> left : open.entrySet()) {
                send(left.getValue(), "zz NOOP");
                expect(new Line(script.size(), 'S', left.getKey(), "zz OK <*>"), left.getValue());
            }
        } finally {
            for (Open left : open.values()) {
                left.socket.close();
            }
        }
    }

    /** The lines that are for this server. */
    private List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        boolean ours = false;
        for (Line line : parse(name, script)) {
            if (line.who != 'D') {
                lines.add(line);
                ours = true;
            } else if (server.foreign()) {
                if (ours) {
                    lines.removeLast();
                }
                if (!line.text.isEmpty()) {
                    lines.add(new Line(line.number, 'S', line.connection, line.text));
                }
                ours = false;
            }
        }
        return lines;
    }

    /** Whether a line of the server ends its answer. */
    private static boolean ends(Line line) {
        return TAGGED.matcher(line.text).matches();
    }

    /** Compares a whole answer, up to its tagged line or the continuation, whatever the order of the lines before. */
    private void compare(List<Line> answer) throws IOException {
        if (answer.isEmpty()) {
            return;
        }
        Line last = answer.getLast();
        Open connection = opened(last.connection);
        String tag = last.text.split(" ", 2)[0];
        long due = answer.stream().filter(line -> server.counts(line.text)).count();
        List<String> heard = new ArrayList<>();
        for (String got = ""; ends(last) ? !got.startsWith(tag + " ") : due > 0; ) {
            got = read(connection, last);
            if (got == null) {
                throw new AssertionError(name + ":" + last.number + ": the end came after " + heard);
            }
            heard.add(server.heard(got));
            due -= server.counts(got) ? 1 : 0;
        }
        for (Line line : answer) {
            connection.standing.heard(line.text);
            Pattern text = pattern(server.heard(noted(line.text)));
            Optional<Matcher> found =
                    heard.stream().map(text::matcher).filter(Matcher::matches).findFirst();
            if (found.isPresent()) {
                note(found.get());
                heard.remove(found.get().group());
            } else if (server.counts(line.text)) {
                differences.add(name + ":" + line.number + ":\nexpected: " + line.text + "\n   among: " + heard);
            }
        }
        heard.removeIf(line -> line.startsWith("* OK ") || !server.counts(line));
        if (!heard.isEmpty()) {
            differences.add(name + ":" + last.number + ":\nnot expected: " + heard);
        }
        answer.clear();
    }

    private Open opened(String connection) throws IOException {
        Open known = open.get(connection);
        if (known == null) {
            known = new Open(server.connect(), new Standing());
            open.put(connection, known);
        }
        return known;
    }

    /** The lines of a script that say something. */
    private static List<Line> parse(String name, List<String> script) {
        List<Line> lines = new ArrayList<>();
        for (int number = 1; number <= script.size(); number++) {
            String text = script.get(number - 1);
            if (!text.isBlank() && !text.startsWith("#")) {
                lines.add(line(name, number, text));
            }
        }
        return lines;
    }

    private static Line line(String name, int number, String text) {
        int colon = text.indexOf(':');
        if (colon < 1 || "CSED".indexOf(text.charAt(0)) < 0) {
            throw new AssertionError(name + ":" + number + ": a line begins with C: S: E: or D:");
        }
        String rest = text.length() > colon + 2 ? text.substring(colon + 2) : "";
        return new Line(number, text.charAt(0), text.substring(1, colon), rest);
    }

    /**
     * The numbers of the lines before which a server may die without a difference but {@code $} and {@code \Recent}:
     * no command is under way, no result is kept, and nobody has yet to be told what another has done.
     */
    public static List<Integer> places(List<String> script) {
        Map<String, Standing> standings = new LinkedHashMap<>();
        List<Integer> places = new ArrayList<>();
        int first = 0;
        for (int number = 1; number <= script.size(); number++) {
            first = RECENT.matcher(script.get(number - 1)).matches() ? number : first;
        }
        for (Line line : parse("", script)) {
            if (line.who == 'D') {
                continue;
            }
            if (line.who == 'C' && line.number > first && Standing.restful(standings.values())) {
                places.add(line.number);
            }
            Standing standing = standings.computeIfAbsent(line.connection, c -> new Standing());
            switch (line.who) {
                case 'C' -> standing.sent(line.text);
                case 'S' -> standing.heard(line.text);
                default -> standings.remove(line.connection);
            }
        }
        return places;
    }

    /** Connects again after the server has died, and goes on where the dialogue was. */
    private void comeBack() throws IOException {
        for (Map.Entry<String, Open> entry : open.entrySet()) {
            Open gone = entry.getValue();
            gone.socket.close();
            Open back = new Open(server.connect(), gone.standing);
            Line line = new Line(0, 'S', entry.getKey(), "what was said before is repeated");
            read(back, line);
            for (String command : gone.standing.commands()) {
                String answer = again(back, line, command);
                long end = System.nanoTime() + PATIENCE_NANOS;
                while (answer.startsWith("again NO [UNAVAILABLE]") && System.nanoTime() < end) {
                    answer = again(back, line, command);
                }
                if (!answer.startsWith("again OK")) {
                    throw new AssertionError(name + ": " + command + " was answered after the trouble with " + answer);
                }
            }
            entry.setValue(back);
        }
    }

    private String again(Open connection, Line line, String command) throws IOException {
        send(connection, "again " + noted(server.said(command)));
        String answer = read(connection, line);
        while (answer != null && !answer.startsWith("again ")) {
            answer = read(connection, line);
        }
        return String.valueOf(answer);
    }

    private void step(Line line) throws IOException {
        Open connection = opened(line.connection);
        switch (line.who) {
            case 'C' -> {
                connection.standing.sent(line.text);
                send(connection, noted(server.said(line.text)));
            }
            case 'S' -> {
                expect(line, connection);
                connection.standing.heard(line.text);
            }
            default -> {
                String more = read(connection, line);
                if (more != null) {
                    throw new AssertionError(name + ":" + line.number + ": the end was expected, not: " + more);
                }
                open.remove(line.connection);
            }
        }
    }

    private static void send(Open connection, String text) throws IOException {
        connection.out.write((text + "\r\n").getBytes(StandardCharsets.UTF_8));
        connection.out.flush();
    }

    private void expect(Line line, Open connection) throws IOException {
        String got = read(connection, line);
        String text = server.heard(noted(line.text));
        Matcher matcher = pattern(text).matcher(got == null ? "" : server.heard(got));
        if (got == null || !matcher.matches()) {
            throw new AssertionError(name + ":" + line.number + ":\nexpected: " + text + "\n but got: " + got);
        }
        note(matcher);
    }

    private void note(Matcher matched) {
        matched.namedGroups().keySet().forEach(group -> noted.put(group, matched.group(group)));
    }

    /** The text with what was noted put in. */
    private String noted(String text) {
        String whole = text;
        for (Map.Entry<String, String> note : noted.entrySet()) {
            whole = whole.replace("<" + note.getKey() + ">", note.getValue());
        }
        return SUM.matcher(whole)
                .replaceAll(sum -> Long.toString(
                        Long.parseLong(noted.getOrDefault(sum.group(1), "0")) + Long.parseLong(sum.group(2))));
    }

    private static Pattern pattern(String text) {
        StringBuilder pattern = new StringBuilder();
        Matcher wild = WILD.matcher(text);
        int from = 0;
        while (wild.find()) {
            pattern.append(Pattern.quote(text.substring(from, wild.start())));
            String note = wild.group(1);
            pattern.append(note == null ? "(?:" : "(?<" + note.substring(0, note.length() - 1) + ">");
            pattern.append("*".equals(wild.group(2)) ? ".*" : "[0-9]+").append(')');
            from = wild.end();
        }
        return Pattern.compile(pattern + Pattern.quote(text.substring(from)));
    }

    /** The next line without its end; null at the end of the connection. */
    private @Nullable String read(Open connection, Line line) throws IOException {
        StringBuilder text = new StringBuilder();
        try {
            int octet = connection.in.read();
            while (octet >= 0 && octet != '\n') {
                text.append((char) octet);
                octet = connection.in.read();
            }
            if (octet < 0) {
                return text.isEmpty() ? null : text.toString();
            }
        } catch (SocketTimeoutException silent) {
            throw new AssertionError(name + ":" + line.number + ": no answer; expected: " + line.text, silent);
        }
        if (!text.isEmpty() && text.charAt(text.length() - 1) == '\r') {
            text.setLength(text.length() - 1);
        }
        byte[] octets = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        return new String(octets, StandardCharsets.UTF_8);
    }
}
