package org.merpati.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.merpati.dev.MailProbe;

/** Two people of whom one shares mailboxes with the other, and what both see of it. */
final class Sharing {
    private static final Pattern SUBJECT = Pattern.compile("Subject: ([^\r\n]+)");

    private final Map<String, String> accounts;
    private final String owner;
    private final String other;
    private final Supplier<String> door;
    private int shared;
    private String own = "";
    private String team = "";

    /**
     * @param accounts address to password
     * @param door host:port of IMAP
     */
    Sharing(Map<String, String> accounts, String owner, String other, Supplier<String> door) {
        this.accounts = accounts;
        this.owner = owner;
        this.other = other;
        this.door = door;
    }

    /** Makes a mailbox and shares it. */
    void share() throws IOException {
        own = "Team" + ++shared;
        team = "\"Other Users/" + owner + "/" + own + "\"";
        try (MailProbe.Imap client = login(owner)) {
            client.ok("CREATE " + own);
            client.ok("SETACL " + own + " " + other + " lrswipte");
        }
    }

    private MailProbe.Imap login(String account) throws IOException {
        MailProbe.Imap client = new MailProbe.Imap(door.get());
        client.ok("LOGIN " + account + " " + accounts.get(account));
        return client;
    }

    private static byte[] message(String subject) {
        return ("Subject: " + subject + "\r\n\r\ntext of " + subject + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static void append(MailProbe.Imap client, String mailbox, String subject) throws IOException {
        assertThat(client.literal("APPEND " + mailbox, message(subject)).getLast())
                .startsWith("OK");
    }

    private static List<String> subjects(MailProbe.Imap client, String mailbox) throws IOException {
        client.ok("EXAMINE " + mailbox);
        String told = String.join("\n", client.ok("FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]"));
        return SUBJECT.matcher(told).results().map(found -> found.group(1)).toList();
    }

    /** What the owner sees in it. */
    List<String> ownersSubjects() throws IOException {
        try (MailProbe.Imap mine = login(owner)) {
            return subjects(mine, own);
        }
    }

    /** What the other sees in it. */
    List<String> othersSubjects() throws IOException {
        try (MailProbe.Imap theirs = login(other)) {
            return subjects(theirs, team);
        }
    }

    /** Reads, writes, copies, moves, and is told. */
    void readAndWrite() throws IOException {
        try (MailProbe.Imap mine = login(owner);
                MailProbe.Imap theirs = login(other)) {
            append(mine, own, "first");
            assertThat(theirs.ok("LIST \"\" \"Other Users/*\"")).anyMatch(line -> line.contains(owner + "/" + own));
            append(theirs, team, "second");
            theirs.ok("SELECT " + team);
            assertThat(theirs.ok("UID FETCH 1:* FLAGS")).hasSize(3);
            theirs.ok("UID STORE 1 +FLAGS (\\Flagged)");
            mine.ok("SELECT " + own);
            assertThat(mine.ok("UID FETCH 1 FLAGS").getFirst()).contains("\\Flagged");
            assertThat(theirs.ok("UID COPY 1 INBOX").getLast()).contains("COPYUID");
            theirs.ok("SELECT INBOX");
            theirs.ok("UID MOVE 1 " + team);
            mine.ok("NOOP");
            assertThat(mine.ok("UID SEARCH SUBJECT first").getFirst()).matches("\\* SEARCH \\d+ \\d+");
            theirs.ok("SELECT " + team);
            theirs.idle();
            append(mine, own, "pushed");
            theirs.await(" EXISTS");
        }
    }

    /** The owner takes back what she shared, while it is used. */
    void takeBack() throws IOException {
        try (MailProbe.Imap mine = login(owner);
                MailProbe.Imap theirs = login(other)) {
            theirs.ok("SELECT " + team);
            mine.ok("DELETEACL " + own + " " + other);
            assertThat(theirs.command("UID FETCH 1:* FLAGS").getLast()).startsWith("NO");
            assertThat(theirs.command("SELECT " + team).getLast()).startsWith("NO [NONEXISTENT]");
            mine.ok("SETACL " + own + " " + other + " lrswipte");
            theirs.ok("SELECT " + team);
        }
    }

    /** A session in which the other waits for what comes. */
    MailProbe.Imap waiting() throws IOException {
        MailProbe.Imap theirs = login(other);
        theirs.ok("SELECT " + team);
        theirs.idle();
        return theirs;
    }

    /** The other writes to it. */
    void write(String subject) throws IOException {
        try (MailProbe.Imap theirs = login(other)) {
            append(theirs, team, subject);
        }
    }

    /** Whether the other could write to it. */
    boolean wrote(String subject) {
        try (MailProbe.Imap theirs = login(other)) {
            return theirs.literal("APPEND " + team, message(subject)).getLast().startsWith("OK");
        } catch (IOException notNow) {
            return false;
        }
    }
}
