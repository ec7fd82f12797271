package org.merpati.console;

import io.javalin.http.Context;
import java.util.Optional;

/**
 * The cookie that holds a session's token (RFC 6265). Its name has the listener's port, because browsers do not keep
 * the cookies of one host's ports apart.
 */
final class SessionCookie {
    private static final String PREFIX = "__Host-merpati-";

    private SessionCookie() {}

    private static String name(Context request) {
        return PREFIX + request.req().getLocalPort();
    }

    /** The token of a request. */
    static Optional<String> of(Context request) {
        return Optional.ofNullable(request.cookie(name(request)));
    }

    static void set(Context request, String token) {
        write(request, token, Sessions.LIFE.toSeconds());
    }

    static void clear(Context request) {
        write(request, "", 0);
    }

    private static void write(Context request, String token, long seconds) {
        request.res()
                .addHeader(
                        "Set-Cookie",
                        name(request) + "=" + token + "; Path=/; Max-Age=" + seconds
                                + "; Secure; HttpOnly; SameSite=Strict");
    }
}
