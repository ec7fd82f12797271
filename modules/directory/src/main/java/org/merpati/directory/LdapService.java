package org.merpati.directory;

import com.unboundid.ldap.listener.LDAPListener;
import com.unboundid.ldap.listener.LDAPListenerClientConnection;
import com.unboundid.ldap.listener.LDAPListenerConfig;
import com.unboundid.ldap.listener.LDAPListenerRequestHandler;
import com.unboundid.ldap.listener.StartTLSRequestHandler;
import com.unboundid.ldap.protocol.AddRequestProtocolOp;
import com.unboundid.ldap.protocol.AddResponseProtocolOp;
import com.unboundid.ldap.protocol.BindRequestProtocolOp;
import com.unboundid.ldap.protocol.BindResponseProtocolOp;
import com.unboundid.ldap.protocol.CompareRequestProtocolOp;
import com.unboundid.ldap.protocol.CompareResponseProtocolOp;
import com.unboundid.ldap.protocol.DeleteRequestProtocolOp;
import com.unboundid.ldap.protocol.DeleteResponseProtocolOp;
import com.unboundid.ldap.protocol.ExtendedRequestProtocolOp;
import com.unboundid.ldap.protocol.ExtendedResponseProtocolOp;
import com.unboundid.ldap.protocol.LDAPMessage;
import com.unboundid.ldap.protocol.ModifyDNRequestProtocolOp;
import com.unboundid.ldap.protocol.ModifyDNResponseProtocolOp;
import com.unboundid.ldap.protocol.ModifyRequestProtocolOp;
import com.unboundid.ldap.protocol.ModifyResponseProtocolOp;
import com.unboundid.ldap.protocol.SearchRequestProtocolOp;
import com.unboundid.ldap.protocol.SearchResultDoneProtocolOp;
import com.unboundid.ldap.sdk.Control;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResult;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Address;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Refused;

/**
 * The LDAPv3 server (RFC 4511) over a node's copy of the directory: bind and search. Anyone may read the root entry; an
 * account that has bound may read the people of its domain, an administrator every entry; hashes, keys and
 * what people allow and deny are shown to nobody.
 */
public final class LdapService implements AutoCloseable {
    private static final Set<String> HIDDEN = Set.of(
            Names.PASSWORD.toLowerCase(Locale.ROOT),
            Names.SCRAM.toLowerCase(Locale.ROOT),
            Names.PRIVATE_KEY.toLowerCase(Locale.ROOT),
            Names.FILTER_RULE.toLowerCase(Locale.ROOT),
            Names.TOKEN.toLowerCase(Locale.ROOT));

    private final LDAPListener listener;

    /**
     * Opens the listener.
     *
     * @param implicit TLS from the first octet (LDAPS); otherwise StartTLS is offered
     * @param clearOnLoopback whether a bind in clear is accepted from loopback
     */
    public LdapService(
            InetSocketAddress address,
            SSLContext tls,
            boolean implicit,
            boolean clearOnLoopback,
            Directory directory,
            Logins logins)
            throws IOException {
        try {
            LDAPListenerRequestHandler handler = new Handler(null, implicit, clearOnLoopback, directory, logins);
            if (!implicit) {
                handler = new StartTLSRequestHandler(tls.getSocketFactory(), handler);
            }
            LDAPListenerConfig config = new LDAPListenerConfig(address.getPort(), handler);
            config.setListenAddress(address.getAddress());
            config.setUseReuseAddress(true);
            config.setMaxConnections(1_000);
            if (implicit) {
                config.setServerSocketFactory(tls.getServerSocketFactory());
            }
            listener = new LDAPListener(config);
            listener.startListening();
        } catch (IOException inUse) {
            throw new IOException(
                    "listener '" + (implicit ? "ldaps" : "ldap") + "' cannot have " + address.getHostString() + ":"
                            + address.getPort() + ": " + inUse.getMessage()
                            + " (is another program or node using this port?)",
                    inUse);
        }
    }

