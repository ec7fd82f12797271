package org.merpati.mta;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.merpati.directory.Account;
import org.merpati.directory.People;
import org.merpati.kernel.MailId;
import org.merpati.kernel.TryLater;
import org.merpati.mime.MailDate;

/** The message that tells a sender what was not delivered (RFC 3464, RFC 5321 §6.1). */
final class Bounce {
    private static final int HEADER_LIMIT = 64 * 1024;

    private Bounce() {}

    /**
     * Makes a bounce.
     *
     * @param failed the places of the recipients that failed, with what was answered
     * @return nothing if the mail has no sender, or its sender is one of ours who does not exist
     */
    static Optional<Spool.NewMail> of(
            MailEntry mail,
            MailBody body,
            Map<Integer, String> failed,
            People people,
            MailId id,
            String host,
            long now) {
        if (mail.sender().isEmpty()) {
            return Optional.empty();
        }
        Recipients to = new Recipients(people);
        to.add(mail.sender().get());
        if (to.all().isEmpty()) {
            return Optional.empty();
        }
        byte[] octets = text(mail, header(body), failed, id, host, now).getBytes(StandardCharsets.ISO_8859_1);
        List<MailEntry.Recipient> recipients = to.all().stream()
                .map(t -> MailEntry.Recipient.waiting(t.address(), t.account().map(Account::id), now))
                .toList();
        MailEntry entry =
                MailEntry.accepted(id, Optional.empty(), recipients, now, octets.length, "bounce of " + mail.id());
        return Optional.of(new Spool.NewMail(entry, octets));
    }

    private static String text(
            MailEntry mail, String header, Map<Integer, String> failed, MailId id, String host, long now) {
        String boundary = "=_" + id;
        StringBuilder text = new StringBuilder(2048 + header.length());
        line(text, "From: Mail delivery <MAILER-DAEMON@" + host + ">");
        line(text, "To: <" + mail.sender().orElseThrow() + ">");
        line(text, "Subject: Your message could not be delivered");
        line(text, "Date: " + MailDate.text(now));
        line(text, "Message-ID: <" + id + "@" + host + ">");
        line(text, "Auto-Submitted: auto-replied");
        line(text, "MIME-Version: 1.0");
        line(text, "Content-Type: multipart/report; report-type=delivery-status;");
        line(text, "\tboundary=\"" + boundary + "\"");
        line(text, "");
        line(text, "--" + boundary);
        line(text, "Content-Type: text/plain; charset=us-ascii");
        line(text, "");
        line(text, "Your message could not be delivered to:");
        line(text, "");
        failed.forEach((place, reply) -> {
            line(text, "  <" + mail.recipients().get(place).address() + ">");
            line(text, "    " + clean(reply));
        });
        line(text, "");
        line(text, "Nothing more will be tried for these recipients.");
        line(text, "");
        line(text, "--" + boundary);
        line(text, "Content-Type: message/delivery-status");
        line(text, "");
        line(text, "Reporting-MTA: dns; " + host);
        line(text, "X-Merpati-Mail-Id: " + mail.id());
        line(text, "Arrival-Date: " + MailDate.text(mail.received()));
        failed.forEach((place, reply) -> {
            line(text, "");
            line(
                    text,
                    "Final-Recipient: rfc822; " + mail.recipients().get(place).address());
            line(text, "Action: failed");
            line(text, "Status: " + status(reply));
            line(text, "Diagnostic-Code: smtp; " + clean(reply));
        });
        line(text, "");
        line(text, "--" + boundary);
        line(text, "Content-Type: text/rfc822-headers");
        line(text, "");
        text.append(header);
        line(text, "");
        line(text, "--" + boundary + "--");
        return text.toString();
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append("\r\n");
    }

    /** A permanent status (RFC 3463): what failed for good by our giving up keeps its detail. */
    private static String status(String reply) {
        for (String word : reply.split(" ", 3)) {
            if (word.matches("[245]\\.\\d{1,3}\\.\\d{1,3}")) {
                return "5" + word.substring(1);
            }
        }
        return "5.0.0";
    }

    private static String clean(String reply) {
        String ascii = reply.replaceAll("[^ -~]+", " ");
        return ascii.substring(0, Math.min(ascii.length(), 800));
    }

    /** The original's header, cut at a line if it is very long. */
    private static String header(MailBody body) {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        try (InputStream in = new java.io.BufferedInputStream(body.open())) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int octet = in.read(); octet >= 0 && header.size() < HEADER_LIMIT; octet = in.read()) {
                line.write(octet);
                if (octet == '\n') {
                    if (line.toString(StandardCharsets.ISO_8859_1).isBlank()) {
                        break;
                    }
                    line.writeTo(header);
                    line.reset();
                } else if (line.size() > HEADER_LIMIT) {
                    break;
                }
            }
        } catch (IOException unreadable) {
            throw new TryLater("the message could not be read: " + unreadable.getMessage());
        }
        return header.toString(StandardCharsets.ISO_8859_1);
    }
}
