package org.merpati.console;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.merpati.console.Sessions.SignedIn;
import org.merpati.directory.Account;
import org.merpati.directory.Directory;
import org.merpati.directory.Logins;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * The console's API: sign in and out, choose a password; for administrators the cluster's status, once or as it
 * changes.
 */
final class Api {
    static final int SHORTEST_PASSWORD = 10;
    private static final Logger LOG = LoggerFactory.getLogger(Api.class);
    private static final String CSRF_HEADER = "X-CSRF-Token";
    private static final Duration BEAT = Duration.ofSeconds(5);
    private static final byte[] BEGIN = "retry: 1000\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ALIVE = ": alive\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA = "event: status\ndata: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OVER = "event: over\ndata: {}\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);

    private final Directory directory;
    private final Logins logins;
    private final Sessions sessions;
    private final Throttle throttle;
    private final StatusWatch watch;

    Api(Directory directory, Logins logins, Sessions sessions, Throttle throttle, StatusWatch watch) {
        this.directory = directory;
        this.logins = logins;
        this.sessions = sessions;
        this.throttle = throttle;
        this.watch = watch;
    }

    void addTo(RoutesConfig routes) {
        routes.post("/api/login", this::login);
        routes.post("/api/logout", this::logout);
        routes.post("/api/password", this::password);
        routes.get("/api/session", this::session);
        routes.get("/api/status", this::status);
        routes.get("/api/events", this::events);
    }

    /** The session of a request, if it has one. */
    Optional<SignedIn> signedIn(Context request) {
        return SessionCookie.of(request).flatMap(token -> sessions.find(token, true));
    }

    /** The session of a request whose account has a password of its own. */
    SignedIn person(Context request) {
        return usable(signedIn(request).orElseThrow(Denied::notSignedIn));
    }

    /** The session of a POST whose account has a password of its own. */
    SignedIn personPosted(Context request) {
        return usable(posted(request));
    }

    private static SignedIn usable(SignedIn who) {
        if (who.account().mustChange()) {
            throw new Denied(403, "choose your own password first");
        }
        return who;
    }

    private void administrator(Context request) {
        if (!person(request).account().admin()) {
            throw new Denied(403, "this is for administrators: your own mailbox is at " + Pages.MAILBOX);
        }
    }

    /** The session of a POST, which proves by its header that a page of ours sent it. */
    private SignedIn posted(Context request) {
        ownOrigin(request);
        SignedIn who = signedIn(request).orElseThrow(Denied::notSignedIn);
        String given = Optional.ofNullable(request.header(CSRF_HEADER)).orElse("");
        if (!MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8), who.csrf().getBytes(StandardCharsets.UTF_8))) {
            throw new Denied(403, "the request lacks this session's token in " + CSRF_HEADER + ": load the page again");
        }
        return who;
    }

    private static void ownOrigin(Context request) {
        String origin = request.header("Origin");
        if (origin != null && !origin.equals("https://" + request.header("Host"))) {
            throw new Denied(403, "the request comes from a page of another site");
        }
    }

    private void login(Context request) throws IOException {
        ownOrigin(request);
        JsonNode form = Json.read(request);
        Account account = checked(request, Json.text(form, "name").strip(), Json.text(form, "password"));
        SessionCookie.of(request).ifPresent(sessions::end);
        begin(request, account);
    }

    /** The account that a name and a password prove; guesses are slowed down. */
    private Account checked(Context request, String name, String password) {
        String address = request.ip();
        int wait = throttle.begin(address);
        if (wait > 0) {
            request.header("Retry-After", Integer.toString(wait));
            throw new Denied(
                    429,
                    "too many failed logins from your address: wait " + (wait == 1 ? "a second" : wait + " seconds")
                            + " and try again");
        }
        try {
            Account account = logins.check(name, password);
            throttle.succeeded(address);
            return account;
        } catch (Refused wrong) {
            LOG.info("console: a login from {} failed", address);
            throw new Denied(401, wrong.sentence());
        } catch (TryLater busy) {
            throttle.undone(address);
            throw busy;
        }
    }

    private void begin(Context request, Account account) {
        String token = sessions.begin(account);
        SessionCookie.set(request, token);
        LOG.info("console: {} signed in from {}", account.address(), request.ip());
        sessions.find(token, true).ifPresentOrElse(who -> describe(request, who), () -> {
            throw Denied.notSignedIn();
        });
    }

    private static void describe(Context request, SignedIn who) {
        Json.answer(
                request,
                Map.of(
                        "address", who.account().address().toString(),
                        "name", who.account().name(),
                        "csrf", who.csrf(),
                        "mustChange", who.account().mustChange(),
                        "home", Pages.home(who.account())));
    }

    private void session(Context request) {
        describe(request, signedIn(request).orElseThrow(Denied::notSignedIn));
    }

    private void logout(Context request) {
        posted(request);
        SessionCookie.of(request).ifPresent(sessions::end);
        SessionCookie.clear(request);
        Json.answer(request, Map.of());
    }

    private void password(Context request) throws IOException {
        Account account = posted(request).account();
        JsonNode form = Json.read(request);
        String name = account.address().key();
        String wanted = Json.text(form, "password");
        if (!account.mustChange()) {
            checked(request, name, Json.text(form, "current"));
        }
        if (wanted.codePointCount(0, wanted.length()) < SHORTEST_PASSWORD) {
            throw new Denied(400, "a password has at least " + SHORTEST_PASSWORD + " characters");
        }
        if (isPassword(name, wanted)) {
            throw new Denied(400, "this is your password already: choose a new one");
        }
        directory.setPassword(account.address(), wanted);
        LOG.info("console: {} has a new password", account.address());
        Account changed = directory.people().login(name).orElseThrow(Denied::notSignedIn);
        begin(request, changed);
    }

    private boolean isPassword(String name, String password) {
        try {
            logins.check(name, password);
            return true;
        } catch (Refused another) {
            return false;
        }
    }

    private void status(Context request) {
        administrator(request);
        Json.answer(request, watch.now().json());
    }

    /** Sends each round as a server-sent event until the browser goes away or the session is over. */
    private void events(Context request) throws IOException {
        administrator(request);
        String token = SessionCookie.of(request).orElseThrow(Denied::notSignedIn);
        try (StatusWatch.Watcher watcher = watch.join()) {
            request.contentType("text/event-stream");
            OutputStream out = request.res().getOutputStream();
            send(out, BEGIN);
            while (!watch.isClosed()) {
                Optional<StatusWatch.Round> round = watcher.next(BEAT);
                if (sessions.find(token, false)
                        .filter(w -> !w.account().mustChange())
                        .isEmpty()) {
                    send(out, OVER);
                    return;
                }
                if (round.isPresent()) {
                    send(out, DATA, round.get().json(), END);
                } else {
                    send(out, ALIVE);
                }
            }
        } catch (IOException gone) {
            LOG.debug("console: a watcher went away: {}", gone.getMessage());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(OutputStream out, byte[]... parts) throws IOException {
        for (byte[] part : parts) {
            out.write(part);
        }
        out.flush();
    }
}
