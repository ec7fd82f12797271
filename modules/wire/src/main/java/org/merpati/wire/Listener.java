package org.merpati.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.apache.mina.transport.socket.nio.NioSocketAcceptor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An open port. */
public final class Listener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    private final String name;
    private final NioSocketAcceptor acceptor;
    private final int limit;
    private final Set<MinaConnection> connections = ConcurrentHashMap.newKeySet();
    private final LongAdder accepted = new LongAdder();
    private final Consumer<Listener> onClose;
    private InetSocketAddress address;

    Listener(String name, InetSocketAddress wanted, NioSocketAcceptor acceptor, int limit, Consumer<Listener> onClose) {
        this.name = name;
        this.address = wanted;
        this.acceptor = acceptor;
        this.limit = limit;
        this.onClose = onClose;
        acceptor.setCloseOnDeactivation(false);
    }

    /** What it is for. */
    String name() {
        return name;
    }

    /** Takes connections; a port that the system chose stays the same when it is opened again. */
    synchronized void open() throws IOException {
        if (!acceptor.isActive()) {
            acceptor.bind(address);
            address = acceptor.getLocalAddress();
        }
    }

    /** The address that it listens on. */
    public synchronized InetSocketAddress address() {
        return address;
    }

    /** How many connections are open. */
    public int connections() {
        return connections.size();
    }

    /** How many connections were accepted since the start. */
    public long accepted() {
        return accepted.sum();
    }

    void serve(MinaConnection connection, Optional<Tls> tls, Dialogue dialogue) {
        if (connections.size() >= limit) {
            LOG.warn("{} has {} connections, the most it may: {} is closed", name, limit, connection.remote());
            connection.abort();
            return;
        }
        connections.add(connection);
        accepted.increment();
        Thread.ofVirtual().name(connection.name()).start(() -> run(connection, tls, dialogue));
    }

    private void run(MinaConnection connection, Optional<Tls> tls, Dialogue dialogue) {
        try {
            if (tls.isPresent() && tls.get().implicit()) {
                connection.awaitHandshake(MinaConnection.HANDSHAKE_LIMIT);
            }
            dialogue.serve(connection);
        } catch (IOException gone) {
            LOG.debug("{} ended: {}", connection, gone.getMessage());
        } catch (RuntimeException | Error bug) {
            InternalErrors.report(connection.name(), bug);
        } finally {
            connection.close();
            connections.remove(connection);
        }
    }

    /** Takes no new connections; those that are open go on. */
    public synchronized void drain() {
        acceptor.unbind();
    }

    /** Takes no new connections, gives the open ones the time to end, then closes them. */
    public void close(Duration grace) {
        onClose.accept(this);
        drain();
        long end = System.nanoTime() + grace.toNanos();
        while (!connections.isEmpty() && System.nanoTime() < end) {
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
        connections.forEach(MinaConnection::abort);
        acceptor.dispose();
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }
}
