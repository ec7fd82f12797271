package org.merpati.mta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.Domain;
import org.merpati.kernel.TryLater;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** Whom mail for a domain goes to, as a name server on loopback says. */
class MailExchangesTest {
    private static final Map<String, List<String>> MX = Map.of(
            "two.example.", List.of("20 b.example.", "10 a.example."),
            "null.example.", List.of("0 ."),
            "none.example.", List.of());

    private DatagramSocket server;

    @BeforeEach
    void serve() throws IOException {
        server = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            byte[] octets = new byte[1500];
            DatagramPacket packet = new DatagramPacket(octets, octets.length);
            while (!server.isClosed()) {
                try {
                    packet.setLength(octets.length);
                    server.receive(packet);
                    byte[] answer = answer(Arrays.copyOf(octets, packet.getLength()));
                    if (answer.length > 0) {
                        server.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                    }
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static byte[] answer(byte[] octets) throws IOException {
        Message question = new Message(octets);
        Name name = question.getQuestion().getName();
        if (name.toString().equals("silent.example.")) {
            return new byte[0];
        }
        Message answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.addRecord(question.getQuestion(), Section.QUESTION);
        List<String> exchanges = MX.get(name.toString());
        if (exchanges == null) {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        } else {
            for (String exchange : exchanges) {
                answer.addRecord(Record.fromString(name, Type.MX, DClass.IN, 60, exchange, Name.root), Section.ANSWER);
            }
        }
        return answer.toWire();
    }

    private MailExchanges.Found of(String domain) {
        SimpleResolver resolver =
                new SimpleResolver(new InetSocketAddress(server.getLocalAddress(), server.getLocalPort()));
        resolver.setTimeout(Duration.ofSeconds(1));
        return MailExchanges.dns(resolver).of(Domain.parse(domain));
    }

    @Test
    void thePreferredExchangeIsTriedFirst() {
        assertThat(of("two.example").hosts())
                .containsExactly(
                        InetSocketAddress.createUnresolved("a.example", 25),
                        InetSocketAddress.createUnresolved("b.example", 25));
    }

    /** RFC 5321 §5.1. */
    @Test
    void aDomainWithoutExchangesIsItsOwn() {
        assertThat(of("none.example").hosts()).containsExactly(InetSocketAddress.createUnresolved("none.example", 25));
    }

    /** RFC 7505. */
    @Test
    void aNullExchangeTakesNoMail() {
        MailExchanges.Found found = of("null.example");
        assertThat(found.hosts()).isEmpty();
        assertThat(found.none().toString()).startsWith("556 5.1.10 the domain null.example takes no mail");
    }

    @Test
    void aDomainThatDoesNotExistIsRefusedForGood() {
        MailExchanges.Found found = of("gone.example");
        assertThat(found.hosts()).isEmpty();
        assertThat(found.none().toString()).startsWith("550 5.1.2 the domain gone.example does not exist");
    }

    @Test
    void whereNobodyAnswersItIsTriedLater() {
        assertThatThrownBy(() -> of("silent.example")).isInstanceOf(TryLater.class);
    }
}
