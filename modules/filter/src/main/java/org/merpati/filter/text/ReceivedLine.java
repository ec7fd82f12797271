package org.merpati.filter.text;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a Received field (RFC 5321 §4.4), in the forms that mail servers have written it in over the decades. */
final class ReceivedLine {
    private static final String IP =
            "(\\[?(?:IPv6:)?(?:\\d{1,3}(?:\\.\\d{1,3}){3}|(?:[0-9a-f]{0,4}:){2,6}\\d{1,3}(?:\\.\\d{1,3}){3}|"
                    + "[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})\\]?)";
    private static final Pattern ANY_IP = find(IP);
    private static final Pattern DATE = find("[\\s;]+(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\\d+ (?:Jan|Feb|Mar|Apr|May"
            + "|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \\d+ \\d+:\\d+(?::\\d+)? \\S+$");
    private static final Pattern ID = find(" id <?([^\\s<>;]{3,})");
    private static final Pattern HELO =
            find("\\b(?:helo=|HELO |EHLO )([-A-Za-z0-9.^+_&:=?!@%*$\\\\/]+)(?:[^-A-Za-z0-9.^+_&:=?!@%*$\\\\/]|$)");
    private static final Pattern BY = find(" by (\\S+)(?:[^-A-Za-z0-9;.]|$)");
    private static final Pattern SENDER = find("(?:return-path:? |envelope-(?:sender|from)[ =])(\\S+)\\b");
    private static final Pattern BY_ONLY = find("^from (\\S+) by [^\\s;]+ ?;");
    private static final Pattern FIRST = find("^(\\S+) (.*?)\\bby (\\S+)");
    private static final Pattern PAIR = find("^\\S+ \\(\\S+ ?\\[" + IP + "\\].*\\) by ");
    private static final Pattern MICROSOFT =
            find(" with (?:Microsoft SMTP Server|mapi id) (?:\\([^)]+\\) )?\\d+\\.\\d+\\.\\d+\\.\\d+(?:$| )");
    private static final Pattern SAID = find("helo=([^\\s)]+)");
    private static final Pattern NAME_AND_IP = find("^\\(?([^\\s()\\[\\]]+?) ?\\[" + IP + "(?:[.:]\\d+)?\\]");
    private static final Pattern NO_HANDOVER =
            find("^\\S+ by \\S+ (?:with|via|for|\\()|^\\S+@\\S+ by |^\\S+ id \\S+$|^\\S+ (?:with|via|for) \\S+ by\\b"
                    + "|^\\S+ \\(\\S+@localhost\\) by |^\\S+ \\S+ by \\S+ with local|^mail pickup service"
                    + "|^\\S+ \\(\\S+\\) by \\S+ \\(Content Technologies |\\(LSMTP for"
                    + "|^\\S+ \\(unverified\\) by\\b|^Unknown/Local \\(|^localhost \\(localhost \\[\\[UNIX");
    private static final Pattern MARKS = Pattern.compile("[\\s\\x00#\\[\\]()<>|]");

    private final String line;
    private String helo = "";
    private String rdns = "";
    private String ip = "";
    private String by = "";
    private String ident = "";
    private String id = "";
    private boolean looked;

    private ReceivedLine(String line) {
        this.line = line;
    }

    private static Pattern find(String expression) {
        return Pattern.compile(expression, Pattern.CASE_INSENSITIVE);
    }

    /** What a field came to. */
    sealed interface Outcome {}

    /** A hop. */
    record Hop(Relay relay) implements Outcome {}

    /** No hop between machines. */
    record Passed() implements Outcome {}

    /** A program fetched the message from a mailbox: what came later is none of its way. */
    record Fetched() implements Outcome {}

    /** Nobody can read it. */
    record Unreadable() implements Outcome {}

