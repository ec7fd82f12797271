package org.merpati.node.door;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.merpati.cluster.FileIdentity;
import org.merpati.cluster.Pem;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A node that is asked over HTTPS, with a token.
 *
 * @param address such as {@code https://192.168.138.83:7071}
 * @param authority the certificate that the node's is signed with; without one those that this Java trusts
 */
public record RemoteNode(URI address, Path tokenFile, Optional<Path> authority) {
    private static final int PORT = 7071;
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final int TOKEN_LIMIT = 1_000;

    /**
     * A node of that address.
     *
     * @param text {@code https://HOST:PORT}, {@code HOST:PORT} or {@code HOST}
     * @throws Malformed if it is none
     */
    public static RemoteNode of(String text, Path tokenFile, Optional<Path> authority) {
        String whole = text.indexOf("://") < 0 ? "https://" + text : text;
        try {
            URI uri = URI.create(whole.replaceFirst("/+$", ""));
            if ("https".equals(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getPath().isEmpty()) {
                URI address = uri.getPort() < 0 ? URI.create(uri + ":" + PORT) : uri;
                return new RemoteNode(address, tokenFile, authority);
            }
        } catch (IllegalArgumentException wrong) {
            // It is said below.
        }
        throw new Malformed("'" + text + "' is no address of a node: https://HOST:" + PORT);
    }

    /**
     * Asks.
     *
     * @return what the operation says
     * @throws TryLater if the node does not answer
     * @throws Refused if it refuses, or is not the one that it should be
     * @throws Malformed if a file is not what it should be
     */
    public JsonNode ask(String operation, Map<String, String> parameters) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(address.resolve(AdminApi.PATH))
                .header("Authorization", "Bearer " + token())
                .header("Content-Type", "application/json")
                .timeout(AdminClient.LIMIT)
                .POST(HttpRequest.BodyPublishers.ofByteArray(new AdminRequest(operation, parameters).write()))
                .build();
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(tls())
                .build()) {
            byte[] answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray())
                    .body();
            return AdminClient.said(AdminRequest.answer(answer));
        } catch (SSLException unknown) {
            throw new Refused(
                    Refused.Reason.CANNOT,
                    address + " does not show a certificate that is trusted here: "
                            + unknown.getMessage()
                            + (authority.isPresent()
                                    ? ""
                                    : ". Of a cluster with certificates of its own, --ca names a copy of the file"
                                            + " identity/ca.crt in a node's data folder"));
        } catch (HttpTimeoutException silent) {
            throw new TryLater(address + " does not answer: " + silent.getMessage());
        } catch (ConnectException nobody) {
            throw new TryLater("nobody answers at " + address + ": is the node running, and has it 'admin' or 'console'"
                    + " among its listeners?");
        } catch (JacksonException otherwise) {
            throw new Refused(Refused.Reason.CANNOT, address + " is no admin API of merpati");
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new TryLater("interrupted");
        }
    }

    private String token() throws IOException {
        String token = Pem.readSecret(tokenFile).strip();
        if (token.isEmpty() || token.length() > TOKEN_LIMIT || !token.matches("[!-~]+")) {
            throw new Malformed(tokenFile + " does not hold a token: the line that 'merpati token add' has said");
        }
        return token;
    }

    private SSLContext tls() throws IOException {
        try {
            return authority.isEmpty() ? SSLContext.getDefault() : trusting(authority.get());
        } catch (GeneralSecurityException unusable) {
            throw new IOException(unusable);
        }
    }

    private static SSLContext trusting(Path authority) throws IOException, GeneralSecurityException {
        String text = Files.readString(authority);
        List<X509Certificate> certificates;
        try {
            certificates = Pem.certificates(text);
        } catch (IOException broken) {
            throw new Malformed(authority + " holds no certificate: " + broken.getMessage());
        }
        if (certificates.isEmpty()) {
            throw new Malformed(authority + " holds no certificate: it is empty");
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {FileIdentity.believing(certificates)}, null);
        return context;
    }
}
