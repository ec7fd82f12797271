package org.merpati.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.merpati.kernel.Malformed;

class ConfigurationTest {
    private static final String LEAST = """
            node = "a"
            data = "/tmp/a"
            [cluster]
            name = "c"
            id = "00000000000000000000000000"
            domain = "example.org"
            [[cluster.nodes]]
            name = "a"
            host = "127.0.0.1"
            roles = ["mta", "mailbox"]
            """;

    private static NodeConfig read(String text) {
        return Configuration.parse(text, "a.toml", NodeConfig.class).value();
    }

    @Test
    void defaultsFillWhatIsNotGiven() {
        NodeConfig config = read(LEAST);
        assertThat(config.cluster().nodes().getFirst().roles()).containsExactly("mta", "mailbox");
        assertThat(config.cluster().nodes().getFirst().channelPort()).isEqualTo(7072);
        assertThat(config.timing().electionMax()).isEqualTo(Duration.ofMillis(1300));
        assertThat(config.listeners().smtp()).isEmpty();
        assertThat(config.security().clearLoginOnLoopback()).isFalse();
    }

    @Test
    void whatIsGivenIsRead() {
        NodeConfig config = read(LEAST + "[listeners]\nsmtp = \"127.0.0.1:2525\"\n[timing]\ncommit = \"1500ms\"\n");
        assertThat(config.listeners().smtp().orElseThrow().getPort()).isEqualTo(2525);
        assertThat(config.timing().commit()).isEqualTo(Duration.ofMillis(1500));
    }

    @Test
    void theTableShowsEveryKeyWithItsMeaning() {
        assertThat(Configuration.parse(LEAST, "a.toml", NodeConfig.class).table())
                .contains(
                        "node = a    # this node's name, one of those of the cluster",
                        "cluster.nodes.0.channel-port = 7072    # port of the node channel; default 7072",
                        "# listeners.smtp = \"\"    # SMTP from other servers, with STARTTLS");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [listeners]\\nsmpt = "127.0.0.1:1" | no key 'listeners.smpt'; did you mean 'smtp'?
            [listeners]\\nsmtp = "here"        | 'listeners.smtp' is 'here': an address is host:port
            [limits]\\nmessage = "many"        | 'limits.message' is 'many'
            [timing]\\ncommit = "1 day"        | a duration is a number and ms, s, m, h or d
            [zzzzzzzzzzzz]\\na = 1             | no key 'zzzzzzzzzzzz'; known here: cluster, data
            x = = 1                            | is not TOML
            """)
    void whatIsWrongIsNamed(String lines, String sentence) {
        String text = lines.startsWith("[") ? LEAST + lines.replace("\\n", "\n") : lines + "\n" + LEAST;
        assertThatThrownBy(() -> read(text)).isInstanceOf(Malformed.class).hasMessageContaining(sentence);
    }

    @Test
    void whatIsMissingIsNamedWithItsMeaning() {
        assertThatThrownBy(() -> read(LEAST.replace("data = \"/tmp/a\"\n", "")))
                .isInstanceOf(Malformed.class)
                .hasMessage("a.toml: the key 'data' is missing (the folder that holds everything this node keeps)");
    }
}
