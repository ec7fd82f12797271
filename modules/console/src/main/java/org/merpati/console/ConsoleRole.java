package org.merpati.console;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.merpati.directory.AccountRequests;
import org.merpati.directory.Directory;
import org.merpati.directory.Logins;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.runtime.NodeStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The console role: HTTPS on {@code listeners.console} (7071) with the pages and API. Pages: for everybody with an
 * account My mailbox, for administrators Server Status, live. HTTP/1.1 (RFC 9112), server-sent events (HTML
 * Standard §9.2), cookies (RFC 6265).
 */
public final class ConsoleRole implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleRole.class);
    private static final int CONNECTIONS = 500;
    private static final int HEADER_OCTETS = 8 * 1024;
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration STOPPING = Duration.ofSeconds(1);
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                    + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
            "X-Frame-Options",
            "DENY",
            "X-Content-Type-Options",
            "nosniff",
            "Referrer-Policy",
            "no-referrer",
            "Strict-Transport-Security",
            "max-age=31536000",
            "Cross-Origin-Opener-Policy",
            "same-origin",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Permissions-Policy",
            "camera=(), geolocation=(), microphone=()",
            "Cache-Control",
            "no-store");

    private final StatusWatch watch;
    private final OwnMailbox mailboxes;
    private final Javalin server;
    private final InetSocketAddress address;

    /**
     * Opens the listener.
     *
     * @param tls what browsers are shown
     * @param owners asks the owners of people's mailboxes
     * @param nodes asks every node how it is; it may block for about a second
     * @param admin answers who asks for admin operations with a token
     * @throws IOException if the address is in use or not this machine's; the message says which
     */
    public ConsoleRole(
            InetSocketAddress address,
            SSLContext tls,
            Directory directory,
            Logins logins,
            AccountRequests owners,
            Supplier<List<NodeStatus>> nodes,
            AdminDoor admin,
            Clock clock)
            throws IOException {
        this.watch = new StatusWatch(nodes, clock);
        Api api = new Api(directory, logins, new Sessions(directory, clock), new Throttle(clock), watch);
        this.mailboxes = new OwnMailbox(api, owners);
        Pages pages = new Pages(api::signedIn);
        this.server = Javalin.create(config -> {
            settings(config);
            config.jetty.modifyServer(jetty -> {
                jetty.setErrorHandler(ConsoleRole::refuse);
                jetty.setStopTimeout(STOPPING.toMillis());
            });
            config.jetty.addConnector((jetty, http) -> connector(jetty, http, tls, address));
            api.addTo(config.routes);
            mailboxes.addTo(config.routes);
            pages.addTo(config.routes);
            config.routes.post(AdminDoor.PATH, request -> admin(request, admin));
            errors(config.routes);
        });
        start(address);
        this.address = new InetSocketAddress(address.getAddress(), server.port());
    }

    private static void admin(Context request, AdminDoor admin) throws IOException {
        byte[] body = request.req().getInputStream().readNBytes(AdminDoor.LIMIT + 1);
        AdminDoor.Answer answer =
                admin.answer(Optional.ofNullable(request.header("Authorization")), body, request.ip());
        if (answer.status() == 401) {
            request.header("WWW-Authenticate", "Bearer"); // RFC 6750 §3
        }
        request.status(answer.status());
        Json.answer(request, answer.json());
    }

    private static void settings(JavalinConfig config) {
        config.concurrency.useVirtualThreads = true;
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.maxRequestSize = Json.LIMIT;
        config.routes.before(request -> HEADERS.forEach(request::header));
    }

    private static Connector connector(
            Server jetty, HttpConfiguration http, SSLContext tls, InetSocketAddress address) {
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setRequestHeaderSize(HEADER_OCTETS);
        SecureRequestCustomizer secure = new SecureRequestCustomizer();
        secure.setSniHostCheck(false);
        http.addCustomizer(secure);
        SslContextFactory.Server factory = new SslContextFactory.Server();
        factory.setSslContext(tls);
        ServerConnector connector = new ServerConnector(
                jetty, new SslConnectionFactory(factory, "http/1.1"), new HttpConnectionFactory(http));
        connector.setHost(
                address.getAddress() == null
                        ? address.getHostString()
                        : address.getAddress().getHostAddress());
        connector.setPort(address.getPort());
        connector.setIdleTimeout(IDLE.toMillis());
        connector.setShutdownIdleTimeout(STOPPING.toMillis());
        connector.addBean(new NetworkConnectionLimit(CONNECTIONS, connector));
        return connector;
    }

    /** Answers what no handler of ours has seen: requests that are not HTTP, headers that are too long. */
    private static boolean refuse(
            org.eclipse.jetty.server.Request request,
            org.eclipse.jetty.server.Response response,
            org.eclipse.jetty.util.Callback callback) {
        HEADERS.forEach((name, value) -> response.getHeaders().put(name, value));
        response.getHeaders().put("Content-Type", "application/json");
        byte[] body = Json.error("the request was refused (HTTP status " + response.getStatus() + ")");
        response.write(true, java.nio.ByteBuffer.wrap(body), callback);
        return true;
    }

    private static void errors(RoutesConfig routes) {
        routes.exception(Denied.class, (denied, request) -> Json.error(request, denied.status(), denied.sentence()));
        routes.exception(Malformed.class, (wrong, request) -> Json.error(request, 400, wrong.sentence()));
        routes.exception(Refused.class, (refused, request) -> Json.error(request, 409, refused.sentence()));
        routes.exception(TryLater.class, (later, request) -> Json.error(request, 503, later.sentence()));
        routes.exception(Exception.class, (bug, request) -> {
            LOG.error("console: {} {} failed", request.method(), request.path(), bug);
            Json.error(request, 500, "internal error: the console's log says more");
        });
        routes.error(404, request -> Json.error(request, 404, "there is nothing at this address"));
    }

    private void start(InetSocketAddress wanted) throws IOException {
        try {
            server.start();
        } catch (RuntimeException failed) {
            server.stop();
            throw new IOException(
                    "listener 'console' cannot have " + wanted.getHostString() + ":" + wanted.getPort() + ": "
                            + reason(failed) + " (is another program or node using this port?)",
                    failed);
        }
        LOG.info("console on port {}", server.port());
    }

    private static @Nullable String reason(Throwable failed) {
        String reason = failed.getMessage();
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            reason = cause.getMessage();
            if (cause instanceof BindException) {
                return reason;
            }
        }
        return reason;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** How many pages watch the status now. */
    int watchers() {
        return watch.watchers();
    }

    /** Of how many people the owner is being asked now. */
    int asking() {
        return mailboxes.asking();
    }

    @Override
    public void close() {
        watch.close();
        server.stop();
    }
}
