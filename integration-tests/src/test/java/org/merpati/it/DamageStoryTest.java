package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.dev.Cluster;
import org.merpati.dev.MailProbe;
import org.merpati.runtime.NodeStatus;

/** Octets of one copy's files turn over; nothing wrong is ever shown, and the copy is mended from the other. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamageStoryTest {
    private static final Duration MENDED = Duration.ofSeconds(60);
    private static final int MESSAGES = 60;
    private static final int OCTETS = 4_000;

    @RegisterExtension
    final Six six = new Six(Kit.Form.EMBEDDED);

    private List<String> accounts = List.of();
    private final List<String> bodies = new ArrayList<>();

    /** Enough mail for a few checkpoints, so that there are tables and segments. */
    @BeforeAll
    void mail() throws IOException {
        accounts = List.copyOf(Kit.accounts(six.cluster(), "damage", 2).keySet());
        Random chance = new Random(7);
        for (int i = 0; i < MESSAGES; i++) {
            StringBuilder body = new StringBuilder("Subject: " + i + "\r\n\r\n");
            while (body.length() < OCTETS) {
                body.append((char) ('a' + chance.nextInt(26)));
            }
            bodies.add(body.append("\r\n").toString());
        }
        for (String account : accounts) {
            try (MailProbe.Imap client = login(account)) {
                for (String body : bodies) {
                    client.literal("APPEND INBOX", body.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                }
            }
        }
    }

    private Cluster cluster() {
        return six.cluster();
    }

    private MailProbe.Imap login(String account) throws IOException {
        MailProbe.Imap client = new MailProbe.Imap(cluster().plan().all("imap").getFirst());
        client.ok("LOGIN " + account + " secret");
        return client;
    }

    private String shardOf(String account) {
        return cluster().shard(account);
    }

    private List<Path> files(String node, String shard, String ending) throws IOException {
        try (Stream<Path> all =
                Files.list(cluster().plan().data(node).resolve("shards").resolve(shard))) {
            return all.filter(f -> f.getFileName().toString().endsWith(ending))
                    .sorted(Comparator.comparing(Path::getFileName))
                    .toList();
        }
    }

    private static void flip(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer octet = ByteBuffer.allocate(1);
            long at = channel.size() / 2;
            channel.read(octet, at);
            octet.put(0, (byte) (octet.get(0) ^ 0x10)).rewind();
            channel.write(octet, at);
        }
    }

    private String state(String node, String shard) {
        return cluster().status().stream()
                .filter(n -> n.name().equals(node))
                .flatMap(n -> n.groups().stream())
                .filter(g -> g.name().equals(shard))
                .map(NodeStatus.Group::role)
                .findFirst()
                .orElse("");
    }

    private void awaitMended(String node, String shard) {
        Kit.await(
                () -> "the copies of " + shard + " are equal and sound; " + node + " is " + state(node, shard) + ", "
                        + Stories.wrong(cluster(), shard),
                MENDED,
                () -> Stories.wrong(cluster(), shard).isEmpty());
    }

    private void everythingIsThere() throws IOException {
        for (String account : accounts) {
            try (MailProbe.Imap client = login(account)) {
                client.ok("SELECT INBOX");
                String all = String.join("\n", client.ok("FETCH 1:* (BODY.PEEK[])"));
                for (String body : bodies) {
                    assertThat(all).contains(body);
                }
            }
        }
    }

    @Test
    void soundCopiesAreEqual() {
        assertThat(Stories.wrong(cluster(), "shard-1")).isEmpty();
        assertThat(Stories.wrong(cluster(), "shard-2")).isEmpty();
    }

    /** The node is down while its disk decays: a table, a segment, the manifest, and one file is lost. */
    @Test
    void aNodeWhoseDiskDecayedWhileItWasDownIsMendedAsItReturns() throws IOException {
        String shard = shardOf(accounts.getFirst());
        for (String ending : List.of(".table", ".blobs", "manifest")) {
            cluster().stop("gszimbra2");
            List<Path> files = files("gszimbra2", shard, ending);
            assertThat(files).as(ending).isNotEmpty();
            files.forEach(file -> {
                try {
                    flip(file);
                } catch (IOException cannot) {
                    throw new java.io.UncheckedIOException(cannot);
                }
            });
            cluster().start("gszimbra2");
            awaitMended("gszimbra2", shard);
        }
        cluster().stop("gszimbra2");
        Files.delete(files("gszimbra2", shard, ".table").getFirst());
        cluster().start("gszimbra2");
        awaitMended("gszimbra2", shard);
        everythingIsThere();
    }

    /** The leader's segment decays under a mailbox that is read: readers are told to come again, and read the truth. */
    @Test
    void aLeaderThatReadsADamagedBodyHandsOverAndIsMended() throws IOException {
        String account = accounts.getFirst();
        String shard = shardOf(account);
        String leader = cluster().leader(shard).orElseThrow();
        flip(files(leader, shard, ".blobs").getLast());
        Kit.await("everything is read again", MENDED, () -> {
            try (MailProbe.Imap client = login(account)) {
                client.ok("SELECT INBOX");
                return String.join("\n", client.ok("FETCH 1:* (BODY.PEEK[])")).contains(bodies.getLast());
            } catch (IOException comeAgain) {
                return false;
            }
        });
        awaitMended(leader, shard);
        everythingIsThere();
    }
}
