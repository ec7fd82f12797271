package org.merpati.directory;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;

/**
 * Checks passwords against the node's copy of the directory. Hashing runs on a small pool of its own, so that it does
 * not hold up sessions; a password that proved right is remembered for a short while under a key of this process, and
 * forgotten when the account's hash changes.
 */
public final class Logins implements AutoCloseable {
    private static final int WAITING = 1_000;
    private static final int REMEMBERED = 20_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long VALID_NANOS = Duration.ofMinutes(5).toNanos();
    private static final Credentials NOBODY = Credentials.of("no such account", 1_000);

    private record Proof(String hash, byte[] mac, long until) {}

    private final Directory directory;
    private final Clock clock;
    private final ExecutorService hashing;
    private final byte[] key = new byte[32];
    private final Map<String, Proof> proofs = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Proof> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** A checker with so many hashing threads. */
    public Logins(Directory directory, Clock clock, int threads) {
        this.directory = directory;
        this.clock = clock;
        this.hashing = new ThreadPoolExecutor(
                threads,
                threads,
                1,
                TimeUnit.MINUTES,
                new LinkedBlockingQueue<>(WAITING),
                Thread.ofPlatform().daemon().name("hashing-", 1).factory());
        new SecureRandom().nextBytes(key);
    }

    /** An account as it is now; as it was, where it is no more. */
    public Account now(Account account) {
        return directory.people().account(account.id()).orElse(account);
    }

    /**
     * Checks a name and a password.
     *
     * @return the account; it may still have to change its password
     * @throws Refused if they do not fit (AUTHENTICATION_FAILED); the sentence does not tell which is wrong
     * @throws TryLater if too many wait to be checked, or there may be such an account that is not known here yet
     */
    public Account check(String name, String password) {
        Optional<Account> found = directory.people().login(name).filter(Account::active);
        Credentials credentials = found.map(Account::credentials).orElse(NOBODY);
        byte[] mac = mac(name + "\0" + password);
        if (found.isPresent() && remembered(name, credentials.hash(), mac)) {
            return found.get();
        }
        boolean right = hash(credentials, password);
        if (found.isEmpty() && !directory.copy().current()) {
            throw new TryLater(LiveCopy.LAGS + ": try again");
        }
        if (found.isEmpty() || !right) {
            throw new Refused(Refused.Reason.AUTHENTICATION_FAILED, "name or password is wrong");
        }
        synchronized (proofs) {
            proofs.put(name, new Proof(credentials.hash(), mac, clock.nanos() + VALID_NANOS));
        }
        return found.get();
    }

    /**
     * {@link #check} for everything but the change of a password.
     *
     * @throws Refused also if the account has to change its password first (EXPIRED)
     */
    public Account checkUsable(String name, String password) {
        return usable(check(name, password));
    }

    private static Account usable(Account account) {
        if (account.mustChange()) {
            throw new Refused(
                    Refused.Reason.EXPIRED, "this password was given to you: choose your own in the console first");
        }
        return account;
    }

    /**
     * The account of somebody who has proved otherwise who it is.
     *
     * @throws Refused if it may not be used (AUTHENTICATION_FAILED, EXPIRED)
     */
    public Account proved(String name) {
        Account account = directory
                .people()
                .login(name)
                .filter(Account::active)
                .orElseThrow(() -> new Refused(Refused.Reason.AUTHENTICATION_FAILED, "name or password is wrong"));
        return usable(account);
    }

    /**
     * The account that a login gives; nobody acts as another.
     *
     * @param password none where it was proved otherwise who it is
     * @param authorization as whom to act, or nothing
     * @throws Refused if it gives none (NO_PERMISSION, AUTHENTICATION_FAILED, EXPIRED)
     */
    public Account judge(String name, Optional<String> password, String authorization) {
        if (!authorization.isEmpty() && !authorization.equalsIgnoreCase(name)) {
            throw new Refused(Refused.Reason.NO_PERMISSION, name + " may not act as " + authorization);
        }
        return password.isPresent() ? checkUsable(name, password.get()) : proved(name);
    }

    /**
     * What a SCRAM-SHA-256 server needs to know of somebody. Of those who are not here, or whose password was not set
     * here, keys that no password fits, the same each time.
     */
    public Credentials.ScramKeys scramKeys(String name) {
        return directory
                .people()
                .login(name)
                .filter(Account::active)
                .flatMap(account -> account.credentials().scramKeys())
                .orElseGet(() -> {
                    byte[] salt = Arrays.copyOf(mac("salt\0" + name), Credentials.SALT_OCTETS);
                    return new Credentials.ScramKeys(
                            Credentials.SCRAM_ITERATIONS, salt, mac("stored\0" + name), mac("server\0" + name));
                });
    }

    private boolean remembered(String name, String hash, byte[] mac) {
        synchronized (proofs) {
            Proof proof = proofs.get(name);
            return proof != null
                    && proof.hash().equals(hash)
                    && proof.until() - clock.nanos() > 0
                    && java.security.MessageDigest.isEqual(proof.mac(), mac);
        }
    }

    private boolean hash(Credentials credentials, String password) {
        try {
            return hashing.submit(() -> credentials.verify(password)).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException | TimeoutException busy) {
            throw new TryLater("too many logins at once: try again");
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new TryLater("the server is stopping");
        } catch (ExecutionException bug) {
            throw new IllegalStateException(bug.getCause());
        }
    }

    private byte[] mac(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    @Override
    public void close() {
        hashing.shutdown();
    }
}
