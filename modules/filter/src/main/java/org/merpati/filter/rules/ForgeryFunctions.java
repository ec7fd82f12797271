package org.merpati.filter.rules;

import java.util.Map;
import java.util.regex.Pattern;
import org.merpati.filter.text.HeaderRequest;
import org.merpati.filter.text.Reading;
import org.merpati.filter.text.Relays;

/** Functions on whether a message came from the provider that it names as its sender's. */
final class ForgeryFunctions {
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");
    private static final String IP = "\\d{1,3}(?:\\.\\d{1,3}){3}";
    private static final int GOOGLE_MARK = 60;

    /** What a message that names Hotmail came to. */
    private enum Hotmail {
        FINE,
        FORGED,
        NOT_FROM_THERE
    }

    private ForgeryFunctions() {}

    static void register(Map<String, Function> to) {
        to.put("gated_through_received_hdr_remover", (r, a, b) -> gated(r));
        to.put("check_for_forged_gmail_received_headers", (r, a, b) -> gmail(r));
        to.put("check_for_forged_yahoo_received_headers", (r, a, b) -> yahoo(r));
        to.put("check_for_forged_juno_received_headers", (r, a, b) -> juno(r));
        to.put("check_for_forged_eudoramail_received_headers", (r, a, b) -> eudoramail(r));
        to.put("check_for_forged_hotmail_received_headers", (r, a, b) -> hotmail(r) == Hotmail.FORGED);
        to.put("check_for_no_hotmail_received_headers", (r, a, b) -> hotmail(r) == Hotmail.NOT_FROM_THERE);
        to.put("check_for_fake_aol_relay_in_rcvd", (r, a, b) -> aol(r));
    }

    private static String received(Reading reading) {
        return reading.header("Received").replaceAll("\\s+", " ");
    }

    private static boolean has(String text, String expression) {
        return Pattern.compile(expression).matcher(text).find();
    }

    /** Whether a list server is known to take Received fields away. */
    static boolean gated(Reading reading) {
        String list = reading.header("Mailing-List");
        String received = reading.header("Received");
        if (has(list, "(?m)^contact \\S+@\\S+; run by ezmlm$")
                && has(reading.header("Delivered-To"), "(?m)^mailing list \\S+@\\S+")
                && has(received, "qmail \\d+ invoked (?:from network|by .{3,20})\\); \\d+ ... \\d+")) {
            return true;
        }
        return reading.header(HeaderRequest.of("Received")).isEmpty()
                || has(received, "from groups\\.msn\\.com \\(\\S+\\.msn\\.com ");
    }

    private static boolean from(Reading reading, String domain) {
        return has(reading.header("From:addr"), "(?i)\\b" + Pattern.quote(domain) + "(?=\\n?\\z)");
    }

    private static boolean gmail(Reading reading) {
        if (!from(reading, "gmail.com")) {
            return false;
        }
        String way = reading.header("X-Received");
        boolean known = has(way, "by 10\\.\\S+ with SMTP id \\S+")
                || has(way, "by 2002:a\\d\\d:\\w+:\\S+ with SMTP id \\S+")
                || has(reading.header("Received"), "by smtp\\.googlemail\\.com with ESMTPSA id \\S+")
                || (reading.header("X-Gm-Message-State").length() >= GOOGLE_MARK
                        && reading.header("X-Google-Smtp-Source").length() >= GOOGLE_MARK);
        return !known;
    }

