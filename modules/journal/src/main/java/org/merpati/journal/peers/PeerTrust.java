package org.merpati.journal.peers;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.Topology;
import org.merpati.kernel.NodeName;

/**
 * Believes the nodes that share a group with this one: a certificate of the cluster's CA whose subject names such a
 * node. A server is held to the name of the node that was called; host names play no part.
 */
public final class PeerTrust extends X509ExtendedTrustManager {
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)\\s*CN=([^,+]+)");

    private final X509TrustManager authority;
    private final Topology topology;
    private final Predicate<NodeName> lawful;

    public PeerTrust(NodeIdentity identity, Topology topology) {
        if (!(identity.trustManager() instanceof X509TrustManager x509)) {
            throw new IllegalArgumentException("the trust manager of node " + identity.node() + " is not for X.509");
        }
        this.authority = x509;
        this.topology = topology;
        this.lawful = peer ->
                topology.groups().stream().anyMatch(group -> group.isVoter(identity.node()) && group.isVoter(peer));
    }

    /**
     * The node that a certificate names.
     *
     * @throws CertificateException if its subject has no common name that is a node's
     */
    private static NodeName node(X509Certificate[] chain) throws CertificateException {
        Matcher name = COMMON_NAME.matcher(chain[0].getSubjectX500Principal().getName());
        try {
            if (name.find()) {
                return new NodeName(name.group(1));
            }
        } catch (org.merpati.kernel.Malformed e) {
            throw new CertificateException("the certificate's subject names no node", e);
        }
        throw new CertificateException("the certificate's subject names no node");
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        NodeName peer = node(chain);
        if (!lawful.test(peer)) {
            throw new CertificateException("node " + peer + " votes in no group of this node");
        }
    }

    /** Believes a client or not. */
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        authority.checkClientTrusted(chain, type);
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        authority.checkServerTrusted(chain, type);
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        checkServerTrusted(chain, type);
        NodeName peer = node(chain);
        String host = engine.getPeerHost();
        int port = engine.getPeerPort();
        boolean called = topology.nodes().stream()
                .anyMatch(n -> n.host().equals(host)
                        && n.raftPort() == port
                        && n.name().equals(peer));
        if (host != null && port > 0 && !called) {
            throw new CertificateException(
                    "node " + peer + " answered at " + host + ":" + port + ", which is another's");
        }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authority.getAcceptedIssuers();
    }
}
