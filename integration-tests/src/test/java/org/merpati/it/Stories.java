package org.merpati.it;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.merpati.dev.Cluster;
import org.merpati.dev.Ledger;
import org.merpati.dev.Load;
import org.merpati.dev.MailProbe;

/** What stories say over and over. */
final class Stories {
    private Stories() {}

    /** How many messages of an account's mailbox have a Message-ID. */
    static int count(String door, String account, String password, String mailbox, String id) throws IOException {
        try (MailProbe.Imap client = new MailProbe.Imap(door)) {
            client.ok("LOGIN " + account + " " + password);
            client.ok("EXAMINE " + mailbox);
            String found = client.ok("UID SEARCH HEADER Message-ID " + id).getFirst();
            String uids = found.replace("* SEARCH", "").strip();
            return uids.isEmpty() ? 0 : uids.split(" ", -1).length;
        }
    }

    /** How many messages are in an INBOX; -1 if that cannot be told now. */
    static int messages(String door, String account, String password) {
        try (MailProbe.Imap client = new MailProbe.Imap(door)) {
            client.ok("LOGIN " + account + " " + password);
            String status = client.ok("STATUS INBOX (MESSAGES)").getFirst();
            return Integer.parseInt(status.replaceAll(".*MESSAGES (\\d+).*", "$1"));
        } catch (IOException notNow) {
            return -1;
        }
    }

    /** Waits until a message is in an INBOX. */
    static void awaitMessage(Cluster cluster, String account, String password, String id, Duration limit) {
        String door = cluster.plan().all("imap").getFirst();
        Kit.await("the message " + id + " arrives", limit, () -> {
            try {
                return count(door, account, password, "INBOX", id) > 0;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    /** Runs load for a while, with what is done in the middle of it, and hands the ledger back. */
    static Ledger underLoad(Cluster cluster, Map<String, String> accounts, long seed, Trouble trouble)
            throws IOException {
        Ledger ledger = new Ledger();
        List<String> smtp = cluster.plan().all("smtp");
        try (Load load = new Load(ledger, smtp, cluster.plan().all("imap"), accounts, seed)) {
            Kit.await(
                    () -> "the load runs; " + load.lastFailure(),
                    Duration.ofSeconds(60),
                    () -> ledger.count("smtp") >= 20 && ledger.count("imap") >= 40);
            trouble.make(ledger);
            int before = ledger.count("imap");
            int sent = ledger.count("smtp");
            Kit.await(
                    () -> "the load runs again; " + load.lastFailure(),
                    Duration.ofSeconds(120),
                    () -> ledger.count("imap") >= before + 40 && ledger.count("smtp") >= sent + 10);
            if (!load.surprises().isEmpty()) {
                throw new AssertionError("seed " + seed + ": " + load.surprises());
            }
        }
        return ledger;
    }

    /** What happens under load. */
    @FunctionalInterface
    interface Trouble {
        void make(Ledger ledger) throws IOException;
    }
}