    static Outcome read(String value) {
        String line = value.strip().replaceAll("\\s+", " ");
        while (line.endsWith(";")) {
            line = line.substring(0, line.length() - 1).stripTrailing();
        }
        String lower = line.toLowerCase(Locale.ROOT);
        if (!lower.startsWith("from ") && !lower.startsWith("(from ")) {
            return new Passed();
        }
        Matcher only = BY_ONLY.matcher(line);
        boolean internal = lower.contains(" with local for ")
                || (only.find() && !only.group(1).startsWith("["))
                || (line.contains("Exim") && lower.matches(".*\\bwith local(?:-\\S+)? .*"));
        if (internal) {
            return new Passed();
        }
        return new ReceivedLine(DATE.matcher(line).replaceFirst("").replace(")by ", ") by ")).outcome();
    }

    private Outcome outcome() {
        id = first(ID).orElse("");
        helo = first(HELO).orElse("");
        by = first(BY).orElse("");
        String auth = ReceivedAuth.of(line);
        String rest = line.startsWith("(") ? line.substring(6) : line.substring(5);
        boolean fetched = line.contains("with POP3") || line.contains("with IMAP");
        if (fetched && !PAIR.matcher(rest).find()) {
            return new Fetched();
        }
        boolean known = !line.startsWith("(") && handover(rest);
        if (!known) {
            if (NO_HANDOVER.matcher(rest).find()) {
                return new Passed();
            }
            Matcher bracket = find("\\[" + IP + "\\]").matcher(rest);
            if (bracket.find()) {
                ip = bracket.group(1);
            }
            if (ip.isEmpty() || by.isEmpty()) {
                return new Unreadable();
            }
        }
        rdns = rdns.replaceAll("\\.+$", "");
        if (rdns.equalsIgnoreCase("unknown") || rdns.startsWith("[")) {
            rdns = "";
        }
        String from =
                first(SENDER).map(s -> s.replaceAll("^[\\s<]+|[\\s>]+$", "")).orElse("");
        return new Hop(new Relay(
                address(ip),
                marked(rdns),
                marked(helo),
                marked(cut(by)),
                marked(ident),
                marked(from),
                id,
                auth,
                looked));
    }

    private static String cut(String host) {
        return host.endsWith(";") ? host.substring(0, host.length() - 1) : host;
    }

    private static String marked(String text) {
        return MARKS.matcher(text).replaceAll("!");
    }

    private static String address(String text) {
        String bare = text.replace("[", "").replace("]", "");
        bare = bare.toLowerCase(Locale.ROOT).startsWith("ipv6:") ? bare.substring(5) : bare;
        return bare.replaceFirst("(?i)^0*:0*:(?:0*:)*ffff:(\\d+\\.\\d+\\.\\d+\\.\\d+)$", "$1");
    }

