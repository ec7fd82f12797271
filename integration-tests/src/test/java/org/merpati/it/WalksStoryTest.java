package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.dev.Cluster;
import org.merpati.dev.MailProbe;
import org.merpati.runtime.NodeStatus;
import org.merpati.smtp.Reply;
import org.slf4j.LoggerFactory;

/** The walks of docs/walks, walked: a message, a login and a failover print the stops that they passed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
class WalksStoryTest {
    @RegisterExtension
    final Six six = new Six(Kit.Form.EMBEDDED);

    private final ListAppender<ILoggingEvent> mailLog = new ListAppender<>();
    private Map<String, String> accounts = Map.of();

    @BeforeAll
    void start() {
        accounts = Kit.accounts(six.cluster(), "walker", 2);
        mailLog.start();
        ((Logger) LoggerFactory.getLogger("mail")).addAppender(mailLog);
    }

    @AfterAll
    void stop() {
        ((Logger) LoggerFactory.getLogger("mail")).detachAppender(mailLog);
    }

    private Cluster cluster() {
        return six.cluster();
    }

    private static void print(String walk, List<String> stops) {
        System.out.println("walk of a " + walk + ":");
        stops.forEach(stop -> System.out.println("  " + stop));
    }

    @Test
    void aMessage() throws IOException {
        String to = accounts.keySet().iterator().next();
        String id = "walk-" + System.nanoTime() + "@example.net";
        Reply reply = MailProbe.send(
                cluster().plan().all("smtp").getFirst(),
                "outside@example.net",
                List.of(to),
                MailProbe.message("outside@example.net", to, "a walk", id));
        String mail = reply.text().replaceAll(".* as ", "");
        Stories.awaitMessage(cluster(), to, "secret", id, Duration.ofSeconds(30));
        Kit.await(
                "the MTA logs the delivery",
                Duration.ofSeconds(10),
                () -> logged(mail).stream().anyMatch(line -> line.startsWith(mail + " delivered ")));
        List<String> stops = new ArrayList<>(logged(mail));
        String kept = Stories.trace(cluster(), mail);
        stops.add("the shard keeps: " + kept);
        assertThat(kept).contains("stored <" + to + "> in shard-");
        stops.add("IMAP shows it to " + to);
        print("message", stops);
        assertThat(stops.stream().map(s -> s.split(" ", 3)[1])).contains("received", "stored", "delivered");
    }

    private List<String> logged(String mail) {
        return List.copyOf(mailLog.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.startsWith(mail))
                .toList();
    }

    @Test
    void aLogin() throws IOException {
        String account = accounts.keySet().iterator().next();
        List<String> stops = new ArrayList<>();
        try (MailProbe.Imap client =
                new MailProbe.Imap(cluster().plan().all("imap").getFirst())) {
            stops.add("proxy, before the login: " + client.ok("CAPABILITY").getFirst());
            String wrong = client.command("LOGIN " + account + " wrong").getLast();
            stops.add("proxy, from its copy of the directory: " + wrong);
            String right = client.ok("LOGIN " + account + " secret").getLast();
            stops.add("owner, behind the splice: " + right);
            assertThat(wrong).startsWith("NO [AUTHENTICATIONFAILED]");
            assertThat(right).contains("UIDPLUS");
        }
        print("login", stops);
    }

    @Test
    void aFailover() throws IOException {
        String account = accounts.keySet().iterator().next();
        String shard = Objects.requireNonNull(cluster()
                        .ask("gszhap", "account show", Map.of("address", account))
                        .get("shard"))
                .asString();
        List<String> stops = new ArrayList<>();
        Kit.await(
                "someone leads " + shard,
                Duration.ofSeconds(30),
                () -> !leader(shard).isEmpty());
        String before = leader(shard);
        stops.add(shard + " is led by " + before);
        cluster().kill(before.split(" ", -1)[0]);
        String door = cluster().plan().all("imap").getFirst();
        Kit.await(
                "a login after the kill", Duration.ofSeconds(30), () -> Stories.messages(door, account, "secret") >= 0);
        String after = leader(shard);
        stops.add(shard + " is led by " + after + "; a login lands there");
        print("failover", stops);
        assertThat(after.split(" ", -1)[0]).isNotEqualTo(before.split(" ", -1)[0]);
        cluster().start(before.split(" ", -1)[0]);
        cluster().awaitReady(Kit.READY);
    }

    /** The node that leads a group and its epoch. */
    private String leader(String group) {
        for (NodeStatus node : cluster().status()) {
            for (NodeStatus.Group row : node.groups()) {
                if (row.name().equals(group) && row.leader()) {
                    return node.name() + " in epoch " + row.epoch();
                }
            }
        }
        return "";
    }
}
