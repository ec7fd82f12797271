package org.merpati.console;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.merpati.directory.Account;
import org.merpati.directory.Directory;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Sha256;

/**
 * Who is signed in, in memory. A session ends 12 hours after it began, after 30 minutes without use, and as soon as its
 * account is gone, becomes or ceases to be an administrator's, or has another password. When there are too many, of
 * one account or of all, the one of them that was used longest ago ends.
 */
final class Sessions {
    static final Duration LIFE = Duration.ofHours(12);
    static final Duration IDLE = Duration.ofMinutes(30);
    static final int LIMIT = 20_000;
    static final int ACCOUNT_LIMIT = 10;
    private static final int TOKEN_OCTETS = 32;

    /**
     * Somebody who is signed in, as of now.
     *
     * @param csrf what every POST of this session carries in its header
     */
    record SignedIn(Account account, String csrf) {}

    private record Session(String login, String hash, boolean admin, String csrf, long begun, long used) {
        Session usedAt(long nanos) {
            return new Session(login, hash, admin, csrf, begun, nanos);
        }

        boolean of(Account account) {
            return account.active()
                    && account.admin() == admin
                    && account.credentials().hash().equals(hash);
        }
    }

    private final Directory directory;
    private final Clock clock;
    private final SecureRandom chance = new SecureRandom();
    private final Map<String, Session> byDigest = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Session> eldest) {
            return size() > LIMIT;
        }
    };

    Sessions(Directory directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** Begins a session and returns its token, which only the browser keeps. */
    synchronized String begin(Account account) {
        String token = random();
        long now = clock.nanos();
        String login = account.address().key();
        String hash = account.credentials().hash();
        List<String> own = byDigest.entrySet().stream()
                .filter(session -> session.getValue().login().equals(login))
                .map(Map.Entry::getKey)
                .toList();
        if (own.size() >= ACCOUNT_LIMIT) {
            byDigest.remove(own.getFirst());
        }
        byDigest.put(digest(token), new Session(login, hash, account.admin(), random(), now, now));
        return token;
    }

    /**
     * The session of a token.
     *
     * @param use whether a person did this, and the session's idle time begins anew
     */
    synchronized Optional<SignedIn> find(String token, boolean use) {
        String digest = digest(token);
        Session session = byDigest.get(digest);
        if (session == null) {
            return Optional.empty();
        }
        long now = clock.nanos();
        Optional<Account> account = directory.people().login(session.login()).filter(session::of);
        boolean over = now - session.begun() > LIFE.toNanos() || now - session.used() > IDLE.toNanos();
        if (over || account.isEmpty()) {
            byDigest.remove(digest);
            return Optional.empty();
        }
        if (use) {
            byDigest.put(digest, session.usedAt(now));
        }
        return Optional.of(new SignedIn(account.get(), session.csrf()));
    }

    /** Ends a session. */
    synchronized void end(String token) {
        byDigest.remove(digest(token));
    }

    private String random() {
        byte[] octets = new byte[TOKEN_OCTETS];
        chance.nextBytes(octets);
        return HexFormat.of().formatHex(octets);
    }

    /** Tokens are looked up by digest: how long that takes tells nothing about them. */
    private static String digest(String token) {
        return Sha256.hex(token.getBytes(StandardCharsets.UTF_8));
    }
}