    private static boolean yahoo(Reading reading) {
        if (!from(reading, "yahoo.com")) {
            return false;
        }
        String received = received(reading);
        String resent = reading.header("X-Received");
        if (!reading.header("Resent-From").isEmpty()
                && !reading.header("Resent-To").isEmpty()
                && !resent.isEmpty()) {
            received = resent.replaceAll("\\s+", " ");
        }
        Relays relays = reading.relays();
        boolean there = relays.trusted().stream().anyMatch(relay -> relay.rdns().endsWith(".yahoo.com"))
                || (!relays.untrusted().isEmpty()
                        && relays.untrusted().getFirst().rdns().endsWith(".yahoo.com"));
        return !gated(reading)
                && !there
                && !has(received, "by web\\S+\\.mail\\S*\\.yahoo\\.com via HTTP")
                && !has(received, "by sonic\\S+\\.consmr\\.mail\\S*\\.yahoo\\.com with HTTP")
                && !has(received, "by smtp\\S+\\.yahoo\\.com with SMTP")
                && !has(received, "from \\[" + IP + "\\] by \\S+\\.(?:groups|scd|dcn)\\.yahoo\\.com with NNFMP")
                && !(has(received, "\\bmailer\\d+\\.bulk\\.scd\\.yahoo\\.com\\b")
                        && has(reading.header("From:addr"), "(?i)@reply\\.yahoo\\.com(?=\\n?\\z)"))
                && !has(
                        received,
                        "by \\w+\\.\\w+\\.yahoo\\.com \\(\\d+\\.\\d+\\.\\d+/\\d+\\.\\d+\\.\\d+\\)"
                                + "(?: with ESMTP)? id \\w+");
    }

    private static boolean juno(Reading reading) {
        if (!from(reading, "juno.com") || gated(reading)) {
            return false;
        }
        String origin = reading.header("X-Originating-IP");
        String mailer = reading.header("X-Mailer");
        String received = reading.header("Received");
        if (!origin.isEmpty()) {
            boolean there = has(received, "from.*\\b(?:juno|untd)\\.com.*[\\[(]" + IP + "[\\])].*by")
                    || has(received, " cookie\\.(?:juno|untd)\\.com ");
            return !there || !mailer.contains("Juno ");
        }
        return true;
    }

    private static boolean eudoramail(Reading reading) {
        if (!from(reading, "eudoramail.com") || gated(reading)) {
            return false;
        }
        boolean address = ADDRESS.matcher(reading.header("X-Sender-Ip")).find();
        return !(has(received(reading), "by \\S*whowhere.com;") && address);
    }

    private static Hotmail hotmail(Reading reading) {
        return reading.note(Hotmail.class, ForgeryFunctions::hotmailOnce);
    }

    private static Hotmail hotmailOnce(Reading reading) {
        String received = received(reading);
        boolean address = ADDRESS.matcher(reading.header("X-Originating-Ip")).find();
        boolean outlook = has(reading.header("X-OriginatorOrg"), "hotmail\\.com|msonline-outlook");
        boolean there = has(received, "from mail pickup service by hotmail\\.com with Microsoft SMTPSVC;")
                || gated(reading)
                || (address
                        && (has(received, "from (?:\\S*\\.)?hotmail.com \\(\\S+\\.hotmail(?:\\.msn)?\\.com[ )]")
                                || has(received, "from \\S*\\.hotmail.com \\(\\[" + IP + "\\][ ):]")
                                || has(received, "from \\S+ by \\S+\\.hotmail(?:\\.msn)?\\.com with HTTP;")
                                || has(received, "from \\[66\\.218.\\S+\\] by \\S+\\.yahoo\\.com")))
                || (outlook
                        && (has(received, "from \\S*\\.outbound\\.protection\\.outlook\\.com \\(\\S+\\.outbound\\.")
                                || has(
                                        received,
                                        "from \\S*\\.(?:eur|nam)prd\\d+\\.prod\\.outlook\\.com \\(" + IP + "\\)")));
        if (there) {
            return Hotmail.FINE;
        }
        if (has(received, "(?:from |HELO |helo=)\\S*hotmail\\.com\\b")) {
            return Hotmail.FORGED;
        }
        return from(reading, "hotmail.com") ? Hotmail.NOT_FROM_THERE : Hotmail.FINE;
    }

    private static boolean aol(Reading reading) {
        String received = received(reading);
        return has(received, "(?i) rly-[a-z][a-z]\\d\\d\\.")
                && !has(received, "/AOL-\\d+\\.\\d+\\.\\d+\\)")
                && !has(received, "ESMTP id (?:RELAY|MAILRELAY|MAILIN)");
    }
}
