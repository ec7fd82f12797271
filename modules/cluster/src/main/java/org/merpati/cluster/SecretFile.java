package org.merpati.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.merpati.kernel.Malformed;

/**
 * A node's secret file: lines {@code token = …} (what it joins with) and {@code passphrase = …} (of the CA's key, on
 * nodes that vote in the directory group). Only its owner may read it.
 */
public record SecretFile(Optional<JoinToken> token, Optional<String> passphrase) {
    /**
     * Reads the file; nothing if there is none.
     *
     * @throws Malformed if others may read or write it, or it has an unknown line
     */
    public static SecretFile read(Path file) throws IOException {
        Optional<JoinToken> token = Optional.empty();
        Optional<String> passphrase = Optional.empty();
        if (!Files.exists(file)) {
            return new SecretFile(token, passphrase);
        }
        for (String line : Pem.readSecret(file).lines().toList()) {
            int equals = line.indexOf('=');
            String key = equals < 0 ? line.strip() : line.substring(0, equals).strip();
            String value = equals < 0 ? "" : line.substring(equals + 1).strip();
            switch (key) {
                case "token" -> token = Optional.of(JoinToken.parse(value));
                case "passphrase" -> passphrase = Optional.of(value);
                case "" -> {
                    // An empty line.
                }
                default -> throw new Malformed("secret file " + file + ": no key '" + key + "'; token, passphrase");
            }
        }
        return new SecretFile(token, passphrase);
    }

    /** Writes the file with mode 0600. */
    public void write(Path file) throws IOException {
        StringBuilder text = new StringBuilder();
        token.ifPresent(t -> text.append("token = ").append(t).append('\n'));
        passphrase.ifPresent(p -> text.append("passphrase = ").append(p).append('\n'));
        Pem.writeSecret(file, text.toString());
    }
}