    private Optional<String> first(Pattern pattern) {
        Matcher matcher = pattern.matcher(line);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** Reads who handed over to whom, if it stands there in a form that is known. */
    private boolean handover(String rest) {
        if (rest.startsWith("(")) {
            return bare(rest);
        }
        Matcher parts = FIRST.matcher(rest);
        if (!parts.find()) {
            return false;
        }
        String name = parts.group(1);
        String comments = parts.group(2).strip();
        by = parts.group(3);
        Matcher own = ANY_IP.matcher(name);
        if (own.matches()) {
            return address(name, comments);
        }
        Matcher glued = find("^(\\S+?)\\(" + IP + "(?:, HELO (\\S*))?\\)$").matcher(name + comments);
        if (comments.isEmpty() && glued.matches()) {
            rdns = glued.group(1);
            ip = glued.group(2);
            looked = true;
            return true;
        }
        return named(name, comments, rest);
    }

    /** No name at all: only an address in brackets. */
    private boolean bare(String rest) {
        Matcher form =
                find("^\\((?:(\\S+) )?\\[?" + IP + "\\]?[^)]*\\) by (\\S+)").matcher(rest);
        if (!form.find()) {
            return false;
        }
        helo = form.group(1) == null ? helo : form.group(1);
        ip = form.group(2);
        by = form.group(3);
        return true;
    }

    /** An address where the name would be. */
    private boolean address(String name, String comments) {
        ip = name;
        Matcher said = find("ident=(\\S*?)[)\\s]").matcher(comments);
        if (said.find()) {
            ident = said.group(1);
        }
        Matcher pair = NAME_AND_IP.matcher(comments);
        if (pair.find()) {
            helo = name;
            rdns = pair.group(1);
            ip = pair.group(2);
            looked = true;
            identified();
        } else if (comments.startsWith("([")) {
            Matcher second = ANY_IP.matcher(comments);
            if (second.find()
                    && !line.contains("with HTTP")
                    && !SAID.matcher(comments).find()) {
                helo = name;
                ip = second.group(1);
            }
        }
        return true;
    }

    private boolean named(String name, String comments, String rest) {
        Matcher pair = NAME_AND_IP.matcher(comments);
        boolean greeting = find("^\\((?:HELO|EHLO|LHLO) ").matcher(comments).find();
        Matcher any = ANY_IP.matcher(comments);
        if (!greeting && pair.find()) {
            boolean doubted = !comments.startsWith(")", pair.end())
                    && !find(" by \\S+ \\(").matcher(rest).find();
            if (doubted) {
                helo = helo.isEmpty() ? name : helo;
                ip = pair.group(2);
                return true;
            }
            rdns = pair.group(1);
            helo = name;
            ip = pair.group(2);
            looked = !rdns.equals("softdnserr");
            identified();
            if (rdns.equals("<unknown>") || rdns.equals("softdnserr") || rdns.equalsIgnoreCase("unverified")) {
                rdns = "";
            }
            return true;
        }
        if (!any.find()) {
            return false;
        }
        ip = any.group(1);
        if (greeting) {
            return greeted(name, comments);
        }
        if (comments.contains("helo=")) {
            rdns = name;
            looked = true;
            Matcher greeted = SAID.matcher(comments);
            helo = greeted.find() ? greeted.group(1) : helo;
            Matcher said = find("ident=([^\\s)]*)").matcher(comments);
            ident = said.find() ? said.group(1) : "";
            return true;
        }
        return unnamed(name, comments, rest);
    }

    /** The form of qmail and its kin: the name looked up, the greeting, the address. */
    private boolean greeted(String name, String comments) {
        rdns = name;
        Matcher form =
                find("^\\((?:HELO|EHLO|LHLO) ([^)]*)\\) [(\\[](?:(\\S*)@)?").matcher(comments);
        if (form.find()) {
            helo = form.group(1);
            ident = form.group(2) == null ? "" : form.group(2);
            Matcher behind = ANY_IP.matcher(comments);
            ip = behind.find(form.end(1)) ? behind.group(1) : ip;
        }
        looked = !rdns.equals("unknown") || !line.contains("with ");
        return true;
    }

    private boolean unnamed(String name, String comments, String rest) {
        boolean bracketed = comments.startsWith("([") || comments.startsWith("[");
        boolean microsoft = MICROSOFT.matcher(line).find();
        Matcher user = find("^\\((\\S*)@\\[").matcher(comments);
        if (user.find()) {
            helo = name;
            ident = user.group(1);
            looked = true;
        } else if (line.contains("Exim") && bracketed) {
            rdns = name;
            helo = name;
        } else if (bracketed || microsoft || comments.startsWith("(unverified")) {
            helo = name;
            looked = bracketed && rest.contains(") by ") && !microsoft && !line.contains("Lotus Domino");
        } else {
            Matcher person = find("^\\((\\S*)@").matcher(comments);
            ident = person.find() ? person.group(1) : "";
            rdns = name;
            helo = name;
            looked = !name.equals("unknown");
        }
        return true;
    }

    /** Takes the user of an ident look-up out of the name. */
    private void identified() {
        String name = rdns.regionMatches(true, 0, "IDENT:", 0, 6) ? rdns.substring(6) : rdns;
        int at = name.indexOf('@');
        if (at >= 0) {
            ident = name.substring(0, at);
            rdns = name.substring(at + 1);
        }
    }
}
