package org.merpati.cluster;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.merpati.kernel.NodeName;

/**
 * What a node proves itself with: its certificate from the cluster's CA (subject {@code CN=<name>,OU=<roles>}), its
 * key, and the CA that it believes.
 */
public interface NodeIdentity {
    /** The node. */
    NodeName node();

    /** How often the node has begun, 1 if never anew: see {@link Layout#anew(NodeName)}. */
    int incarnation();

    /** The node's certificate, then the CA's. */
    List<X509Certificate> chain();

    /** The key of the first certificate of the chain. */
    PrivateKey key();

    /** The cluster's CA. */
    X509Certificate authority();

    /** Shows the chain; follows a renewal of the certificate. */
    KeyManager keyManager();

    /** Believes certificates of the cluster's CA that are not refused (see the kit's partitions), and no others. */
    TrustManager trustManager();

    /** Mutual TLS with both. */
    SSLContext mutualTls();
}
