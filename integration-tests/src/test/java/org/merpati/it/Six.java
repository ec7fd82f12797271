package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.merpati.dev.Cluster;
import org.merpati.runtime.Configuration;
import org.merpati.wire.InternalErrors;

/**
 * The paper's six nodes in one of both forms, started once for all stories of that form. Before each story all six
 * run and lead what they prefer to, whatever the story before it left; after a class of stories, nothing in this
 * process has met a bug.
 */
public final class Six implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
    /** Small checkpoints, so that a node that was away finds the log short; waits that a test can wait for. */
    private static final Map<String, String> LINES =
            Map.of("timing", "retry-first = \"2s\"\nsettle = \"4s\"", "limits", "checkpoint = 65536");

    /** Which node leads what when nothing has happened for a while. */
    private static final Set<String> AT_HOME = Set.of(
            "directory at gsldap",
            "shard-1 at gszimbra1",
            "shard-2 at gszimbra2",
            "spool-gsmta1 at gsmta1",
            "spool-gsmta2 at gsmta2");

    private final Kit.Form form;
    private @Nullable Running running;

    public Six(Kit.Form form) {
        this.form = form;
    }

    /** The cluster. */
    public Cluster cluster() {
        return Objects.requireNonNull(running, "the story has not begun").cluster;
    }

    /** The certificate of the cluster's CA. */
    public Path authority() {
        return cluster().plan().data("gsldap").resolve("identity/ca.crt");
    }

    /** TLS that believes the cluster's CA, and nobody else. */
    public SSLContext trusting() throws GeneralSecurityException, IOException {
        return trusting(authority());
    }

    /** TLS that trusts a cluster's CA, of its certificate. */
    public static SSLContext trusting(Path authority) throws GeneralSecurityException, IOException {
        KeyStore known = KeyStore.getInstance("PKCS12");
        known.load(null, null);
        try (InputStream file = Files.newInputStream(authority)) {
            known.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(known);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** The port of the first listener of that name. */
    public int port(String listener) {
        return Configuration.address(cluster().plan().all(listener).getFirst()).getPort();
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        running = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(Six.class))
                .getOrComputeIfAbsent(form, Running::new, Running.class);
        up();
    }

    /** The leaderships of now, as {@code group at node}. */
    private Set<String> led() {
        return cluster().status().stream()
                .flatMap(node -> node.led().stream().map(group -> group + " at " + node.name()))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        up();
    }

    private void up() throws IOException {
        Kit.up(cluster());
        Kit.await(
                () -> "every group is led where it belongs: " + cluster().status(),
                Duration.ofSeconds(60),
                () -> led().equals(AT_HOME));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        assertThat(InternalErrors.count()).as("internal errors").isZero();
    }

    /** A cluster and its data, both gone after the last story; {@code -Dmerpati.keep=true} keeps the data. */
    private static final class Running implements AutoCloseable {
        private final Path folder;
        private final Cluster cluster;

        Running(Kit.Form form) {
            try {
                folder = Files.createTempDirectory("merpati-six");
                cluster = Kit.cluster(form, "six", folder, LINES);
                Kit.up(cluster);
            } catch (IOException cannot) {
                throw new java.io.UncheckedIOException(cannot);
            }
        }

        @Override
        public void close() throws IOException {
            cluster.close();
            if (Boolean.getBoolean("merpati.keep")) {
                return;
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
