package org.merpati.mta;

import java.nio.charset.StandardCharsets;
import org.merpati.kernel.MailId;
import org.merpati.mime.MailDate;
import org.merpati.smtp.Reception;

/** The lines that the reception puts before a message (RFC 5321 §4.4). */
final class TraceHeader {
    private TraceHeader() {}

    /** The Received field, with a date and message id for a submission that lacks them. */
    static byte[] of(Reception.Client client, HeaderScan scan, boolean submission, MailId mail, String host, long now) {
        StringBuilder lines = new StringBuilder(256);
        String address = client.address().getAddress().getHostAddress();
        int zone = address.indexOf('%');
        String bare = zone < 0 ? address : address.substring(0, zone);
        String literal = bare.indexOf(':') >= 0 ? "[IPv6:" + bare + "]" : "[" + bare + "]";
        lines.append("Received: from ").append(printable(client.helo()));
        // A submitter's own address is nobody's business but ours: it stands in the mail log.
        if (!submission) {
            lines.append(" (").append(literal).append(')');
        }
        lines.append("\r\n\tby ").append(host).append(" (Merpati) with ").append(client.protocol());
        lines.append(" id ")
                .append(mail)
                .append(";\r\n\t")
                .append(MailDate.text(now))
                .append("\r\n");
        if (submission && !scan.date()) {
            lines.append("Date: ").append(MailDate.text(now)).append("\r\n");
        }
        if (submission && !scan.messageId()) {
            lines.append("Message-ID: <").append(mail).append('@').append(host).append(">\r\n");
        }
        return lines.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String printable(String helo) {
        String clean = helo.replaceAll("[^A-Za-z0-9.:_\\[\\]-]", "?");
        return clean.isEmpty() ? "unknown" : clean.substring(0, Math.min(255, clean.length()));
    }
}
