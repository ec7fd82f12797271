package org.merpati.imap;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Plays a dialogue against a server. A line is {@code C: } and what the client sends, {@code S: } and what the server
 * answers, {@code E:} where the server closes; a digit behind the letter names another connection, opened when first
 * named. In an answer {@code <*>} stands for any text, {@code <#>} for a number, and {@code <x:#>} for a number that
 * {@code <x>} stands for from then on, in either direction. {@code #} begins a comment. Every line of the server is
 * accounted for: at the end each open connection must answer a NOOP with nothing but OK.
 */
final class Transcript {
    /** Opens a connection to the server under test. */
    @FunctionalInterface
    interface Server {
        Socket connect() throws IOException;
    }

    private record Line(int number, char who, String connection, String text) {}

    private record Open(Socket socket, InputStream in, OutputStream out) {}

    private final String name;
    private final List<String> script;
    private final Server server;
    private final Map<String, Open> open = new LinkedHashMap<>();
    private final Map<String, String> noted = new LinkedHashMap<>();

    Transcript(String name, List<String> script, Server server) {
        this.name = name;
        this.script = script;
        this.server = server;
    }

    void play() throws IOException {
        try {
            int number = 0;
            for (String text : script) {
                number++;
                if (!text.isBlank() && !text.startsWith("#")) {
                    step(line(number, text));
                }
            }
            for (Map.Entry<String, Open> left : open.entrySet()) {
                send(left.getValue(), "zz NOOP");
                expect(new Line(number, 'S', left.getKey(), "zz OK <*>"), left.getValue());
            }
        } finally {
            for (Open left : open.values()) {
                left.socket.close();
            }
        }
    }

    private Line line(int number, String text) {
        int colon = text.indexOf(':');
        if (colon < 1 || "CSE".indexOf(text.charAt(0)) < 0) {
            throw new AssertionError(name + ":" + number + ": a line begins with C: S: or E:");
        }
        String rest = text.length() > colon + 2 ? text.substring(colon + 2) : "";
        return new Line(number, text.charAt(0), text.substring(1, colon), rest);
    }

    private void step(Line line) throws IOException {
        Open connection = open.get(line.connection);
        if (connection == null) {
            Socket socket = server.connect();
            connection = new Open(socket, new BufferedInputStream(socket.getInputStream()), socket.getOutputStream());
            open.put(line.connection, connection);
        }
        switch (line.who) {
            case 'C' -> send(connection, noted(line.text));
            case 'S' -> expect(line, connection);
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
        String text = noted(line.text);
        Matcher matcher = pattern(text).matcher(got == null ? "" : got);
        if (got == null || !matcher.matches()) {
            throw new AssertionError(name + ":" + line.number + ":\nexpected: " + text + "\n but got: " + got);
        }
        matcher.namedGroups().keySet().forEach(group -> noted.put(group, matcher.group(group)));
    }

    /** The text with what was noted put in. */
    private String noted(String text) {
        String whole = text;
        for (Map.Entry<String, String> note : noted.entrySet()) {
            whole = whole.replace("<" + note.getKey() + ">", note.getValue());
        }
        return whole;
    }

    private static Pattern pattern(String text) {
        StringBuilder pattern = new StringBuilder();
        Matcher wild = Pattern.compile("<([a-z]+:)?([*#])>").matcher(text);
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
    private @org.jspecify.annotations.Nullable String read(Open connection, Line line) throws IOException {
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
