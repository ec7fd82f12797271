package org.merpati.wire;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.filterchain.IoFilterAdapter;
import org.apache.mina.core.filterchain.IoFilterChain;
import org.apache.mina.core.session.IoSession;
import org.apache.mina.core.write.WriteRequest;
import org.apache.mina.transport.socket.nio.NioSession;

/**
 * Writes on the caller's thread what the socket takes at once, and leaves the rest to the I/O thread: an answer that
 * fits needs no other thread to wake. It stands first in a connection's chain, next to the socket, so that it sees what
 * TLS has made of the octets.
 */
final class WriteThrough extends IoFilterAdapter {
    static final String NAME = "write through";
    static final WriteThrough INSTANCE = new WriteThrough();

    /** What a connection has with the I/O thread; whoever hands something on holds it. */
    private static final class Line {
        final AtomicInteger unsent = new AtomicInteger();
    }

    private WriteThrough() {}

    @Override
    public void onPreAdd(IoFilterChain chain, String name, NextFilter next) {
        if (!chain.getAll().isEmpty()) {
            throw new IllegalStateException("'" + name + "' comes before " + chain);
        }
        chain.getSession().setAttribute(Line.class, new Line());
    }

    @Override
    public void filterWrite(NextFilter next, IoSession session, WriteRequest request) {
        Line line = line(session);
        boolean sent;
        synchronized (line) {
            sent = line.unsent.getAndIncrement() == 0 && sends(session, request);
            if (!sent) {
                next.filterWrite(session, request);
            }
        }
        if (sent) {
            session.getFilterChain().fireMessageSent(request);
        }
    }

    @Override
    public void messageSent(NextFilter next, IoSession session, WriteRequest request) {
        line(session).unsent.decrementAndGet();
        next.messageSent(session, request);
    }

    private static Line line(IoSession session) {
        return (Line) session.getAttribute(Line.class);
    }

    /** Whether all of it has gone; what has not is left in the request. */
    private static boolean sends(IoSession session, WriteRequest request) {
        if (!(session instanceof NioSession nio)
                || !(request.getMessage() instanceof IoBuffer octets)
                || !octets.hasRemaining()
                || session.isWriteSuspended()) {
            return false;
        }
        int before = octets.remaining();
        try {
            nio.getChannel().write(octets.buf());
        } catch (IOException gone) {
            // The I/O thread finds the same, and ends the connection.
            return false;
        }
        if (octets.hasRemaining()) {
            return false;
        }
        nio.increaseScheduledWriteMessages();
        nio.increaseScheduledWriteBytes(before);
        nio.increaseWrittenBytes(before, System.currentTimeMillis());
        return true;
    }
}
