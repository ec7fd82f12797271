package org.merpati.filter.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a sender proved who it is, as servers note it in Received fields (RFC 3848 and before it). */
final class ReceivedAuth {
    private static final Pattern WITH =
            Pattern.compile(" with ((?:ES|L|UTF8S|UTF8L)MTPS?A|ASMTP|HTTP[SU]?)(?: |;|$)", Pattern.CASE_INSENSITIVE);
    private static final Pattern MECHANISM =
            Pattern.compile("^from .*?(?:\\]\\)|\\)\\]) \\(AUTH: (LOGIN|PLAIN|DIGEST-MD5|CRAM-MD5) \\S+");
    private static final Pattern SENDMAIL =
            Pattern.compile("^from .*?(?:\\](?: \\([^)]*\\))?\\)|\\)\\]) .*?\\(.*?authenticated.*?\\).*? by");
    private static final Pattern POSTFIX =
            Pattern.compile("\\) \\(Authenticated sender: \\S+\\) by \\S+ \\(([^)]+)\\) with ");
    private static final Pattern GOOGLE = Pattern.compile(
            " by mx\\.google\\.com with ESMTPS id [a-z0-9]{1,4}sm\\d{2,9}[a-z]{3}\\.\\d{1,3}\\.\\d{4}(?:\\.\\d\\d){5}"
                    + ".*\\(version=([^ ]+) cipher=([^)]+)\\)");
    private static final Pattern GMX = Pattern.compile("from \\S* \\((?:HELO|EHLO) \\S*\\) \\[[0-9a-fA-F.:]+\\] by "
            + "(mail\\.gmx\\.(?:net|com)) \\([^)]+\\) with (E?SMTP)");
    private static final Pattern VIA = Pattern.compile(" \\(via (HTTP.?)\\)(?: |;|$)", Pattern.CASE_INSENSITIVE);

    private ReceivedAuth() {}

    /** The way, or nothing. */
    static String of(String line) {
        Matcher with = WITH.matcher(line);
        if (line.contains(" by ") && with.find()) {
            return with.group(1);
        }
        Matcher google = GOOGLE.matcher(line);
        if (google.find()) {
            return "GMail - transport=" + google.group(1) + " cipher=" + google.group(2);
        }
        Matcher gmx = GMX.matcher(line);
        if (gmx.find()) {
            return "GMX (" + gmx.group(2) + " / " + gmx.group(1) + ")";
        }
        Matcher mechanism = MECHANISM.matcher(line);
        if (mechanism.find()) {
            return mechanism.group(1);
        }
        if (line.contains("authenticated") && SENDMAIL.matcher(line).find()) {
            return "Sendmail";
        }
        Matcher postfix = POSTFIX.matcher(line);
        if (postfix.find()) {
            return postfix.group(1).equals("Postfix") ? "Postfix" : "Postfix (" + postfix.group(1) + ")";
        }
        if (line.contains("CommuniGate Pro") && line.contains("(account ")) {
            return "Communigate";
        }
        if (line.contains(" with Microsoft Exchange Server HTTP-DAV")) {
            return "HTTP-DAV";
        }
        Matcher via = VIA.matcher(line);
        return line.contains(" by ") && via.find() ? via.group(1) : "";
    }
}
