package org.merpati.cluster;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.merpati.kernel.Malformed;
import org.merpati.runtime.DurableFile;

/** Certificates and keys in their text form (RFC 7468), and the files that hold them. */
public final class Pem {
    private static final ASN1ObjectIdentifier RSA = PKCSObjectIdentifiers.rsaEncryption;
    private static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();

    private Pem() {}

    /** The text of certificates, certificate requests or plain keys. */
    public static String text(Object... objects) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                writer.writeObject(object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
            }
        }
        return text.toString();
    }

    /** The certificates in a text, in order. */
    public static List<X509Certificate> certificates(String text) throws IOException {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (GeneralSecurityException wrong) {
            throw new IOException("no certificate: " + wrong.getMessage(), wrong);
        }
    }

    /** A key's text, encrypted with AES-256 under a key from PBKDF2. */
    static String encrypted(PrivateKey key, char[] passphrase) throws IOException {
        try {
            var encryptor = new JceOpenSSLPKCS8EncryptorBuilder(JcaPKCS8Generator.AES_256_CBC)
                    .setProvider(BOUNCY_CASTLE)
                    .setPassword(passphrase)
                    .setIterationCount(100_000)
                    .build();
            return text(new JcaPKCS8Generator(key, encryptor));
        } catch (OperatorCreationException unavailable) {
            throw new IOException(unavailable);
        }
    }

    /** Reads a key, encrypted (PBES2, RFC 8018) or not. */
    public static PrivateKey key(String text, char[] passphrase) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            Object object = parser.readObject();
            PrivateKeyInfo info = object instanceof PKCS8EncryptedPrivateKeyInfo encrypted
                    ? decrypted(encrypted, passphrase)
                    : object instanceof org.bouncycastle.openssl.PEMKeyPair pair
                            ? pair.getPrivateKeyInfo()
                            : (PrivateKeyInfo) object;
            if (info == null) {
                throw new IOException("there is no private key in it");
            }
            return privateKey(info);
        }
    }

    /** By the JDK's means: its digests take a part of the time, and every start of a directory voter waits for them. */
    private static PrivateKeyInfo decrypted(PKCS8EncryptedPrivateKeyInfo encrypted, char[] passphrase)
            throws IOException {
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(encrypted.getEncoded());
        try {
            String algorithm = info.getAlgParameters().toString();
            SecretKey key = SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(passphrase));
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
            return PrivateKeyInfo.getInstance(info.getKeySpec(cipher).getEncoded());
        } catch (GeneralSecurityException wrong) {
            throw new IOException("the key cannot be decrypted: is the passphrase right?", wrong);
        }
    }

    private static PrivateKey privateKey(PrivateKeyInfo info) throws IOException {
        var algorithm = info.getPrivateKeyAlgorithm().getAlgorithm();
        String name =
                algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey) ? "EC" : algorithm.equals(RSA) ? "RSA" : "EdDSA";
        try {
            return KeyFactory.getInstance(name).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
        } catch (GeneralSecurityException wrong) {
            throw new IOException("the key is neither EC nor RSA nor EdDSA", wrong);
        }
    }

    /**
     * Reads a file that only its owner may read and write.
     *
     * @throws Malformed if others may
     */
    public static String readSecret(Path file) throws IOException {
        Set<PosixFilePermission> others = Set.of(
                PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE,
                PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);
        if (Files.getPosixFilePermissions(file).stream().anyMatch(others::contains)) {
            throw new Malformed("others can read or write " + file + ": chmod 600 " + file
                    + ", and replace what is in it if somebody may have read it");
        }
        return Files.readString(file);
    }

    /** Writes a file that only its owner may read (mode 0600), all at once and durably. */
    public static void writeSecret(Path file, String text) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException("a file cannot be written in place of " + file);
        }
        Files.createDirectories(parent);
        try {
            DurableFile.write(
                    file,
                    text.getBytes(StandardCharsets.UTF_8),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (AtomicMoveNotSupportedException never) {
            throw new IOException("this file system cannot replace a file at once", never);
        }
    }
}
