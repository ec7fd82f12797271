package org.merpati.cluster;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.TreeSet;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Role;
import org.merpati.kernel.Sha256;

/**
 * The cluster's own certificate authority. Its key lies encrypted in the folder {@code ca} of the nodes that vote in
 * the directory group.
 */
public final class Authority {
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final long DAY_MILLIS = 86_400_000L;
    private static final long AUTHORITY_DAYS = 3_650;
    /** How long a node's certificate is valid; it is renewed when a third of that is left. */
    static final long NODE_DAYS = 90;

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final String encryptedKey;

    private Authority(X509Certificate certificate, PrivateKey key, String encryptedKey) {
        this.certificate = certificate;
        this.key = key;
        this.encryptedKey = encryptedKey;
    }

    /** Whether the folder holds an authority. */
    public static boolean existsIn(Path folder) {
        return Files.exists(folder.resolve("ca.key"));
    }

    /** Makes an authority and writes it into the folder. */
    public static Authority create(Path folder, String cluster, char[] passphrase) throws IOException {
        try {
            KeyPair pair = keyPair();
            X500Name name = new X500Name("CN=Merpati cluster " + cluster.replaceAll("[^A-Za-z0-9 .-]", "-"));
            Date from = new Date(System.currentTimeMillis() - DAY_MILLIS);
            Date until = new Date(from.getTime() + AUTHORITY_DAYS * DAY_MILLIS);
            var builder = new JcaX509v3CertificateBuilder(name, serial(), from, until, name, pair.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(pair.getPrivate())));
            Authority authority =
                    new Authority(certificate, pair.getPrivate(), Pem.encrypted(pair.getPrivate(), passphrase));
            authority.write(folder);
            return authority;
        } catch (GeneralSecurityException | OperatorCreationException unavailable) {
            throw new IOException(unavailable);
        }
    }

    /** Reads the authority in a folder. */
    public static Authority open(Path folder, char[] passphrase) throws IOException {
        String key = Files.readString(folder.resolve("ca.key"));
        X509Certificate certificate =
                Pem.certificates(Files.readString(folder.resolve("ca.crt"))).getFirst();
        return new Authority(certificate, Pem.key(key, passphrase), key);
    }

    private void write(Path folder) throws IOException {
        Pem.writeSecret(folder.resolve("ca.key"), encryptedKey);
        Pem.writeSecret(folder.resolve("ca.crt"), Pem.text(certificate));
    }

    /** The authority's certificate. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** The authority's key as it lies on disk, for another voter of the directory group. */
    String encryptedKey() {
        return encryptedKey;
    }

    /** Certifies a node's key, for talking to other nodes and for the public listeners. */
    X509Certificate certify(NodeInfo node, int incarnation, PublicKey nodeKey, List<String> moreNames)
            throws IOException {
        StringBuilder subject = new StringBuilder("CN=").append(node.name());
        for (Role role : new TreeSet<>(node.roles())) {
            subject.append(",OU=").append(role.text());
        }
        if (incarnation > 1) {
            subject.append(",OU=").append(FileIdentity.INCARNATION).append(incarnation);
        }
        List<GeneralName> names = new ArrayList<>();
        TreeSet<String> hosts = new TreeSet<>(moreNames);
        hosts.addAll(List.of(node.name().value(), node.host(), "localhost", "127.0.0.1"));
        for (String host : hosts) {
            boolean address = host.matches("[0-9.]+|.*:.*");
            names.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host));
        }
        try {
            Date from = new Date(System.currentTimeMillis() - DAY_MILLIS);
            Date until = new Date(System.currentTimeMillis() + NODE_DAYS * DAY_MILLIS);
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            var builder = new JcaX509v3CertificateBuilder(
                            certificate, serial(), from, until, new X500Name(subject.toString()), nodeKey)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                        KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                    }))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            extensions.createAuthorityKeyIdentifier(certificate))
                    .addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(names.toArray(new GeneralName[0])));
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
        } catch (GeneralSecurityException | OperatorCreationException unavailable) {
            throw new IOException(unavailable);
        }
    }

    /** A new key pair on the curve P-256. */
    static KeyPair keyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static BigInteger serial() {
        return new BigInteger(120, new SecureRandom()).setBit(119);
    }

    /** The SHA-256 of a certificate, in hex: what a join token carries. */
    public static String fingerprint(X509Certificate certificate) {
        try {
            return Sha256.hex(certificate.getEncoded());
        } catch (CertificateEncodingException unreadable) {
            throw new Malformed("not a certificate: " + unreadable.getMessage());
        }
    }
}
