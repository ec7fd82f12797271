package org.merpati.mta;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What the reception asks of a message's header (RFC 5322 §2.2).
 *
 * @param received how many Received fields there are
 * @param date whether there is a Date field
 * @param messageId whether there is a Message-ID field
 * @param ours fields that only this server may write: what the filter says, and Authentication-Results under this
 *     server's name (RFC 8601 §5)
 */
record HeaderScan(int received, boolean date, boolean messageId, List<MailBody.Range> ours) {
    private static final int START_LIMIT = 400;
    private static final int HEADER_LIMIT = 1 << 20;
    private static final Set<String> VERDICT = Set.of(
            "x-spam-flag",
            "x-spam-status",
            "x-spam-score",
            "x-spam-report",
            "x-spam-level",
            "x-spam-test",
            "x-spam-origin");

    HeaderScan {
        ours = List.copyOf(ours);
    }

    /**
     * Reads to the end of the header, at most its first million octets.
     *
     * @param hostname this server's name
     */
    static HeaderScan of(MailBody body, String hostname) throws IOException {
        Reader reader = new Reader(hostname);
        try (InputStream in = new BufferedInputStream(body.open())) {
            StringBuilder line = new StringBuilder();
            int start = 0;
            for (int count = 0; count < HEADER_LIMIT; count++) {
                int octet = in.read();
                if (octet < 0 || octet == '\n') {
                    if (octet < 0 || line.isEmpty()) {
                        break;
                    }
                    reader.line(line.toString(), start, count + 1);
                    line.setLength(0);
                    start = count + 1;
                } else if (octet != '\r' && line.length() < START_LIMIT) {
                    line.append((char) octet);
                }
            }
        }
        return new HeaderScan(reader.received, reader.date, reader.messageId, reader.ours);
    }

    /** Takes the header line by line. */
    private static final class Reader {
        private final String hostname;
        private final List<MailBody.Range> ours = new ArrayList<>();
        private int received;
        private boolean date;
        private boolean messageId;
        private boolean within;

        Reader(String hostname) {
            this.hostname = hostname;
        }

        void line(String line, int start, int end) {
            if (line.startsWith(" ") || line.startsWith("\t")) {
                if (within) {
                    ours.set(ours.size() - 1, new MailBody.Range(ours.getLast().start(), end));
                }
                return;
            }
            String name = name(line);
            received += name.equals("received") ? 1 : 0;
            date |= name.equals("date");
            messageId |= name.equals("message-id");
            within = VERDICT.contains(name)
                    || (name.equals("authentication-results") && value(line).startsWith(hostname));
            if (within) {
                ours.add(new MailBody.Range(start, end));
            }
        }

        private static String name(String line) {
            int colon = line.indexOf(':');
            return colon < 1 ? "" : line.substring(0, colon).stripTrailing().toLowerCase(Locale.ROOT);
        }

        private static String value(String line) {
            return line.substring(line.indexOf(':') + 1).strip().toLowerCase(Locale.ROOT);
        }
    }
}
