package org.merpati.dev;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.merpati.kernel.Address;
import org.merpati.runtime.Configuration;
import org.merpati.smtp.Envelope;
import org.merpati.smtp.Reply;
import org.merpati.smtp.SmtpClient;
import org.merpati.wire.Network;
import org.merpati.wire.Tls;

/** Sends a mail by SMTP and looks for it by IMAP, as somebody outside would. */
public final class MailProbe {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int CONNECT_MILLIS = 5_000;
    private static final int BUFFER = 64 * 1024;

    private static final Network NETWORK = new Network("probe", 1);

    private MailProbe() {}

    /**
     * Sends a message to a server in clear.
     *
     * @param server host:port
     * @return the server's reply
     */
    public static Reply send(String server, String from, List<String> to, byte[] message) throws IOException {
        InetSocketAddress address = Configuration.address(server);
        Envelope envelope = new Envelope(
                from.isEmpty() ? Optional.empty() : Optional.of(Address.parse(from)),
                Map.of(),
                to.stream().map(Address::parse).map(Envelope.Recipient::of).toList());
        try (SmtpClient client = SmtpClient.greet(
                NETWORK.connect(address, LIMIT, Optional.empty()),
                "probe.example.net",
                false,
                Optional.empty(),
                LIMIT)) {
            List<Reply> replies = client.send(envelope, out -> out.write(message), () -> {});
            return replies.stream().filter(r -> !r.positive()).findFirst().orElseGet(replies::getFirst);
        }
    }

    /** A small message. */
    public static byte[] message(String from, String to, String subject, String id) {
        return ("From: <" + from + ">\r\nTo: <" + to + ">\r\nSubject: " + subject + "\r\nMessage-ID: <" + id
                        + ">\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n\r\nHello.\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** An IMAP client that is just enough to look around. */
    public static final class Imap implements AutoCloseable {
        private Socket socket;
        private InputStream in;
        private OutputStream out;
        private int tags;

        /**
         * Connects to host:port, and by STARTTLS where logins in clear are refused. Certificates are not checked: the
         * cluster that is probed runs on this machine.
         */
        public Imap(String server) throws IOException {
            InetSocketAddress address = Configuration.address(server);
            socket = new Socket();
            socket.connect(address, CONNECT_MILLIS);
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream(), BUFFER);
            out = socket.getOutputStream();
            if (line().contains("LOGINDISABLED")) {
                ok("STARTTLS");
                socket = Tls.unauthenticated()
                        .getSocketFactory()
                        .createSocket(socket, address.getHostString(), address.getPort(), true);
                in = new BufferedInputStream(socket.getInputStream(), BUFFER);
                out = socket.getOutputStream();
            }
        }

        /** A line, without its end; literals are read into it. */
        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            while (true) {
                int octet = in.read();
                if (octet < 0) {
                    throw new IOException("the server closed the connection");
                }
                if (octet == '\n') {
                    int open = line.lastIndexOf("{");
                    if (open < 0 || !line.toString().endsWith("}\r")) {
                        return line.toString().stripTrailing();
                    }
                    int length = Integer.parseInt(line.substring(open + 1, line.length() - 2));
                    line.append('\n').append(new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
                } else {
                    line.append((char) octet);
                }
            }
        }

        /**
         * Sends a command.
         *
         * @return the untagged lines, and the tagged one without its tag as the last
         */
        public List<String> command(String command) throws IOException {
            String tag = "a" + ++tags;
            out.write((tag + " " + command + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            List<String> lines = new ArrayList<>();
            while (true) {
                String line = line();
                if (line.startsWith(tag + " ")) {
                    lines.add(line.substring(tag.length() + 1));
                    return lines;
                }
                if (line.startsWith("+ ")) {
                    throw new IOException("the server asks for more: " + line);
                }
                lines.add(line);
            }
        }

        /** Begins an IDLE, which lasts as long as the connection. */
        public void idle() throws IOException {
            out.write(("a" + ++tags + " IDLE\r\n").getBytes(StandardCharsets.ISO_8859_1));
            String line = line();
            if (!line.startsWith("+")) {
                throw new IOException("IDLE: " + line);
            }
        }

        /** Waits for a line with an end. */
        public void await(String end) throws IOException {
            String line = line();
            while (!line.endsWith(end)) {
                line = line();
            }
        }

        /**
         * Sends a command that must succeed.
         *
         * @throws IOException if it does not; the message is the server's answer
         */
        public List<String> ok(String command) throws IOException {
            List<String> lines = command(command);
            if (!lines.getLast().startsWith("OK")) {
                throw new IOException(command.split(" ", 2)[0] + ": " + lines.getLast());
            }
            return lines;
        }

        /** Sends a command with one literal at its end (LITERAL+). */
        public List<String> literal(String command, byte[] literal) throws IOException {
            return literals(command, List.of(literal));
        }

        /** Appends messages that were seen, all by one command (RFC 3502). */
        public void append(String mailbox, List<byte[]> messages) throws IOException {
            String answer =
                    literals("APPEND " + mailbox + " (\\Seen)", messages).getLast();
            if (!answer.startsWith("OK")) {
                throw new IOException("APPEND: " + answer);
            }
        }

        /** The later literals come behind flags, as of messages that are appended by one command. */
        private List<String> literals(String command, List<byte[]> literals) throws IOException {
            String tag = "a" + ++tags;
            // In one write: small ones one after the other wait for the peer's acknowledgement.
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            String before = tag + " " + command;
            for (byte[] literal : literals) {
                all.writeBytes((before + " {" + literal.length + "+}\r\n").getBytes(StandardCharsets.ISO_8859_1));
                all.writeBytes(literal);
                before = " (\\Seen)";
            }
            all.writeBytes(new byte[] {'\r', '\n'});
            all.writeTo(out);
            List<String> lines = new ArrayList<>();
            while (true) {
                String line = line();
                if (line.startsWith(tag + " ")) {
                    lines.add(line.substring(tag.length() + 1));
                    return lines;
                }
                lines.add(line);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
