package org.merpati.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.wire.Connection;
import org.merpati.wire.Network;
import org.merpati.wire.Tls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node gets its certificate (replication.md §8): the first directory node makes the CA; another sends a
 * certificate request (PKCS #10, RFC 2986) with its token to the node channel of a node that holds the CA, and
 * believes only the CA whose fingerprint the token carries. A certificate is renewed the same way over mutual TLS.
 */
public final class Enrollment {
    private static final Logger LOG = LoggerFactory.getLogger(Enrollment.class);

    /** The service that a peer without a certificate may ask. */
    static final String SERVICE = "join";

    private static final String RENEW = "renew";
    private static final String AUTHORITY = "authority";
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** Keeps what a node is told when it joins. */
    @FunctionalInterface
    public interface Keeping {
        /**
         * Keeps how the cluster is laid out; durable on return.
         *
         * @throws IOException if the disk fails
         */
        void keep(Layout layout) throws IOException;
    }

    private final Topology topology;
    private final Authority authority;
    private final JoinTokens tokens;
    private final List<String> names;
    private final Clock clock;

    /**
     * The CA's side.
     *
     * @param folder where the CA lies
     * @param names more DNS names that certificates of proxies and MTAs carry, such as the mail domain
     */
    public Enrollment(Topology topology, Authority authority, Path folder, List<String> names, Clock clock) {
        this.topology = topology;
        this.authority = authority;
        this.tokens = new JoinTokens(folder, authority);
        this.names = List.copyOf(names);
        this.clock = clock;
    }

    /** A token for a node. */
    public JoinToken token(NodeName node) throws IOException {
        topology.node(node);
        return tokens.issue(node, topology.layout().incarnation(node), clock.millis());
    }

    /** Answers requests on this node's channel. */
    public void offerOn(MinaNodeChannel channel) {
        channel.offerToStrangers(SERVICE, (peer, request, answer) -> join(request, answer));
        channel.offer(RENEW, this::renew);
        channel.offer(AUTHORITY, (peer, request, answer) -> hand(peer, answer));
    }

    private void join(byte[] request, OutputStream answer) throws IOException {
        BinaryReader in = new BinaryReader(request);
        String secret = in.text();
        Layout layout = topology.layout();
        NodeInfo node = topology.node(new NodeName(in.text()));
        PublicKey key = verified(in.text());
        tokens.use(node.name(), layout.incarnation(node.name()), secret, key.getEncoded(), clock.millis());
        boolean votes = topology.directory().isVoter(node.name());
        answer.write(new BinaryWriter()
                .text(Pem.text(authority.certify(node, layout.incarnation(node.name()), key, names)))
                .text(Pem.text(authority.certificate()))
                .text(votes ? authority.encryptedKey() : "")
                .text(LayoutText.write(layout))
                .toByteArray());
    }

    private void renew(NodeName peer, byte[] request, OutputStream answer) throws IOException {
        PublicKey key = verified(new BinaryReader(request).text());
        int incarnation = topology.layout().incarnation(peer);
        answer.write(new BinaryWriter()
                .text(Pem.text(authority.certify(topology.node(peer), incarnation, key, names)))
                .toByteArray());
    }

    private void hand(NodeName peer, OutputStream answer) throws IOException {
        if (!topology.directory().isVoter(peer)) {
            throw new Refused(
                    Refused.Reason.NO_PERMISSION, "node " + peer + " does not vote in the directory: it gets no CA");
        }
        answer.write(new BinaryWriter().text(authority.encryptedKey()).toByteArray());
    }

    /**
     * Gets the CA, under its passphrase, for a node that votes in the directory in the place of another.
     *
     * @return whether a node that holds it gave it
     */
    public static boolean inherit(Topology topology, NodeIdentity self, NodeChannel channel, Path caFolder)
            throws IOException {
        for (NodeName holder : topology.directory().voters()) {
            if (!holder.equals(self.node())) {
                try {
                    String key = new BinaryReader(channel.ask(holder, AUTHORITY, new byte[0], LIMIT)).text();
                    keep(caFolder, self.authority(), key);
                    return true;
                } catch (Failure hasNone) {
                    LOG.debug("node {} gives no CA: {}", holder, hasNone.sentence());
                }
            }
        }
        return false;
    }

    private static void keep(Path caFolder, X509Certificate authority, String encryptedKey) throws IOException {
        Pem.writeSecret(caFolder.resolve("ca.crt"), Pem.text(authority));
        Pem.writeSecret(caFolder.resolve("ca.key"), encryptedKey);
    }

    private static PublicKey verified(String pem) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            if (!(parser.readObject() instanceof PKCS10CertificationRequest raw)) {
                throw new Malformed("not a certificate request");
            }
            JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(raw);
            PublicKey key = request.getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new Refused(Refused.Reason.NO_PERMISSION, "the certificate request is not signed by its key");
            }
            return key;
        } catch (GeneralSecurityException | OperatorCreationException | PKCSException wrong) {
            throw new Malformed("not a certificate request: " + wrong.getMessage());
        }
    }

    private static String request(NodeName node, KeyPair pair) throws IOException {
        try {
            return Pem.text(new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=" + node), pair.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
        } catch (OperatorCreationException unavailable) {
            throw new IOException(unavailable);
        }
    }

    private static KeyPair keyPair() throws IOException {
        try {
            return Authority.keyPair();
        } catch (GeneralSecurityException unavailable) {
            throw new IOException(unavailable);
        }
    }

    /** Gives the CA's own node its identity. */
    public void enrollHere(NodeName node, Path identityFolder) throws IOException {
        KeyPair pair = keyPair();
        X509Certificate own =
                authority.certify(topology.node(node), topology.layout().incarnation(node), pair.getPublic(), names);
        FileIdentity.write(identityFolder, own, pair, authority.certificate());
    }

    /**
     * Joins: asks the other nodes, those first that should hold the CA.
     *
     * @param topology the other nodes as far as they are known
     * @param caFolder where the CA goes if this node is to hold it too
     * @param keeping told how the cluster is laid out now, before the node has an identity
     * @throws TryLater if none of them answers
     * @throws Refused if all answer and none accepts the token: each knows those that were made there
     */
    public static void join(
            Topology topology,
            NodeName node,
            JoinToken token,
            Network network,
            Path identityFolder,
            Path caFolder,
            Keeping keeping)
            throws IOException {
        KeyPair pair = keyPair();
        byte[] request = new BinaryWriter()
                .text(token.secret())
                .text(node.value())
                .text(request(node, pair))
                .toByteArray();
        StringBuilder tried = new StringBuilder();
        Optional<Refused> last = Optional.empty();
        boolean unreached = false;
        List<NodeInfo> others = topology.nodes().stream()
                .filter(other -> !other.name().equals(node))
                .sorted(Comparator.comparing(other -> !topology.directory().isVoter(other.name())))
                .toList();
        for (NodeInfo holder : others) {
            try {
                BinaryReader answer =
                        new BinaryReader(askStranger(network, holder, token.fingerprint(), SERVICE, request, LIMIT));
                X509Certificate own = Pem.certificates(answer.text()).getFirst();
                X509Certificate authority = Pem.certificates(answer.text()).getFirst();
                String caKey = answer.text();
                Layout layout = LayoutText.parse(answer.text());
                keeping.keep(layout);
                FileIdentity.write(identityFolder, layout.incarnation(node), own, pair, authority);
                if (!caKey.isEmpty()) {
                    keep(caFolder, authority, caKey);
                }
                return;
            } catch (Refused refused) {
                last = Optional.of(refused);
                tried(tried, holder, refused);
            } catch (IOException | TryLater away) {
                unreached = true;
                tried(tried, holder, away);
            }
        }
        if (last.isPresent() && !unreached) {
            throw last.get();
        }
        throw new TryLater("no directory node takes the request to join (" + tried + ")");
    }

    private static void tried(StringBuilder tried, NodeInfo holder, Exception why) {
        tried.append(tried.isEmpty() ? "" : "; ")
                .append(holder.name())
                .append(": ")
                .append(why.getMessage());
    }

    /** Asks a node without showing a certificate, if it has one of the CA with that fingerprint. */
    static byte[] askStranger(
            Network network, NodeInfo holder, String fingerprint, String service, byte[] request, Duration limit)
            throws IOException {
        SSLContext context = believing(fingerprint);
        try (Connection connection = network.connect(
                new InetSocketAddress(holder.host(), holder.channelPort()),
                limit,
                Optional.of(Tls.implicit(context)))) {
            return MinaNodeChannel.askOnce(holder.name(), connection, service, request, limit);
        }
    }

    /** TLS that believes the chain of the CA with a fingerprint, and shows no certificate. */
    private static SSLContext believing(String fingerprint) throws IOException {
        X509TrustManager trust = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
                throw new CertificateException("no clients here");
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
                X509Certificate authority = chain[chain.length - 1];
                if (!Authority.fingerprint(authority).equals(fingerprint)) {
                    throw new CertificateException("the peer's CA is not the one that is believed");
                }
                try {
                    chain[0].verify(authority.getPublicKey());
                    chain[0].checkValidity();
                } catch (GeneralSecurityException forged) {
                    throw new CertificateException("the peer's certificate is not of that CA", forged);
                }
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {trust}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException unavailable) {
            throw new IOException(unavailable);
        }
    }

    /**
     * Renews this node's certificate if less than a third of its life is left.
     *
     * @return whether it was renewed
     */
    public static boolean renewIfDue(Topology topology, FileIdentity identity, NodeChannel channel, Clock clock)
            throws IOException {
        long left = identity.chain().getFirst().getNotAfter().getTime() - clock.millis();
        if (left > Duration.ofDays(Authority.NODE_DAYS).toMillis() / 3) {
            return false;
        }
        KeyPair pair = keyPair();
        byte[] request = new BinaryWriter().text(request(identity.node(), pair)).toByteArray();
        Failure last = new TryLater("no directory node is configured");
        for (NodeName holder : topology.directory().voters()) {
            try {
                X509Certificate own = Pem.certificates(
                                new BinaryReader(channel.ask(holder, RENEW, request, LIMIT)).text())
                        .getFirst();
                if (FileIdentity.incarnationOf(own) != identity.incarnation()) {
                    throw new Refused(
                            Refused.Reason.NO_PERMISSION, "node " + identity.node() + " began anew elsewhere");
                }
                FileIdentity.write(identity.folder(), own, pair, identity.authority());
                identity.reload();
                return true;
            } catch (Failure away) {
                last = away;
            }
        }
        throw last;
    }
}
