package org.merpati.dev;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    private record Found(String mailbox, long uid, String flags) {}

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

    /** Compares; the ledger's accounts are looked at through one door. */
    public static Verdict check(Ledger ledger, String door, Map<String, String> accounts) throws IOException {
        Map<String, List<Found>> found = new HashMap<>();
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
        for (Map.Entry<String, Ledger.Fact> entry : ledger.all().entrySet()) {
            List<Found> places = found.getOrDefault(entry.getKey(), List.of());
            Ledger.Fact fact = entry.getValue();
            judge(entry.getKey(), fact, places, wrong);
            if (places.size() > 1) {
                duplicates += fact.everUnknown() ? 0 : places.size() - 1;
                afterUnknown += fact.everUnknown() ? places.size() - 1 : 0;
            }
        }
        return new Verdict(wrong, ledger.all().size(), duplicates, afterUnknown);
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

    private static void judge(String id, Ledger.Fact fact, List<Found> places, List<String> wrong) {
        switch (fact.state()) {
            case GONE -> {
                if (!places.isEmpty()) {
                    wrong.add("resurrected: " + id + " at " + places);
                }
            }
            case ACKED -> {
                boolean there = places.stream()
                        .anyMatch(p -> p.mailbox().equals(fact.mailbox())
                                && (fact.uid() == 0 || p.uid() == fact.uid())
                                && fact.flags().stream()
                                        .allMatch(f -> p.flags()
                                                .toLowerCase(Locale.ROOT)
                                                .contains(f.toLowerCase(Locale.ROOT))));
                if (!there) {
                    wrong.add("lost or changed: " + id + " must be " + fact + ", is " + places);
                }
            }
            case UNKNOWN -> {
                // Either is lawful.
            }
        }
    }

    private static void look(MailProbe.Imap client, String mailbox, Map<String, List<Found>> found) throws IOException {
        client.ok("EXAMINE " + mailbox);
        for (String line : client.ok("UID FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                found.computeIfAbsent(row.group(3), k -> new ArrayList<>())
                        .add(new Found(mailbox, Long.parseLong(row.group(1)), row.group(2)));
            }
        }
    }
}