    /** The port that it listens on. */
    public int port() {
        return listener.getListenPort();
    }

    @Override
    public void close() {
        listener.shutDown(true);
    }

    /** One connection's requests. */
    private static final class Handler extends LDAPListenerRequestHandler {
        private final @Nullable LDAPListenerClientConnection connection;
        private final boolean implicit;
        private final boolean clearOnLoopback;
        private final Directory directory;
        private final Logins logins;
        private volatile Optional<Account> bound = Optional.empty();

        Handler(
                @Nullable LDAPListenerClientConnection connection,
                boolean implicit,
                boolean clearOnLoopback,
                Directory directory,
                Logins logins) {
            this.connection = connection;
            this.implicit = implicit;
            this.clearOnLoopback = clearOnLoopback;
            this.directory = directory;
            this.logins = logins;
        }

        @Override
        public LDAPListenerRequestHandler newInstance(LDAPListenerClientConnection client) {
            return new Handler(client, implicit, clearOnLoopback, directory, logins);
        }

        private boolean mayBind() {
            if (implicit || connection == null) {
                return implicit;
            }
            return connection.getSocket() instanceof SSLSocket
                    || (clearOnLoopback
                            && connection.getSocket().getInetAddress().isLoopbackAddress());
        }

        @Override
        public LDAPMessage processBindRequest(int id, BindRequestProtocolOp request, List<Control> controls) {
            bound = Optional.empty();
            if (request.getCredentialsType() != BindRequestProtocolOp.CRED_TYPE_SIMPLE) {
                return bindResult(id, ResultCode.AUTH_METHOD_NOT_SUPPORTED, "only simple binds");
            }
            String password = request.getSimplePassword() == null
                    ? ""
                    : request.getSimplePassword().stringValue();
            if (request.getBindDN().isEmpty() && password.isEmpty()) {
                return bindResult(id, ResultCode.SUCCESS, null);
            }
            if (!mayBind()) {
                return bindResult(
                        id, ResultCode.CONFIDENTIALITY_REQUIRED, "no password in clear: use StartTLS or LDAPS");
            }
            try {
                bound = Optional.of(logins.checkUsable(login(request.getBindDN()), password));
                return bindResult(id, ResultCode.SUCCESS, null);
            } catch (Refused wrong) {
                return bindResult(id, ResultCode.INVALID_CREDENTIALS, wrong.sentence());
            } catch (Failure later) {
                return bindResult(id, ResultCode.BUSY, later.sentence());
            }
        }

        private static LDAPMessage bindResult(int id, ResultCode code, @Nullable String text) {
            return new LDAPMessage(id, new BindResponseProtocolOp(code.intValue(), null, text, null, null));
        }

        /** The address that a bind DN stands for; an address itself is taken too. */
        private String login(String dn) {
            if (dn.contains("@") && !dn.contains("=")) {
                return dn;
            }
            return directory
                    .copy()
                    .tree()
                    .entry(dn)
                    .map(e -> e.getAttributeValue("mail"))
                    .map(mail -> Address.parse(mail).key())
                    .orElse(dn);
        }

        @Override
        public LDAPMessage processSearchRequest(int id, SearchRequestProtocolOp request, List<Control> controls) {
            try {
                if (request.getBaseDN().isEmpty() && request.getScope().equals(SearchScope.BASE)) {
                    return root(id);
                }
                if (bound.isEmpty()) {
                    return done(id, ResultCode.INSUFFICIENT_ACCESS_RIGHTS, "bind first");
                }
                return search(id, request, bound.get());
            } catch (LDAPException broken) {
                return done(id, broken.getResultCode(), broken.getMessage());
            }
        }

