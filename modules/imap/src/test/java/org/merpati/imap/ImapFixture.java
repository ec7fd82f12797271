package org.merpati.imap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.merpati.imap.people.Logins;
import org.merpati.imap.people.Reached;
import org.merpati.imap.state.Enabled;
import org.merpati.imap.state.RecentFlags;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Id;
import org.merpati.kernel.TryLater;
import org.merpati.store.MailStore;
import org.merpati.store.people.Rights;
import org.merpati.wire.PreLogin;
import org.merpati.wire.SaslSource;

/** An IMAP service over a store in memory, on a loopback port. Its close asserts that no internal error was counted. */
final class ImapFixture implements AutoCloseable {
    /** 2024-02-03 04:05:06 UTC. */
    static final long NOW = 1_706_933_106_000L;

    private static final Duration DELAY = Duration.ofMillis(50);

    static final AccountId BUDI = new AccountId(new Id(1, 1));
    static final AccountId SITI = new AccountId(new Id(1, 2));
    static final AccountId ANDI = new AccountId(new Id(1, 3));
    private static final Map<String, AccountId> PEOPLE = Map.of("budi", BUDI, "siti", SITI, "andi", ANDI);
    static final Clock STOPPED = new Clock() {
        @Override
        public long millis() {
            return NOW;
        }

        @Override
        public long nanos() {
            return 0;
        }
    };

    private final MailStore store;
    /** Where Andi's mailboxes are. */
    private final MailStore andis;

    private final ServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final ImapService service;

    ImapFixture() throws IOException {
        this(true, Optional.empty(), 0);
    }

    ImapFixture(boolean clearLogins, Optional<SSLContext> tls, int port) throws IOException {
        this(new MemoryStore(STOPPED::millis), clearLogins, tls, port, SaslSource.NONE, STOPPED);
    }

    /** Over a store of another form, which the caller closes. */
    ImapFixture(MailStore store) throws IOException {
        this(store, store);
    }

    /** Over stores of two shards, which the caller closes; Andi's mailboxes are in the second. */
    ImapFixture(MailStore store, MailStore andis) throws IOException {
        this(store, andis, true, Optional.empty(), 0, SaslSource.NONE, STOPPED);
    }

    /** With people who log in otherwise than by a password, and a clock. */
    ImapFixture(SaslSource sasl, Clock clock) throws IOException {
        this(new MemoryStore(STOPPED::millis), true, Optional.empty(), 0, sasl, clock);
    }

    private ImapFixture(
            MailStore store, boolean clearLogins, Optional<SSLContext> tls, int port, SaslSource sasl, Clock clock)
            throws IOException {
        this(store, store, clearLogins, tls, port, sasl, clock);
    }

    private ImapFixture(
            MailStore store,
            MailStore andis,
            boolean clearLogins,
            Optional<SSLContext> tls,
            int port,
            SaslSource sasl,
            Clock clock)
            throws IOException {
        this.store = store;
        this.andis = andis;
        Logins logins = new Known();
        PreLogin.Settings before = new PreLogin.Settings("Merpati", clearLogins, tls, sasl, DELAY, 3, 20);
        ImapService.Settings settings =
                new ImapService.Settings(8_192, 20_000, 100_000, ImapService.Settings.DEFAULTS.idle(), 100);
        service = new ImapService(logins, before, settings, clock);
        listener = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** People whose password is {@code secret}. */
    private final class Known implements Logins {
        @Override
        public Optional<Account> plain(String user, String password, String authorization, InetSocketAddress client) {
            if (password.equals("later")) {
                throw new TryLater("no owner yet");
            }
            return password.equals("secret") ? proved(user, authorization, client) : Optional.empty();
        }

        @Override
        public Optional<Account> proved(String user, String authorization, InetSocketAddress client) {
            return authorization.isEmpty() || authorization.equals(user)
                    ? person(user).map(person -> new Account(user, person.id(), store(person)))
                    : Optional.empty();
        }

        @Override
        public Optional<Person> person(String user) {
            return Optional.ofNullable(PEOPLE.get(user.toLowerCase(Locale.ROOT)))
                    .map(id -> new Person(user.toLowerCase(Locale.ROOT), id));
        }

        @Override
        public Optional<Person> person(AccountId id) {
            return PEOPLE.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(id))
                    .map(entry -> new Person(entry.getKey(), id))
                    .findFirst();
        }

        @Override
        public MailStore store(Person person) {
            return person.id().equals(ANDI) ? andis : store;
        }

        @Override
        public List<MailStore> stores() {
            return List.copyOf(new LinkedHashSet<>(List.of(store, andis)));
        }
    }

    /** Budi's INBOX as a session of hers has it. */
    static Selected select(MailStore store, boolean readOnly) {
        Logins.Account budi = new Logins.Account("budi", BUDI, store);
        Reached inbox = new Reached(budi, "INBOX", store.mailbox(BUDI, "INBOX").orElseThrow(), true, Rights.ALL);
        return new Selected(inbox, BUDI, readOnly, new RecentFlags(0, 10), new Enabled());
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (SocketConnection connection = new SocketConnection(socket)) {
            service.serve(connection);
        } catch (IOException peerGone) {
            sockets.remove(socket);
        }
    }

    /** The store in memory. */
    MemoryStore store() {
        return (MemoryStore) store;
    }

    ImapService service() {
        return service;
    }

    int port() {
        return listener.getLocalPort();
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(listener.getInetAddress(), port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        assertThat(service.internalErrors()).isZero();
    }

    /** The store's way to say that it is led elsewhere; null ends it. */
    void away(@Nullable TryLater why) {
        store().away(why);
    }
}
