package org.merpati.dev;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Compares a ledger with what IMAP shows. */
public final class Checker {
    private static final Pattern ROW = Pattern.compile(
            "\\* \\d+ FETCH \\((?=.*UID (\\d+))(?=.*FLAGS \\(([^)]*)\\)).*Message-ID: <([^>]+)>.*", Pattern.DOTALL);

    private static final Duration SETTLE = Duration.ofSeconds(90);
    private static final long LOOK_NANOS = 300_000_000;

    private static final Pattern VALIDITY = Pattern.compile(".*\\[UIDVALIDITY (\\d+)].*", Pattern.DOTALL);

    /**
     * What the comparison says.
     *
     * @param wrong a sentence for each message that is lost, changed or back from the dead
     * @param messages how many messages were compared
     * @param duplicates messages that are there once more than they should
     * @param duplicatesAfterUnknown such messages whose sender had to try again because an answer was lost
     */
    public record Verdict(List<String> wrong, int messages, int duplicates, int duplicatesAfterUnknown) {
        @Override
        public String toString() {
            return messages + " facts, " + wrong.size() + " wrong, " + duplicates + " duplicates, "
                    + duplicatesAfterUnknown + " duplicates after an unknown answer"
                    + (wrong.isEmpty() ? "" : ": " + wrong.stream().limit(10).collect(Collectors.joining("; ")));
        }
    }

    private Checker() {}

    /** Compares what the ledger knows of these accounts' messages with what one door shows. */
    public static Verdict check(Ledger ledger, String door, Map<String, String> accounts) throws IOException {
        Map<String, List<Ledger.Place>> found = new HashMap<>();
        for (Map.Entry<String, String> account : accounts.entrySet()) {
            try (MailProbe.Imap client = new MailProbe.Imap(door)) {
                client.ok("LOGIN " + account.getKey() + " " + account.getValue());
                for (String mailbox : List.of("INBOX", "Archive")) {
                    look(client, mailbox, found);
                }
            }
        }
        List<String> wrong = new ArrayList<>();
        int duplicates = 0;
        int afterUnknown = 0;
        int messages = 0;
        for (Map.Entry<String, Ledger.Fact> entry : ledger.all().entrySet()) {
            List<Ledger.Place> places = found.getOrDefault(entry.getKey(), List.of());
            Ledger.Fact fact = entry.getValue();
            if (!accounts.containsKey(fact.account())) {
                continue;
            }
            messages++;
            judge(entry.getKey(), fact, places, wrong);
            if (places.size() > 1) {
                duplicates += fact.resent() ? 0 : places.size() - 1;
                afterUnknown += fact.resent() ? places.size() - 1 : 0;
            }
        }
        return new Verdict(wrong, messages, duplicates, afterUnknown);
    }

    /**
     * Waits until everything acknowledged is there, since deferred mail takes its time, and compares.
     *
     * @throws IOException if the door does not answer
     */
    public static Verdict settle(Ledger ledger, String door, Map<String, String> accounts) throws IOException {
        long end = System.nanoTime() + SETTLE.toNanos();
        while (System.nanoTime() < end) {
            try {
                Verdict verdict = check(ledger, door, accounts);
                if (verdict.wrong().isEmpty()) {
                    return verdict;
                }
            } catch (IOException notYet) {
                // The owner is on its way.
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return check(ledger, door, accounts);
    }

    private static void judge(String id, Ledger.Fact fact, List<Ledger.Place> found, List<String> wrong) {
        if (found.isEmpty() && !fact.gone()) {
            wrong.add("lost: " + id + " must be at " + fact.places());
        } else if (!found.isEmpty() && fact.places().isEmpty()) {
            wrong.add("resurrected: " + id + " is at " + found);
        } else if (!found.isEmpty()
                && found.stream().noneMatch(f -> fact.places().stream().anyMatch(p -> same(p, f)))) {
            wrong.add("changed: " + id + " must be at " + fact.places() + ", is at " + found);
        }
    }

    private static boolean same(Ledger.Place wanted, Ledger.Place found) {
        return wanted.mailbox().equals(found.mailbox())
                && (wanted.validity() == 0 || wanted.validity() == found.validity())
                && (wanted.uid() == 0 || wanted.uid() == found.uid())
                && folded(wanted.flags()).equals(folded(found.flags()));
    }

    /** Flags without regard to case (RFC 3501 §2.3.2); the session's own are no property of a message. */
    private static Set<String> folded(Set<String> flags) {
        return flags.stream()
                .map(f -> f.toLowerCase(Locale.ROOT))
                .filter(f -> !f.equals("\\recent"))
                .collect(Collectors.toSet());
    }

    private static void look(MailProbe.Imap client, String mailbox, Map<String, List<Ledger.Place>> found)
            throws IOException {
        long validity = client.ok("EXAMINE " + mailbox).stream()
                .map(VALIDITY::matcher)
                .filter(Matcher::matches)
                .mapToLong(m -> Long.parseLong(m.group(1)))
                .findFirst()
                .orElseThrow(() -> new IOException("EXAMINE " + mailbox + " shows no UIDVALIDITY"));
        for (String line : client.ok("UID FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                Set<String> flags = new TreeSet<>(List.of(row.group(2).split(" ", -1)));
                flags.remove("");
                found.computeIfAbsent(row.group(3), k -> new ArrayList<>())
                        .add(new Ledger.Place(mailbox, validity, Long.parseLong(row.group(1)), flags));
            }
        }
    }
}
