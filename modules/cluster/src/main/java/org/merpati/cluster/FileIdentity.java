package org.merpati.cluster;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;

/**
 * A node's identity in the files of a folder: {@code node.pem}, its key and certificate, which change together,
 * {@code ca.crt}, and {@code incarnation} if the node began anew.
 */
public final class FileIdentity implements NodeIdentity {
    private static final String PAIR = "node.pem";
    private static final String LIFE = "incarnation";
    /** How an OU of a certificate's subject begins that says in which life a node is, if not in its first. */
    static final String INCARNATION = "incarnation ";

    private static final String CERTIFICATE = "-----BEGIN CERTIFICATE-----";

    private record Shown(List<X509Certificate> chain, PrivateKey key) {}

    private final NodeName node;
    private final int incarnation;
    private final Path folder;
    private final X509Certificate authority;
    private final Set<NodeName> refused = ConcurrentHashMap.newKeySet();
    private final KeyManager keyManager = new Keys();
    private final TrustManager trustManager;
    private final SSLContext mutualTls;
    private volatile Shown shown;
    private volatile @Nullable Layout lawful;

    private FileIdentity(NodeName node, int incarnation, Path folder, Shown shown) throws IOException {
        this.node = node;
        this.incarnation = incarnation;
        this.folder = folder;
        this.shown = shown;
        this.authority = shown.chain().getLast();
        try {
            this.trustManager = new Trust(believing(List.of(authority)));
            this.mutualTls = SSLContext.getInstance("TLS");
            mutualTls.init(new KeyManager[] {keyManager}, new TrustManager[] {trustManager}, new SecureRandom());
        } catch (GeneralSecurityException wrong) {
            throw new IOException(wrong);
        }
    }

    /** Whether the folder holds an identity. */
    public static boolean existsIn(Path folder) {
        return Files.exists(folder.resolve(PAIR));
    }

    /** Reads the identity of a node from a folder. */
    public static FileIdentity open(NodeName node, Path folder) throws IOException {
        return new FileIdentity(node, incarnation(folder.resolve(LIFE)), folder, read(folder));
    }

    private static int incarnation(Path file) throws IOException {
        try {
            return Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : 1;
        } catch (NumberFormatException damaged) {
            throw new Malformed("the file " + file + " does not hold a number: the node has to begin anew");
        }
    }

    private static Shown read(Path folder) throws IOException {
        String pair = Files.readString(folder.resolve(PAIR));
        int certificate = Math.max(0, pair.indexOf(CERTIFICATE));
        X509Certificate own = Pem.certificates(pair.substring(certificate)).getFirst();
        X509Certificate authority =
                Pem.certificates(Files.readString(folder.resolve("ca.crt"))).getFirst();
        PrivateKey key = Pem.key(pair.substring(0, certificate), new char[0]);
        return new Shown(List.of(own, authority), key);
    }

    /** Writes the identity of a node that joins into a folder. */
    static void write(Path folder, int incarnation, X509Certificate own, KeyPair pair, X509Certificate authority)
            throws IOException {
        if (incarnation > 1) {
            Pem.writeSecret(folder.resolve(LIFE), incarnation + "\n");
        }
        write(folder, own, pair, authority);
    }

    /** Writes a new certificate and key into a folder. */
    static void write(Path folder, X509Certificate own, KeyPair pair, X509Certificate authority) throws IOException {
        Pem.writeSecret(folder.resolve("ca.crt"), Pem.text(authority));
        Pem.writeSecret(folder.resolve(PAIR), Pem.text(pair.getPrivate()) + Pem.text(own));
    }

    /** Reads the files again after a renewal. */
    void reload() throws IOException {
        shown = read(folder);
    }

    /** The folder with the files. */
    Path folder() {
        return folder;
    }

    /** Shows and believes no longer the identities of these nodes: the test kit's cut of a link. */
    public void refuse(Set<NodeName> peers) {
        refused.retainAll(peers);
        refused.addAll(peers);
    }

    /** Believes no longer the identities of nodes that are in the cluster no more, or no more as they are. */
    public void expel(Layout layout) {
        lawful = layout;
    }

    @Override
    public NodeName node() {
        return node;
    }

    @Override
    public int incarnation() {
        return incarnation;
    }

    @Override
    public List<X509Certificate> chain() {
        return shown.chain();
    }

    @Override
    public PrivateKey key() {
        return shown.key();
    }

    @Override
    public X509Certificate authority() {
        return authority;
    }

    @Override
    public KeyManager keyManager() {
        return keyManager;
    }

    @Override
    public TrustManager trustManager() {
        return trustManager;
    }

    @Override
    public SSLContext mutualTls() {
        return mutualTls;
    }

    /** The node that a certificate of the cluster names: its subject's CN. */
    public static Optional<NodeName> nodeOf(X509Certificate certificate) {
        try {
            return subject(certificate, "CN").findFirst().map(NodeName::new);
        } catch (Malformed notANode) {
            return Optional.empty();
        }
    }

    /** Whether a certificate of the cluster is that of a node with this role: its subject's OUs name them. */
    public static boolean plays(X509Certificate certificate, Role role) {
        return subject(certificate, "OU").anyMatch(role.text()::equals);
    }

    /** In which life a certificate's node is: see {@link #incarnation}. */
    static int incarnationOf(X509Certificate certificate) {
        return subject(certificate, "OU")
                .filter(unit -> unit.matches(INCARNATION + "\\d{1,9}"))
                .map(unit -> Integer.parseInt(unit.substring(INCARNATION.length())))
                .findFirst()
                .orElse(1);
    }

    private static Stream<String> subject(X509Certificate certificate, String type) {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(rdn -> rdn.getType().equalsIgnoreCase(type))
                            .map(rdn -> String.valueOf(rdn.getValue()));
        } catch (InvalidNameException notANode) {
            return Stream.empty();
        }
    }

    /** Believes what these have signed, and nothing else. */
    public static X509TrustManager believing(List<X509Certificate> authorities)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (X509Certificate authority : authorities) {
            store.setCertificateEntry("ca " + store.size(), authority);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return (X509TrustManager) factory.getTrustManagers()[0];
    }

    private final class Keys extends X509ExtendedKeyManager {
        private static final String ALIAS = "node";

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return shown.chain().toArray(new X509Certificate[0]);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return shown.key();
        }
    }

    /** Asks the CA's signature and the list of refused nodes; the name in the certificate is judged by the caller. */
    private final class Trust extends X509ExtendedTrustManager {
        private final X509TrustManager signed;

        Trust(X509TrustManager signed) {
            this.signed = signed;
        }

        private void notRefused(X509Certificate[] chain) throws CertificateException {
            Optional<NodeName> node = nodeOf(chain[0]);
            if (node.filter(refused::contains).isPresent()) {
                throw new CertificateException("node " + node.get() + " is refused");
            }
            Layout layout = lawful;
            if (layout != null && node.isPresent()) {
                Optional<String> said = Removed.said(layout, node.get(), incarnationOf(chain[0]));
                if (said.isPresent()) {
                    throw new CertificateException(said.get());
                }
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            signed.checkClientTrusted(chain, type);
            notRefused(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            signed.checkServerTrusted(chain, type);
            notRefused(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket s) throws CertificateException {
            checkClientTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket s) throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine e) throws CertificateException {
            checkClientTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine e) throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[] {authority};
        }
    }
}
