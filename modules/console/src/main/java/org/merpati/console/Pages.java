package org.merpati.console;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.merpati.console.Sessions.SignedIn;
import org.merpati.directory.Account;

/** The console's pages and what they are made of: a fixed list of files, held in memory, each with who may have it. */
final class Pages {
    static final String MAILBOX = "/mailbox";
    private static final String STATUS = "/";
    private static final String PASSWORD = "/password";
    private static final String FOLDER = "web/";
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    /** Who may have a file. */
    private enum For {
        ANYBODY,
        SIGNED_IN,
        /** With a password of one's own. */
        PERSON,
        ADMINISTRATOR
    }

    private record Page(String type, byte[] octets, For who) {}

    private final Function<Context, Optional<SignedIn>> signedIn;
    private final Map<String, Page> pages = new LinkedHashMap<>();

    /**
     * Reads the files.
     *
     * @throws IOException if one is not in the jar
     */
    Pages(Function<Context, Optional<SignedIn>> signedIn) throws IOException {
        this.signedIn = signedIn;
        add("/login", "login.html", For.ANYBODY);
        add("/web/login.js", "login.js", For.ANYBODY);
        add("/web/http.js", "http.js", For.ANYBODY);
        add("/web/style.css", "style.css", For.ANYBODY);
        add("/web/pigeon.svg", "pigeon.svg", For.ANYBODY);
        add(PASSWORD, "password.html", For.SIGNED_IN);
        add("/web/password.js", "password.js", For.SIGNED_IN);
        add(MAILBOX, "mailbox.html", For.PERSON);
        add("/web/mailbox.js", "mailbox.js", For.PERSON);
        add(STATUS, "status.html", For.ADMINISTRATOR);
        add("/web/status.js", "status.js", For.ADMINISTRATOR);
        add("/web/table.js", "table.js", For.ADMINISTRATOR);
    }

    private void add(String path, String file, For who) throws IOException {
        try (InputStream in = Pages.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new IOException("the console's jar lacks its file " + FOLDER + file);
            }
            String type = TYPES.getOrDefault(file.substring(file.lastIndexOf('.') + 1), "application/octet-stream");
            pages.put(path, new Page(type, in.readAllBytes(), who));
        }
    }

    void addTo(RoutesConfig routes) {
        pages.forEach((path, page) -> routes.get(path, request -> serve(request, page)));
    }

    /** The page that somebody comes to who has signed in. */
    static String home(Account account) {
        return account.admin() ? STATUS : MAILBOX;
    }

    private void serve(Context request, Page page) {
        Optional<String> instead = switch (page.who()) {
            case ANYBODY -> Optional.empty();
            case SIGNED_IN, PERSON, ADMINISTRATOR ->
                signedIn.apply(request)
                        .map(who -> elsewhere(page.who(), who.account()))
                        .orElse(Optional.of("/login"));
        };
        instead.ifPresentOrElse(
                path -> request.redirect(path, HttpStatus.SEE_OTHER),
                () -> request.contentType(page.type()).result(page.octets()));
    }

    /** Where somebody is sent who may not have a file yet, or at all. */
    private static Optional<String> elsewhere(For whom, Account account) {
        if (whom != For.SIGNED_IN && account.mustChange()) {
            return Optional.of(PASSWORD);
        }
        return whom == For.ADMINISTRATOR && !account.admin() ? Optional.of(MAILBOX) : Optional.empty();
    }
}
