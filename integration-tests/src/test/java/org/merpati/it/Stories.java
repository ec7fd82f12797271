package org.merpati.it;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.merpati.dev.Cluster;
import org.merpati.dev.Ledger;
import org.merpati.dev.Load;
import org.merpati.dev.MailProbe;
import org.merpati.kernel.Failure;
import org.merpati.node.Main;
import tools.jackson.databind.JsonNode;

/** What stories say over and over. */
public final class Stories {
    private Stories() {}

    /** How a command ended, and what it said. */
    public record Said(int code, String out, String err) {}

    /** Types a command. */
    static Said typed(List<String> line) {
        StringWriter said = new StringWriter();
        StringWriter failed = new StringWriter();
        int code = Main.execute(line, new PrintWriter(said), new PrintWriter(failed));
        return new Said(code, said.toString().strip(), failed.toString().strip());
    }

    /** Types a command on a node. */
    public static Said typed(Cluster cluster, String node, String... words) {
        List<String> line = new ArrayList<>(List.of(words));
        line.addAll(List.of("--data", cluster.plan().data(node).toString()));
        return typed(line);
    }

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

    /** What the groups know of a mail, in one line. */
    static String trace(Cluster cluster, String mail) {
        List<String> lines = new ArrayList<>();
        cluster.askAny("trace", Map.of("id", mail)).forEach(line -> lines.add(line.asString()));
        return String.join("; ", lines);
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

    /** What {@code merpati verify} finds wrong with a shard of two copies; nothing if they are equal and sound. */
    static List<String> wrong(Cluster cluster, String shard) {
        List<String> wrong = new ArrayList<>();
        try {
            for (JsonNode report : cluster.askAny("verify", Map.of("shard", shard))) {
                report.get("wrong").forEach(sentence -> wrong.add(sentence.asString()));
                if (report.get("copies").size() != 2) {
                    wrong.add("copies: " + report.get("copies"));
                }
            }
        } catch (Failure notNow) {
            wrong.add(notNow.sentence());
        }
        return wrong;
    }

    /** Waits until both copies of both shards are equal in all that they hold. */
    public static void awaitOneHistory(Cluster cluster) {
        for (String shard : List.of("shard-1", "shard-2")) {
            Kit.await(
                    () -> "one history of " + shard + ": " + wrong(cluster, shard),
                    Duration.ofSeconds(60),
                    () -> wrong(cluster, shard).isEmpty());
        }
    }

    /** Runs load for a while, with what is done in the middle of it, and hands the ledger back. */
    public static Ledger underLoad(Cluster cluster, Map<String, String> accounts, long seed, Trouble trouble)
            throws IOException {
        Ledger ledger = new Ledger();
        List<String> smtp = cluster.plan().all("smtp");
        try (Load load = new Load(ledger, smtp, cluster.plan().all("imap"), accounts, seed, Load.STEADY)) {
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
    public interface Trouble {
        void make(Ledger ledger) throws IOException;
    }
}
