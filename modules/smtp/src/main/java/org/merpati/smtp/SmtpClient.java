package org.merpati.smtp;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.merpati.wire.Connection;

/**
 * The SMTP client (RFC 5321) and the LMTP client (RFC 2033): sends messages over one connection. Commands are pipelined
 * where the server offers it (RFC 2920).
 */
public final class SmtpClient implements AutoCloseable {
    private static final int LINE_LIMIT = 8192;
    private static final int LINES = 200;

    /** Writes a message's octets; lines end with CRLF. */
    @FunctionalInterface
    public interface Content {
        /** Writes all octets. */
        void writeTo(OutputStream out) throws IOException;
    }

    private final Connection connection;
    private final boolean lmtp;
    private final LineReader reader;
    private Map<String, String> extensions = Map.of();

    private SmtpClient(Connection connection, boolean lmtp) {
        this.connection = connection;
        this.lmtp = lmtp;
        this.reader = new LineReader(connection.in());
    }

    /**
     * Greets a server.
     *
     * @param helo the name to greet with
     * @param startTls what TLS begins with if the server offers STARTTLS; whether that succeeds decides nothing
     * @throws SmtpRefusal if the server does not want to speak
     * @throws IOException if the connection breaks
     */
    public static SmtpClient greet(
            Connection connection, String helo, boolean lmtp, Optional<SSLContext> startTls, Duration limit)
            throws IOException {
        connection.idleTimeout(limit);
        SmtpClient client = new SmtpClient(connection, lmtp);
        expect(client.reply());
        client.hello(helo);
        if (startTls.isPresent() && client.extensions.containsKey("STARTTLS")) {
            client.say("STARTTLS");
            connection.out().flush();
            if (client.reply().positive()) {
                client.reader.drop();
                connection.startTls(startTls.get());
                client.hello(helo);
            }
        }
        return client;
    }

    private void hello(String helo) throws IOException {
        say((lmtp ? "LHLO " : "EHLO ") + helo);
        connection.out().flush();
        List<String> lines = new ArrayList<>();
        Reply reply = reply(lines);
        if (!lmtp && reply.permanentNegative()) {
            say("HELO " + helo);
            connection.out().flush();
            reply = reply();
            lines.clear();
        }
        expect(reply);
        Map<String, String> offered = new HashMap<>();
        for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            int space = line.indexOf(' ');
            String name = space < 0 ? line : line.substring(0, space);
            offered.put(name.toUpperCase(Locale.ROOT), space < 0 ? "" : line.substring(space + 1));
        }
        extensions = offered;
    }

    /** The extensions that the server offers, in upper case, with their parameters. */
    public Map<String, String> extensions() {
        return extensions;
    }

    /**
     * Sends one message.
     *
     * @param beforeDot called when all octets are sent and before the dot that makes the server take the message over;
     *     if it throws, the connection is closed and the message is not sent
     * @return a reply for each recipient, in order: what it answered to RCPT if negative, otherwise to the data
     * @throws SmtpRefusal if the server refuses the sender or the whole
     * @throws IOException if the connection breaks; if it breaks after the dot, the message may have been taken
     */
    public List<Reply> send(Envelope whole, Content content, Runnable beforeDot) throws IOException {
        Envelope envelope = NodeParameters.understood(whole, extensions);
        boolean pipelining = extensions.containsKey("PIPELINING");
        List<Reply> replies = new ArrayList<>();
        say("MAIL FROM:<" + envelope.senderText() + ">" + Envelope.text(envelope.parameters()));
        if (!pipelining) {
            connection.out().flush();
            expect(reply());
        }
        for (Envelope.Recipient recipient : envelope.recipients()) {
            say("RCPT TO:<" + recipient.address() + ">" + Envelope.text(recipient.parameters()));
            if (!pipelining) {
                connection.out().flush();
                replies.add(reply());
            }
        }
        say("DATA");
        connection.out().flush();
        Reply mail = pipelining ? reply() : new Reply(250, "");
        if (pipelining) {
            for (int i = 0; i < envelope.recipients().size(); i++) {
                replies.add(reply());
            }
        }
        Reply data = reply();
        boolean taken = replies.stream().anyMatch(Reply::positive);
        if (data.code() == 354) {
            data(content, mail.positive() && taken ? beforeDot : () -> {});
            readFinal(replies, taken);
        } else if (mail.positive() && taken) {
            expect(data);
        }
        expect(mail);
        return replies;
    }

    private void data(Content content, Runnable beforeDot) throws IOException {
        DotStuffing stuffed = new DotStuffing(connection.out());
        content.writeTo(stuffed);
        stuffed.finish();
        beforeDot.run();
        connection.out().write(new byte[] {'.', '\r', '\n'});
        connection.out().flush();
    }

    /** Puts the reply to the data in place of each positive reply to RCPT; LMTP has one for each of these. */
    private void readFinal(List<Reply> replies, boolean taken) throws IOException {
        if (!lmtp || !taken) {
            Reply whole = reply();
            replies.replaceAll(r -> r.positive() ? whole : r);
            return;
        }
        for (int i = 0; i < replies.size(); i++) {
            if (replies.get(i).positive()) {
                replies.set(i, reply());
            }
        }
    }

    private void say(String command) throws IOException {
        if (command.indexOf('\r') >= 0 || command.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a command is one line");
        }
        connection.out().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    private static void expect(Reply reply) throws SmtpRefusal {
        if (!reply.positive()) {
            throw new SmtpRefusal(reply);
        }
    }

    private Reply reply() throws IOException {
        return reply(new ArrayList<>());
    }

    private Reply reply(List<String> lines) throws IOException {
        for (int i = 0; i < LINES; i++) {
            byte[] octets = reader.line(LINE_LIMIT);
            if (octets == null) {
                throw new IOException("the server " + connection.remote() + " closed the connection");
            }
            String line = new String(octets, StandardCharsets.UTF_8).stripTrailing();
            if (!line.matches("[2-5]\\d\\d([ -].*)?")) {
                throw new IOException("the server " + connection.remote() + " does not speak SMTP");
            }
            lines.add(line.length() > 4 ? line.substring(4) : "");
            if (line.length() < 4 || line.charAt(3) == ' ') {
                return new Reply(Integer.parseInt(line.substring(0, 3)), String.join(" ", lines));
            }
        }
        throw new IOException("the server " + connection.remote() + " answers with more than " + LINES + " lines");
    }

    /** Says QUIT and closes. */
    @Override
    public void close() {
        try {
            say("QUIT");
            connection.out().flush();
        } catch (IOException gone) {
            // The server went first.
        }
        connection.close();
    }

    /** Doubles a dot at the beginning of a line (RFC 5321 §4.5.2) and ends the last line. */
    private static final class DotStuffing extends OutputStream {
        private final OutputStream out;
        private boolean lineStart = true;
        private int last = '\n';

        DotStuffing(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int at, int length) throws IOException {
            int from = at;
            for (int i = at; i < at + length; i++) {
                if (lineStart && octets[i] == '.') {
                    out.write(octets, from, i - from);
                    out.write('.');
                    from = i;
                }
                lineStart = octets[i] == '\n';
            }
            out.write(octets, from, at + length - from);
            last = length > 0 ? octets[at + length - 1] : last;
        }

        void finish() throws IOException {
            if (last != '\n') {
                out.write(new byte[] {'\r', '\n'});
            }
        }
    }
}
