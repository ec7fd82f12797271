package org.merpati.smtp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.LineHandler;
import org.jspecify.annotations.Nullable;
import org.merpati.wire.Connection;

/** James' view of a connection: where it writes its answers, and the stack of line handlers. */
final class Transport implements ProtocolTransport {
    private final Connection connection;
    private final boolean startTls;
    private final Deque<LineHandler<ProtocolSession>> handlers = new ArrayDeque<>();

    Transport(Connection connection, boolean startTls) {
        this.connection = connection;
        this.startTls = startTls;
    }

    /** The handler that takes the next line instead of the commands, if one was pushed. */
    @Nullable
    LineHandler<ProtocolSession> handler() {
        return handlers.peek();
    }

    /** Writes a response into the connection's buffer. */
    void write(Response response) throws IOException {
        List<CharSequence> lines = response.getLines();
        StringBuilder text = new StringBuilder();
        for (CharSequence line : lines) {
            text.append(line).append("\r\n");
        }
        connection.out().write(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        return connection.remote();
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return connection.local();
    }

    @Override
    public String getId() {
        return connection.name();
    }

    @Override
    public boolean isTLSStarted() {
        return connection.secure();
    }

    @Override
    public boolean isStartTLSSupported() {
        return startTls && !connection.secure();
    }

    @Override
    public Optional<SSLSession> getSSLSession() {
        return Optional.empty();
    }

    @Override
    public boolean isProxyRequired() {
        return false;
    }

    @Override
    public void writeResponse(Response response, ProtocolSession session) {
        try {
            write(response);
        } catch (IOException gone) {
            connection.close();
        }
    }

    /** James pops after AUTH even where it pushed nothing. */
    @Override
    public void popLineHandler() {
        handlers.poll();
    }

    @Override
    @SuppressWarnings("unchecked")
    public void pushLineHandler(LineHandler<? extends ProtocolSession> handler, ProtocolSession session) {
        handlers.push((LineHandler<ProtocolSession>) handler);
    }

    @Override
    public void setReadable(boolean readable) {
        // Lines are read one by one by the session's own thread.
    }

    @Override
    public boolean isReadable() {
        return true;
    }
}
