package org.merpati.mta;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/**
 * What the reception asks of a message's header (RFC 5322 §2.2).
 *
 * @param received how many Received fields there are
 * @param date whether there is a Date field
 * @param messageId whether there is a Message-ID field
 */
record HeaderScan(int received, boolean date, boolean messageId) {
    private static final int NAME_LIMIT = 78;
    private static final int HEADER_LIMIT = 1 << 20;

    /** Reads to the end of the header, at most its first million octets. */
    static HeaderScan of(MailBody body) throws IOException {
        int received = 0;
        boolean date = false;
        boolean messageId = false;
        try (InputStream in = new BufferedInputStream(body.open())) {
            StringBuilder line = new StringBuilder();
            for (int count = 0; count < HEADER_LIMIT; count++) {
                int octet = in.read();
                if (octet < 0 || octet == '\n') {
                    if (octet < 0 || line.isEmpty()) {
                        break;
                    }
                    String name = name(line);
                    received += name.equals("received") ? 1 : 0;
                    date |= name.equals("date");
                    messageId |= name.equals("message-id");
                    line.setLength(0);
                } else if (octet != '\r' && line.length() < NAME_LIMIT) {
                    line.append((char) octet);
                }
            }
        }
        return new HeaderScan(received, date, messageId);
    }

    private static String name(CharSequence line) {
        String text = line.toString();
        int colon = text.indexOf(':');
        return colon < 1 ? "" : text.substring(0, colon).stripTrailing().toLowerCase(Locale.ROOT);
    }
}
