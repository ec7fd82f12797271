package org.merpati.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Sha256;

/**
 * The tokens that were given out and not yet used up, in a file of the CA's folder: node, SHA-256 of the secret, end of
 * validity, the key that used it, and the incarnation of the node that it is for. A token joins one node with one key;
 * repeating that is allowed, since an answer can be lost. When the node begins anew, those of before are void.
 */
final class JoinTokens {
    private static final Duration VALID = Duration.ofDays(2);
    private static final String UNUSED = "-";

    private record Row(String node, String digest, long until, String usedBy, int incarnation) {
        String line() {
            return String.join(" ", node, digest, Long.toString(until), usedBy, Integer.toString(incarnation));
        }
    }

    private final Path file;
    private final Authority authority;

    JoinTokens(Path folder, Authority authority) {
        this.file = folder.resolve("tokens");
        this.authority = authority;
    }

    /** Makes a token for a node of an incarnation. */
    synchronized JoinToken issue(NodeName node, int incarnation, long nowMillis) throws IOException {
        JoinToken token = JoinToken.fresh(Authority.fingerprint(authority.certificate()));
        List<Row> rows = read(nowMillis);
        rows.add(new Row(node.value(), digest(token.secret()), nowMillis + VALID.toMillis(), UNUSED, incarnation));
        write(rows);
        return token;
    }

    /**
     * Uses a token up for a key.
     *
     * @throws Refused if there is no such token for that incarnation of the node, or another key used it
     */
    synchronized void use(NodeName node, int incarnation, String secret, byte[] key, long nowMillis)
            throws IOException {
        List<Row> rows = read(nowMillis);
        String wanted = digest(secret);
        String user = digest(HexFormat.of().formatHex(key));
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            boolean same = MessageDigest.isEqual(bytes(row.digest()), bytes(wanted));
            if (same
                    && row.node().equals(node.value())
                    && row.incarnation() == incarnation
                    && (row.usedBy().equals(UNUSED) || row.usedBy().equals(user))) {
                rows.set(i, new Row(row.node(), row.digest(), row.until(), user, incarnation));
                write(rows);
                return;
            }
        }
        throw new Refused(
                Refused.Reason.NO_PERMISSION,
                "the join token of node " + node + " is unknown, used or expired; 'merpati node token " + node
                        + "' on a directory node makes a new one");
    }

    private List<Row> read(long nowMillis) throws IOException {
        List<Row> rows = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                String[] f = line.split(" ", -1);
                if (f.length == 5 && Long.parseLong(f[2]) > nowMillis) {
                    rows.add(new Row(f[0], f[1], Long.parseLong(f[2]), f[3], Integer.parseInt(f[4])));
                }
            }
        }
        return rows;
    }

    private void write(List<Row> rows) throws IOException {
        Pem.writeSecret(
                file, String.join("", rows.stream().map(r -> r.line() + "\n").toList()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String digest(String text) {
        return Sha256.hex(bytes(text));
    }
}
