package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.cluster.FileIdentity;
import org.merpati.cluster.Ticket;
import org.merpati.kernel.NodeName;
import org.merpati.runtime.Configuration;
import org.merpati.runtime.NodeConfig;
import org.merpati.wire.Connection;
import org.merpati.wire.Network;
import org.merpati.wire.Tls;

/** The doors of a mailbox node for other nodes let in who the certificate says may come, and nobody else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodeDoorsStoryTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String CLIENT = "192.0.2.7:4711";
    private static final int LINE = 4096;

    @RegisterExtension
    final Six six = new Six(Kit.Form.EMBEDDED);

    private final Network network = new Network("stranger", 1);
    private String account = "";
    private String other = "";
    private NodeConfig.@Nullable Member leader;

    @BeforeAll
    void people() throws IOException {
        Map<String, String> accounts = Kit.accounts(six.cluster(), "door", 2);
        List<String> addresses = List.copyOf(accounts.keySet());
        account = shown(addresses.get(0), "id");
        other = shown(addresses.get(1), "id");
        String name = six.cluster().leader(shown(addresses.get(0), "shard")).orElseThrow();
        leader =
                Configuration.read(six.cluster().plan().file(name), NodeConfig.class).value().cluster().nodes().stream()
                        .filter(node -> node.name().equals(name))
                        .findFirst()
                        .orElseThrow();
    }

    private NodeConfig.Member owner() {
        return Objects.requireNonNull(leader);
    }

    @AfterAll
    void close() {
        network.close();
    }

    private String shown(String address, String what) {
        return six.cluster()
                .ask("gsldap", "account show", Map.of("address", address))
                .get(what)
                .asString();
    }

    private FileIdentity identity(String node) throws IOException {
        return FileIdentity.open(
                new NodeName(node), six.cluster().plan().data(node).resolve("identity"));
    }

    private Connection connect(SSLContext as, int port) throws IOException {
        Connection connection =
                network.connect(new InetSocketAddress(owner().host(), port), LIMIT, Optional.of(Tls.mutual(as)));
        connection.idleTimeout(LIMIT);
        return connection;
    }

    /** What the owner says to a node that introduces an account with a ticket that it makes of the nonce. */
    private String introduced(String node, UnaryOperator<String> ticket) throws IOException {
        try (Connection connection = connect(identity(node).mutualTls(), owner().imapPort())) {
            String nonce = connection.line(LINE).split(" ", -1)[1];
            connection.say("a1 " + account + " " + ticket.apply(nonce) + " " + CLIENT);
            return connection.line(LINE);
        }
    }

    @Test
    void aProxyIntroducesAnAccountThatItHasChecked() throws IOException {
        FileIdentity proxy = identity("gszhap");
        assertThat(introduced("gszhap", nonce -> Ticket.sign(proxy, nonce, account, CLIENT)))
                .isEqualTo("OK");
    }

    @Test
    void aTicketOfAnotherConnectionIsWorthNothing() throws IOException {
        FileIdentity proxy = identity("gszhap");
        String earlier = Ticket.sign(proxy, Ticket.nonce(), account, CLIENT);
        assertThat(introduced("gszhap", nonce -> earlier)).startsWith("NO ");
    }

    @Test
    void aTicketOfAnotherAccountOrClientIsWorthNothing() throws IOException {
        FileIdentity proxy = identity("gszhap");
        assertThat(introduced("gszhap", nonce -> Ticket.sign(proxy, nonce, other, CLIENT)))
                .startsWith("NO ");
        assertThat(introduced("gszhap", nonce -> Ticket.sign(proxy, nonce, account, "192.0.2.8:4711")))
                .startsWith("NO ");
    }

    @Test
    void aTicketThatAnotherNodeSignedIsWorthNothing() throws IOException {
        FileIdentity mta = identity("gsmta1");
        assertThat(introduced("gszhap", nonce -> Ticket.sign(mta, nonce, account, CLIENT)))
                .startsWith("NO ");
        assertThat(introduced("gszhap", nonce -> "no-signature-at-all")).startsWith("NO ");
    }

    @Test
    void anMtaIntroducesNobody() throws IOException {
        FileIdentity mta = identity("gsmta1");
        assertThat(introduced("gsmta1", nonce -> Ticket.sign(mta, nonce, account, CLIENT)))
                .startsWith("NO ");
    }

    @Test
    void whoHasNoCertificateOfTheClusterIsNotTalkedTo() throws Exception {
        SSLContext nobody = six.trusting();
        for (int port : new int[] {owner().imapPort(), owner().lmtpPort()}) {
            assertThatThrownBy(() -> {
                        try (Connection connection = connect(nobody, port)) {
                            connection.line(LINE);
                        }
                    })
                    .as("port %d", port)
                    .isInstanceOf(IOException.class);
        }
    }

    /** What the LMTP door says to a node's MAIL. */
    private String mail(String node) throws IOException {
        try (Connection connection = connect(identity(node).mutualTls(), owner().lmtpPort())) {
            connection.line(LINE);
            connection.say("LHLO " + node);
            for (String line = connection.line(LINE); line.startsWith("250-"); ) {
                line = connection.line(LINE);
            }
            connection.say("MAIL FROM:<outside@example.net>");
            return connection.line(LINE);
        }
    }

    @Test
    void onlyAnMtaDelivers() throws IOException {
        assertThat(mail("gszhap")).startsWith("550 ").contains("MTA");
        assertThat(mail("gsmta1"))
                .as("without the id of a mail")
                .startsWith("5")
                .doesNotContain("MTAs");
    }
}
