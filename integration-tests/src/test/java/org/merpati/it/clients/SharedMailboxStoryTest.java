package org.merpati.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.dev.Cluster;
import org.merpati.it.Kit;
import org.merpati.it.Six;
import org.merpati.it.Stories;

/** A mailbox of one person that another uses, whose own mailboxes are in another shard, led by another node. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedMailboxStoryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final Six six = new Six(Kit.Form.EMBEDDED);

    private @Nullable Sharing sharing;

    /** The first shard's person shares mailboxes with the second's. */
    @BeforeAll
    void people() throws IOException {
        Map<String, String> accounts = Kit.accounts(six.cluster(), "share", 4);
        sharing = new Sharing(
                accounts,
                in("shard-1", accounts),
                in("shard-2", accounts),
                () -> six.cluster().plan().all("imap").getFirst());
    }

    private Sharing sharing() {
        return Objects.requireNonNull(sharing);
    }

    /** Each story has its own. */
    @BeforeEach
    void share() throws IOException {
        sharing().share();
    }

    private String in(String shard, Map<String, String> accounts) {
        return accounts.keySet().stream()
                .filter(account -> six.cluster().shard(account).equals(shard))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatIsSharedIsReadAndWrittenWhereverEitherShardIsLed() throws IOException {
        sharing().readAndWrite();
    }

    @Test
    void whoSharesCanTakeItBackAtOnce() throws IOException {
        sharing().takeBack();
    }

    /** The owner's shard loses its leader, then the other's; what was written to the shared mailbox is there. */
    @Test
    void aSharedMailboxOutlivesEitherOwner() throws IOException {
        Cluster cluster = six.cluster();
        int written = 0;
        for (String victim : List.of("gszimbra1", "gszimbra2")) {
            sharing().write("before " + victim);
            written++;
            cluster.kill(victim);
            String subject = "after " + victim;
            Kit.await(
                    "it is written to without " + victim,
                    PATIENCE,
                    () -> sharing().wrote(subject));
            written++;
            assertThat(sharing().ownersSubjects()).contains("before " + victim, subject);
            cluster.start(victim);
            cluster.awaitReady(Kit.READY);
        }
        assertThat(sharing().othersSubjects().size()).isGreaterThanOrEqualTo(written);
        Stories.awaitOneHistory(cluster);
    }
}
