package org.merpati.wire;

import java.util.concurrent.Executor;
import org.apache.mina.transport.socket.nio.NioProcessor;
import org.apache.mina.transport.socket.nio.NioSession;

/**
 * An I/O thread of MINA whose interest in a socket two threads may change at once. MINA's own reads what a socket is
 * looked at for and writes it back changed: where the I/O thread waits for room to write while a reader asks to receive
 * again, one of the two was lost and the connection slept for ever.
 */
public class InterestProcessor extends NioProcessor {
    /** Made by MINA's pool. */
    public InterestProcessor(Executor executor) {
        super(executor);
    }

    @Override
    protected void setInterestedInRead(NioSession session, boolean interested) throws Exception {
        synchronized (session) {
            super.setInterestedInRead(session, interested);
        }
    }

    @Override
    protected void setInterestedInWrite(NioSession session, boolean interested) throws Exception {
        synchronized (session) {
            super.setInterestedInWrite(session, interested);
        }
    }
}
