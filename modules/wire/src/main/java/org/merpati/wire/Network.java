package org.merpati.wire;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.future.ConnectFuture;
import org.apache.mina.core.service.IoHandlerAdapter;
import org.apache.mina.core.service.SimpleIoProcessorPool;
import org.apache.mina.core.session.IdleStatus;
import org.apache.mina.core.session.IoSession;
import org.apache.mina.filter.FilterEvent;
import org.apache.mina.filter.ssl.SslEvent;
import org.apache.mina.filter.ssl.SslFilter;
import org.apache.mina.transport.socket.nio.NioSession;
import org.apache.mina.transport.socket.nio.NioSocketAcceptor;
import org.apache.mina.transport.socket.nio.NioSocketConnector;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.TryLater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The I/O threads of a node and what is made with them: listeners and client connections. Each accepted connection is
 * served by its dialogue on a virtual thread.
 */
public final class Network implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Network.class);
    private static final String CONNECTION = "connection";
    static final String TLS = "tls";
    /** How exactly the limits of waiting readers are kept. */
    private static final long SWEEP_NANOS = 200_000_000;

    private final SimpleIoProcessorPool<NioSession> processors;
    private final ExecutorService service;
    private final NioSocketConnector connector;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Set<MinaConnection> connections = ConcurrentHashMap.newKeySet();
    private final Thread sweeper;

    /** Starts the I/O threads. */
    public Network(String node, int ioThreads) {
        service = Executors.newCachedThreadPool(
                Thread.ofPlatform().daemon().name(node + "-io-", 1).factory());
        processors = new SimpleIoProcessorPool<>(InterestProcessor.class, service, ioThreads, null);
        connector = new NioSocketConnector(service, processors);
        connector.setHandler(new Handler("to", null));
        connector.getSessionConfig().setTcpNoDelay(true);
        sweeper = Thread.ofVirtual().name(node + "-idle").start(this::sweep);
    }

    /** Ends the waits that last too long: a timer for each would cost more than what is waited for. */
    private void sweep() {
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(SWEEP_NANOS);
            long now = System.nanoTime();
            connections.forEach(connection -> connection.expire(now));
        }
    }

    /**
     * Opens a listener.
     *
     * @param name what it is for: {@code smtp}, {@code imaps}, …
     * @param limit the most connections at once; one more is closed at once
     * @throws IOException if the address is in use or not this machine's; the message says which
     */
    public Listener listen(String name, InetSocketAddress address, Optional<Tls> tls, int limit, Dialogue dialogue)
            throws IOException {
        NioSocketAcceptor acceptor = new NioSocketAcceptor(service, processors);
        acceptor.setReuseAddress(true);
        acceptor.setBacklog(1024);
        acceptor.getSessionConfig().setTcpNoDelay(true);
        acceptor.getFilterChain().addFirst(WriteThrough.NAME, WriteThrough.INSTANCE);
        tls.filter(Tls::implicit).ifPresent(t -> acceptor.getFilterChain().addLast(TLS, filter(t)));
        Listener listener = new Listener(name, address, acceptor, limit, listeners::remove);
        acceptor.setHandler(new Handler(name, connection -> listener.serve(connection, tls, dialogue)));
        try {
            listener.open();
        } catch (IOException inUse) {
            acceptor.dispose();
            Throwable cause = inUse.getCause() instanceof BindException bind ? bind : inUse;
            throw new IOException(
                    "listener '" + name + "' cannot have " + address.getHostString() + ":" + address.getPort() + ": "
                            + cause.getMessage() + " (is another program or node using this port?)",
                    inUse);
        }
        listeners.add(listener);
        return listener;
    }

    /** The listeners of these names take no new connections until {@link #undrain}; those that are open go on. */
    public void drain(Set<String> names) {
        listeners.stream().filter(l -> names.contains(l.name())).forEach(Listener::drain);
    }

    /**
     * All listeners take connections again.
     *
     * @throws TryLater if another program has taken a port meanwhile
     */
    public void undrain() {
        for (Listener listener : listeners) {
            try {
                listener.open();
            } catch (IOException inUse) {
                throw new TryLater("listener '" + listener.name() + "' cannot have " + listener.address() + " again: "
                        + inUse.getMessage());
            }
        }
    }

    private static SslFilter filter(Tls tls) {
        SslFilter filter = filter(tls.context());
        filter.setWantClientAuth(tls.client() == Tls.ClientCertificate.WANTED);
        filter.setNeedClientAuth(tls.client() == Tls.ClientCertificate.REQUIRED);
        return filter;
    }

    /**
     * MINA's pipeline without queues of its own: the other one keeps octets that came with the last message of a
     * handshake until more arrive (docs/decisions/0002).
     */
    static SslFilter filter(SSLContext context) {
        SslFilter filter = new SslFilter(context);
        filter.setUseNonBlockingPipeline(false);
        return filter;
    }

    /**
     * Connects to a peer.
     *
     * @param limit for the connection, and again for the handshake
     * @param tls where given, TLS from the first octet; the context's trust decides about the peer's certificate
     * @throws IOException if the peer does not answer, its certificate is not believed, or this is closed
     */
    public Connection connect(InetSocketAddress peer, Duration limit, Optional<Tls> tls) throws IOException {
        InetSocketAddress resolved =
                peer.isUnresolved() ? new InetSocketAddress(peer.getHostString(), peer.getPort()) : peer;
        if (resolved.isUnresolved()) {
            throw new IOException("no address is known for host " + peer.getHostString());
        }
        ConnectFuture connecting;
        try {
            connecting = connector.connect(resolved, (session, future) -> {
                session.getFilterChain().addFirst(WriteThrough.NAME, WriteThrough.INSTANCE);
                tls.filter(Tls::implicit)
                        .ifPresent(t -> session.getFilterChain().addLast(TLS, filter(t)));
            });
        } catch (IllegalStateException disposed) {
            throw new IOException("no connection to " + peer + ": this node is stopping", disposed);
        }
        if (!connecting.awaitUninterruptibly(limit.toMillis())) {
            connecting.cancel();
            throw new IOException("no connection to " + peer + " within " + limit.toMillis() + " ms");
        }
        IoSession session;
        try {
            session = connecting.getSession();
        } catch (RuntimeException failed) {
            Throwable cause = failed.getCause();
            throw new IOException(
                    "no connection to " + peer + ": " + (cause == null ? failed : cause).getMessage(), failed);
        }
        MinaConnection connection = connection(session);
        if (tls.isPresent() && tls.get().implicit()) {
            connection.awaitHandshake(limit);
        }
        return connection;
    }

    private static MinaConnection connection(IoSession session) {
        return (MinaConnection) session.getAttribute(CONNECTION);
    }

    @Override
    public void close() {
        sweeper.interrupt();
        connector.dispose();
        processors.dispose();
        service.shutdown();
    }

    /** Serves a connection that came. */
    private interface Accepted {
        void serve(MinaConnection connection);
    }

    /** Connects MINA's events with connections. */
    private final class Handler extends IoHandlerAdapter {
        private final String name;
        private final @Nullable Accepted accepted;

        Handler(String name, @Nullable Accepted accepted) {
            this.name = name;
            this.accepted = accepted;
        }

        @Override
        public void sessionCreated(IoSession session) {
            MinaConnection connection = new MinaConnection(name, session);
            session.setAttribute(CONNECTION, connection);
            connections.add(connection);
        }

        @Override
        public void sessionOpened(IoSession session) {
            if (accepted != null) {
                accepted.serve(connection(session));
            }
        }

        @Override
        public void messageReceived(IoSession session, Object message) {
            connection(session).received((IoBuffer) message);
        }

        @Override
        public void event(IoSession session, FilterEvent event) {
            if (event == SslEvent.SECURED) {
                connection(session).handshakeDone();
            }
        }

        @Override
        public void sessionClosed(IoSession session) {
            connections.remove(connection(session));
            connection(session).ended();
        }

        /** The peer sends no more; what it asked before is still answered. */
        @Override
        public void inputClosed(IoSession session) {
            connection(session).ended();
            session.suspendRead();
        }

        @Override
        public void sessionIdle(IoSession session, IdleStatus status) {
            LOG.trace("{} idle {}", name, status);
        }

        @Override
        public void exceptionCaught(IoSession session, Throwable cause) {
            LOG.debug("{} {}", name, session.getRemoteAddress(), cause);
            connection(session).ended(cause);
            session.closeNow();
        }
    }
}
