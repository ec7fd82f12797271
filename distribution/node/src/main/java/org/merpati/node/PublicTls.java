package org.merpati.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.Pem;
import org.merpati.kernel.Malformed;
import org.merpati.runtime.NodeConfig;

/** What clients are shown: the administrator's certificate, or the node's own from the cluster's CA. */
final class PublicTls {
    private PublicTls() {}

    static SSLContext of(NodeConfig config, NodeIdentity identity) throws IOException {
        Optional<Path> certificate = config.security().certificate();
        Optional<Path> key = config.security().certificateKey();
        if (certificate.isPresent() != key.isPresent()) {
            throw new Malformed("security.certificate and security.certificate-key go together");
        }
        try {
            KeyManager[] keys = certificate.isPresent()
                    ? keys(certificate.get(), key.orElseThrow())
                    : new KeyManager[] {identity.keyManager()};
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, null, null);
            return context;
        } catch (GeneralSecurityException unusable) {
            throw new IOException(
                    "the certificate of the listeners cannot be used: " + unusable.getMessage(), unusable);
        }
    }

    private static KeyManager[] keys(Path certificate, Path key) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        Certificate[] chain = Pem.certificates(Files.readString(certificate)).toArray(new Certificate[0]);
        store.setKeyEntry("listeners", Pem.key(Files.readString(key), new char[0]), new char[0], chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }
}