        private LDAPMessage root(int id) throws LDAPException {
            if (connection != null) {
                Entry root = new Entry("");
                root.addAttribute("objectClass", "top");
                root.addAttribute("namingContexts", Names.BASE);
                root.addAttribute("supportedLDAPVersion", "3");
                root.addAttribute("supportedExtension", "1.3.6.1.4.1.1466.20037");
                root.addAttribute("vendorName", "Merpati");
                connection.sendSearchResultEntry(id, root);
            }
            return done(id, ResultCode.SUCCESS, null);
        }

        private LDAPMessage search(int id, SearchRequestProtocolOp request, Account reader) throws LDAPException {
            List<String> wanted = new ArrayList<>(request.getAttributes());
            SearchRequest inner = new SearchRequest(
                    request.getBaseDN(),
                    request.getScope(),
                    request.getDerefPolicy(),
                    request.getSizeLimit(),
                    request.getTimeLimit(),
                    request.typesOnly(),
                    request.getFilter(),
                    wanted.toArray(new String[0]));
            if (mentionsHidden(request)) {
                return done(id, ResultCode.INSUFFICIENT_ACCESS_RIGHTS, "hashes and keys cannot be searched");
            }
            SearchResult result = directory.copy().tree().search(inner);
            if (result.getEntryCount() == 0 && !directory.copy().current()) {
                return done(id, ResultCode.BUSY, LiveCopy.LAGS + ": try again");
            }
            DN scope = new DN(Names.of(reader.address().domain()));
            for (SearchResultEntry entry : result.getSearchEntries()) {
                boolean visible = reader.admin() || entry.getParsedDN().isDescendantOf(scope, true);
                if (visible && connection != null) {
                    connection.sendSearchResultEntry(id, shown(entry));
                }
            }
            return done(id, result.getResultCode(), result.getDiagnosticMessage());
        }

        private static boolean mentionsHidden(SearchRequestProtocolOp request) {
            String filter = request.getFilter().toString().toLowerCase(Locale.ROOT);
            return HIDDEN.stream().anyMatch(filter::contains);
        }

        private static Entry shown(Entry entry) {
            Entry copy = entry.duplicate();
            HIDDEN.forEach(copy::removeAttribute);
            return copy;
        }

        private static LDAPMessage done(int id, ResultCode code, @Nullable String text) {
            return new LDAPMessage(id, new SearchResultDoneProtocolOp(code.intValue(), null, text, null));
        }

        private static final int NO = ResultCode.UNWILLING_TO_PERFORM_INT_VALUE;
        private static final String READ_ONLY = "changes are made with 'merpati account' or the console";

        @Override
        public LDAPMessage processAddRequest(int id, AddRequestProtocolOp request, List<Control> controls) {
            return new LDAPMessage(id, new AddResponseProtocolOp(NO, null, READ_ONLY, null));
        }

        @Override
        public LDAPMessage processCompareRequest(int id, CompareRequestProtocolOp request, List<Control> controls) {
            return new LDAPMessage(id, new CompareResponseProtocolOp(NO, null, "search instead", null));
        }

        @Override
        public LDAPMessage processDeleteRequest(int id, DeleteRequestProtocolOp request, List<Control> controls) {
            return new LDAPMessage(id, new DeleteResponseProtocolOp(NO, null, READ_ONLY, null));
        }

        @Override
        public LDAPMessage processModifyRequest(int id, ModifyRequestProtocolOp request, List<Control> controls) {
            return new LDAPMessage(id, new ModifyResponseProtocolOp(NO, null, READ_ONLY, null));
        }

        @Override
        public LDAPMessage processModifyDNRequest(int id, ModifyDNRequestProtocolOp request, List<Control> controls) {
            return new LDAPMessage(id, new ModifyDNResponseProtocolOp(NO, null, READ_ONLY, null));
        }

        @Override
        public LDAPMessage processExtendedRequest(int id, ExtendedRequestProtocolOp request, List<Control> controls) {
            return new LDAPMessage(
                    id, new ExtendedResponseProtocolOp(NO, null, "no such extended operation here", null, null, null));
        }
    }
}
