package org.merpati.journal;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.merpati.cluster.NodeIdentity;
import org.merpati.kernel.NodeName;

/** A cluster's CA for tests, and the links that are cut: a node refuses the identity of a node it shall not hear. */
final class TestAuthority {
    /** A direction that carries nothing. */
    private record Cut(NodeName hearer, NodeName speaker) {}

    private final AtomicLong serial = new AtomicLong(1);
    private final KeyPair keys = newKeys();
    private final X509Certificate certificate;
    private final Map<NodeName, Integer> incarnations = new ConcurrentHashMap<>();
    private final Set<Cut> cuts = ConcurrentHashMap.newKeySet();

    TestAuthority() {
        this.certificate = issue("CN=merpati test CA", keys, true);
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate issue(String subject, KeyPair of, boolean ca) {
        try {
            Instant now = Instant.now();
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new X500Name("CN=merpati test CA"),
                    BigInteger.valueOf(serial.getAndIncrement()),
                    Date.from(now.minus(Duration.ofHours(1))),
                    Date.from(now.plus(Duration.ofDays(1))),
                    new X500Name(subject),
                    of.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (OperatorCreationException | CertificateException | java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Has a node's identity say that it began as often. */
    void incarnation(NodeName node, int incarnation) {
        incarnations.put(node, incarnation);
    }

    /** Cuts the link between two nodes. */
    void cut(NodeName one, NodeName other) {
        cuts.add(new Cut(one, other));
        cuts.add(new Cut(other, one));
    }

    /** Lets a node not hear another, which goes on to hear it. */
    void deafen(NodeName hearer, NodeName speaker) {
        cuts.add(new Cut(hearer, speaker));
    }

    /** Ends that. */
    void hear(NodeName hearer, NodeName speaker) {
        cuts.remove(new Cut(hearer, speaker));
    }

    /** Mends all links. */
    void heal() {
        cuts.clear();
    }

    /** Whether a node hears another. */
    boolean hears(NodeName hearer, NodeName speaker) {
        return !cuts.contains(new Cut(hearer, speaker));
    }

    /** A node's identity. */
    NodeIdentity identity(NodeName node) {
        KeyPair own = newKeys();
        return new Identity(node, issue("CN=" + node + ",OU=test", own, false), own.getPrivate());
    }

    private final class Identity implements NodeIdentity {
        private final NodeName node;
        private final X509Certificate own;
        private final PrivateKey key;

        Identity(NodeName node, X509Certificate own, PrivateKey key) {
            this.node = node;
            this.own = own;
            this.key = key;
        }

        @Override
        public NodeName node() {
            return node;
        }

        @Override
        public int incarnation() {
            return incarnations.getOrDefault(node, 1);
        }

        @Override
        public List<X509Certificate> chain() {
            return List.of(own, certificate);
        }

        @Override
        public PrivateKey key() {
            return key;
        }

        @Override
        public X509Certificate authority() {
            return certificate;
        }

        @Override
        public KeyManager keyManager() {
            try {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setKeyEntry("node", key, new char[0], chain().toArray(X509Certificate[]::new));
                KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
                factory.init(store, new char[0]);
                return factory.getKeyManagers()[0];
            } catch (GeneralSecurityException | java.io.IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public TrustManager trustManager() {
            try {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setCertificateEntry("ca", certificate);
                TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
                factory.init(store);
                return new Cutting(node, (X509TrustManager) factory.getTrustManagers()[0]);
            } catch (GeneralSecurityException | java.io.IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public SSLContext mutualTls() {
            throw new UnsupportedOperationException();
        }
    }

    /** Believes the CA, but not whom it shall not hear. */
    private final class Cutting implements X509TrustManager {
        private final NodeName hearer;
        private final X509TrustManager authority;

        Cutting(NodeName hearer, X509TrustManager authority) {
            this.hearer = hearer;
            this.authority = authority;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            String subject = chain[0].getSubjectX500Principal().getName();
            for (Cut cut : cuts) {
                if (cut.hearer().equals(hearer) && subject.contains("CN=" + cut.speaker())) {
                    throw new CertificateException("the link is cut");
                }
            }
        }

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
        public X509Certificate[] getAcceptedIssuers() {
            return authority.getAcceptedIssuers();
        }
    }
}
