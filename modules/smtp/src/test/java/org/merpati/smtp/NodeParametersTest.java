package org.merpati.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Malformed;

class NodeParametersTest {
    private static final MailId MAIL = new MailId(new Id(1, 2));
    private static final AccountId ACCOUNT = new AccountId(new Id(3, 4));

    private static Envelope envelope(String tests, String verdict) {
        return new Envelope(
                Optional.empty(),
                NodeParameters.mail(MAIL, tests),
                List.of(new Envelope.Recipient(
                        Address.parse("budi@lvlogist.com"), NodeParameters.recipient(7, ACCOUNT, verdict))));
    }

    private static NodeParameters.Target target(Envelope envelope) {
        return NodeParameters.target(envelope.recipients().getFirst());
    }

    @Test
    void theFiltersVerdictTravels() {
        Envelope judged = envelope("A,B_C", "junk:7.1:5.0");
        assertThat(NodeParameters.mail(judged)).isEqualTo(MAIL);
        assertThat(NodeParameters.tests(judged)).isEqualTo("A,B_C");
        assertThat(target(judged)).isEqualTo(new NodeParameters.Target(7, ACCOUNT, "junk:7.1:5.0"));
        Envelope plain = envelope("", "");
        assertThat(NodeParameters.mail(plain)).isEqualTo(MAIL);
        assertThat(NodeParameters.tests(plain)).isEmpty();
        assertThat(target(plain)).isEqualTo(new NodeParameters.Target(7, ACCOUNT, ""));
    }

    @Test
    void aNodeThatDoesNotKnowVerdictsIsSentNone() {
        Envelope judged = envelope("A,B_C", "junk:7.1:5.0");
        assertThat(NodeParameters.understood(judged, Map.of("XMERPATI", ""))).isEqualTo(envelope("", ""));
        assertThat(NodeParameters.understood(judged, Map.of("XMERPATI", "VERDICT")))
                .isEqualTo(judged);
        assertThat(NodeParameters.understood(judged, Map.of("SIZE", "1"))).isEqualTo(judged);
    }

    @Test
    void whatIsNoTargetIsRefused() {
        for (String wrong : new String[] {"", "7", "x:" + ACCOUNT, ":" + ACCOUNT, "7:budi", "1234567890:" + ACCOUNT}) {
            Envelope.Recipient to =
                    new Envelope.Recipient(Address.parse("budi@lvlogist.com"), Map.of("XMERPATI", wrong));
            assertThatThrownBy(() -> NodeParameters.target(to)).isInstanceOf(Malformed.class);
        }
    }
}
