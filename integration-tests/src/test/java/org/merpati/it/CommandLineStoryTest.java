package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.merpati.dev.Cluster;
import org.merpati.it.Stories.Said;
import org.merpati.wire.InternalErrors;

/** What an administrator types behind {@code merpati}, and what it says; wrong input has one sentence. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandLineStoryTest {
    private @Nullable Cluster cluster;
    private String account = "";

    @BeforeAll
    void up(@TempDir Path folder) throws IOException {
        Cluster made = Kit.cluster(Kit.Form.EMBEDDED, "one", folder, Map.of());
        cluster = made;
        Kit.up(made);
        account = Kit.accounts(made, "typed", 1).keySet().iterator().next();
    }

    @AfterAll
    void down() {
        Objects.requireNonNull(cluster).close();
        assertThat(InternalErrors.count()).as("internal errors").isZero();
    }

    private Said typed(String... words) {
        Cluster running = Objects.requireNonNull(cluster);
        return Stories.typed(running, running.plan().nodes().getFirst(), words);
    }

    private Said spam(String... words) {
        return typed(Stream.concat(Stream.of("spam"), Stream.of(words)).toArray(String[]::new));
    }

    private String well(String... words) {
        Said said = spam(words);
        assertThat(said.code()).as(said.err()).isZero();
        return said.out();
    }

    @Test
    void theNodeItsShardAndAnAccountAreShown() {
        String node = Objects.requireNonNull(cluster).plan().nodes().getFirst();
        assertThat(typed("status").out()).startsWith(node).contains("shard-1").contains("leader");
        assertThat(typed("status", "--json").out()).startsWith("[{").contains("\"name\":\"" + node + "\"");
        assertThat(typed("verify").out()).startsWith("shard-1: the copies on " + node + " are equal and sound");
        assertThat(typed("account", "show", account).out()).contains(account);
        assertThat(typed("undelete", account, "--list")).isEqualTo(new Said(0, "", ""));
        assertThat(typed("trace", "01m8c433szk4th73mm7max51kd"))
                .isEqualTo(new Said(1, "", "merpati: no spool and no shard knows the mail 01m8c433szk4th73mm7max51kd"));
    }

    @Test
    void theOnlyNodeCannotBeSpared() {
        String node = Objects.requireNonNull(cluster).plan().nodes().getFirst();
        assertThat(typed("node", "drain", node).err())
                .isEqualTo("merpati: node " + node + " cannot be spared: it has the only copy of directory, shard-1,"
                        + " spool-" + node);
        assertThat(typed("node", "drain", "nobody").err()).contains("no node 'nobody'");
    }

    @Test
    void aFileThatIsNotThereIsNamedAsSuch() {
        assertThat(Stories.typed(List.of("init", "/nowhere/at/all")))
                .isEqualTo(new Said(1, "", "merpati: there is no file or folder /nowhere/at/all"));
    }

    @Test
    void aGroupOfCommandsNamesThem() {
        Said said = Stories.typed(List.of("account"));
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).startsWith("Missing required subcommand").contains("passwd");
    }

    @Test
    void aSenderIsAllowedDeniedAndForgotten() {
        assertThat(well("allow", "news.example.org", "--for", account)).isEqualTo(account + ": allow news.example.org");
        assertThat(well("allow", "ani@example.org", "--unproved"))
                .isEqualTo("the server: allow ani@example.org unproved");
        assertThat(well("deny", "192.0.2.0/24")).isEqualTo("the server: deny 192.0.2.0/24");
        assertThat(spam("deny", "192.0.2.0/24").err())
                .isEqualTo("merpati: the server says so already: deny 192.0.2.0/24");
        assertThat(well("list").lines())
                .containsExactlyInAnyOrder("allow ani@example.org unproved", "deny 192.0.2.0/24");
        assertThat(well("list", "--for", account)).isEqualTo("allow news.example.org");
        assertThat(well("forget", "192.0.2.0/24")).isEqualTo("the server: no more deny 192.0.2.0/24");
        well("forget", "ani@example.org");
        well("forget", "news.example.org", "--for", account);
        assertThat(well("list") + well("list", "--for", account)).isEmpty();
    }

    @Test
    void aPolicyReplacesTheOneBeforeAndCanBeTakenBack() {
        assertThat(well("policy", "junk=4", "reject=none", "--for", account))
                .isEqualTo(account + ": policy junk=4 reject=none");
        assertThat(well("policy", "zimbra", "--for", account))
                .isEqualTo(account + ": policy tag=6.6 junk=6.6 quarantine=none reject=15");
        assertThat(well("list", "--for", account)).isEqualTo("policy tag=6.6 junk=6.6 quarantine=none reject=15");
        assertThat(well("policy", "none", "--for", account)).isEqualTo(account + ": no policy of its own");
        assertThat(well("list", "--for", account)).isEmpty();
    }

    @Test
    void aSettingIsMadeAndTakenBack() {
        assertThat(well("set", "zone", "client", "dnsbl.example", "127.0.0.2=3"))
                .isEqualTo("the server: zone client dnsbl.example 127.0.0.2=3; zones are asked once 'dns' is set");
        assertThat(well("unset", "zone", "client", "dnsbl.example", "127.0.0.2=3"))
                .isEqualTo("the server: no more zone client dnsbl.example 127.0.0.2=3");
        assertThat(spam("unset", "zone", "client", "dnsbl.example", "127.0.0.2=3"))
                .satisfies(said -> assertThat(said.code()).isEqualTo(1))
                .satisfies(said -> assertThat(said.err().lines()).hasSize(1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            allow not..a..domain                     | domain
            allow 300.1.2.3/99                       | 300.1.2.3/99
            deny x@                                  | x@
            deny example.org --for nobody@else.where | no account nobody@else.where
            deny example.org --for else.where        | no domain else.where
            forget never.example                     | the server says nothing about never.example
            policy junk=many                         | a threshold is a score from -1000 to 1000
            policy strict                            | there is no policy 'strict'; there are careful, default, zimbra
            policy defer=3                           | 'defer' has no threshold
            set colour blue                          | is no setting
            set clamd-absent shrug                   | may 'defer' or 'pass', not 'shrug'
            set rules relative/folder                | absolute folders
            set attachment reject EXE!               | 'EXE!' is no kind of file
            explain 17                               | an id has 26 characters, not 2
            quarantine show nobody@else.where 17     | no account nobody@else.where
            """)
    void whatIsWrongIsAnsweredWithOneSentence(String typed, String names) {
        Said said = spam(typed.split(" "));
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.out()).isEmpty();
        assertThat(said.err().lines()).as(said.err()).hasSize(1);
        assertThat(said.err()).startsWith("merpati: ").contains(names);
    }
}
