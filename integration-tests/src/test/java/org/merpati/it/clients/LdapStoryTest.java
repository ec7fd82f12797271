package org.merpati.it.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.unboundid.ldap.sdk.ExtendedResult;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.it.Kit;
import org.merpati.it.Six;

/** An address book over LDAP with TLS, its certificate and its name checked against the cluster's CA. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LdapStoryTest {
    @RegisterExtension
    final Six six = new Six(Kit.Form.EMBEDDED);

    private String account = "";

    @BeforeAll
    void people() {
        Map<String, String> accounts = Kit.accounts(six.cluster(), "ldap", 1);
        account = accounts.keySet().iterator().next();
    }

    private static LDAPConnectionOptions checked() {
        LDAPConnectionOptions options = new LDAPConnectionOptions();
        options.setSSLSocketVerifier(new HostNameSSLSocketVerifier(false));
        return options;
    }

    private void findsItself(LDAPConnection client) throws LDAPException {
        assertThatThrownBy(() -> client.bind(account, "wrong"))
                .isInstanceOfSatisfying(
                        LDAPException.class,
                        e -> assertThat(e.getResultCode()).isEqualTo(ResultCode.INVALID_CREDENTIALS));
        client.bind(account, "secret");
        assertThat(client.search("o=merpati", SearchScope.SUB, "(mail=" + account + ")", "mail")
                        .getSearchEntries())
                .singleElement()
                .satisfies(entry -> assertThat(entry.getAttributeValue("mail")).isEqualTo(account));
    }

    @Test
    void tlsFromTheFirstOctet() throws Exception {
        SSLContext tls = six.trusting();
        try (LDAPConnection client =
                new LDAPConnection(tls.getSocketFactory(), checked(), "localhost", six.port("ldaps"))) {
            findsItself(client);
        }
    }

    @Test
    void tlsThatTheClientAsksFor() throws Exception {
        SSLContext tls = six.trusting();
        try (LDAPConnection client = new LDAPConnection(checked(), "localhost", six.port("ldap"))) {
            ExtendedResult started = client.processExtendedOperation(new StartTLSExtendedRequest(tls));
            assertThat(started.getResultCode()).isEqualTo(ResultCode.SUCCESS);
            findsItself(client);
        }
    }

    @Test
    void whoDoesNotKnowTheCaIsNotDeceived() throws Exception {
        assertThatThrownBy(() -> new LDAPConnection(
                                SSLContext.getDefault().getSocketFactory(), checked(), "localhost", six.port("ldaps"))
                        .close())
                .isInstanceOf(LDAPException.class);
    }
}
