package org.merpati.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.Cluster;
import org.merpati.dev.MailProbe;
import org.merpati.imap.Transcript;
import org.merpati.it.Kit;
import org.merpati.runtime.NodeStatus;
import org.merpati.wire.InternalErrors;

/** Four mailbox nodes: two people, neither of whom has a session where there is a copy of the other's shard. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FarMailboxStoryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** The transcripts in which one uses another's mailboxes. */
    private static final List<String> SCRIPTS = List.of("acl", "carry", "others", "shared", "told");

    @TempDir
    private static Path folder = Path.of("");

    private @Nullable Cluster running;
    private @Nullable Sharing sharing;
    private String near = "";
    private final List<String> nearPeople = new ArrayList<>();
    private final List<String> farPeople = new ArrayList<>();

    private Cluster cluster() {
        return Objects.requireNonNull(running);
    }

    private Sharing sharing() {
        return Objects.requireNonNull(sharing);
    }

    /** Of the first three nodes, {@link #near} has no copy of the fourth's shard, which has none of theirs. */
    @BeforeAll
    void four() throws IOException {
        running = Kit.cluster(
                Kit.Form.EMBEDDED,
                "three",
                folder,
                Map.of("timing", "retry-first = \"2s\"\nsettle = \"2s\"", "limits", "checkpoint = 65536"));
        Kit.up(cluster());
        cluster().add("node4", "node1", List.of("mailbox"));
        cluster().start("node4");
        Kit.await(
                "node4 leads its shard", PATIENCE, () -> cluster().led("node4").contains("shard-4"));
        near = cluster().status().stream()
                .filter(node -> !groups(node).contains("shard-4"))
                .map(NodeStatus::name)
                .findFirst()
                .orElseThrow();
        Map<String, String> people = Kit.accounts(cluster(), "far", 4 * SCRIPTS.size() + 4);
        nearPeople.addAll(in(nearShard(), people));
        farPeople.addAll(in("shard-4", people));
        sharing = new Sharing(people, nearPeople.removeFirst(), farPeople.removeFirst(), this::door);
    }

    /** New accounts are spread over the shards. */
    private List<String> in(String shard, Map<String, String> people) {
        List<String> there = people.keySet().stream()
                .filter(account -> cluster().shard(account).equals(shard))
                .toList();
        assertThat(there).hasSizeGreaterThan(SCRIPTS.size());
        return there;
    }

    private static List<String> groups(NodeStatus node) {
        return node.groups().stream().map(NodeStatus.Group::name).toList();
    }

    private String nearShard() {
        return near.replace("node", "shard-");
    }

    /** The door of a node that is not killed. */
    private String door() {
        String other = near.equals("node1") ? "node2" : "node1";
        return Objects.requireNonNull(cluster().plan().listeners(other).get("imap"));
    }

    @AfterAll
    void down() {
        cluster().close();
        assertThat(InternalErrors.count()).as("internal errors").isZero();
    }

    @Test
    @Order(1)
    void neitherSessionIsWhereTheOthersShardHasACopy() {
        for (NodeStatus node : cluster().status()) {
            assertThat(groups(node).contains(nearShard()))
                    .isEqualTo(!node.name().equals("node4"));
            assertThat(groups(node).contains("shard-4")).isEqualTo(!node.name().equals(near));
        }
        assertThat(cluster().leader(nearShard())).contains(near);
        assertThat(cluster().leader("shard-4")).contains("node4");
    }

    @Test
    @Order(2)
    void whatIsSharedIsReadWrittenAndToldAndTakenBack() throws IOException {
        sharing().share();
        sharing().readAndWrite();
        sharing().takeBack();
    }

    @Test
    @Order(3)
    void eachTranscriptEndsAsItDoesEverywhere() throws IOException {
        Map<String, List<String>> scripts = Door.scripts("proxy");
        for (int i = 0; i < SCRIPTS.size(); i++) {
            Map<String, String> people = Map.of("budi", nearPeople.get(i), "siti", farPeople.get(i));
            List<String> script = Objects.requireNonNull(scripts.get(SCRIPTS.get(i)));
            new Transcript(SCRIPTS.get(i), script, new Door(door(), people)).play();
        }
    }

    @Test
    @Order(4)
    void itOutlivesTheLeaderOfTheOwnersShard() throws IOException {
        sharing().share();
        sharing().write("before");
        try (MailProbe.Imap waiting = sharing().waiting()) {
            cluster().kill(near);
            Kit.await(
                    "it is written to without " + near,
                    PATIENCE,
                    () -> sharing().wrote("after"));
            waiting.await(" EXISTS");
        }
        assertThat(sharing().othersSubjects()).contains("before", "after");
        assertThat(sharing().ownersSubjects()).contains("before", "after");
    }
}
