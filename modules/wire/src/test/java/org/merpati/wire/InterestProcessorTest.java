package org.merpati.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.mina.core.service.IoHandlerAdapter;
import org.apache.mina.transport.socket.nio.NioSession;
import org.apache.mina.transport.socket.nio.NioSocketConnector;
import org.junit.jupiter.api.Test;

class InterestProcessorTest {
    private static final int TURNS = 300_000;

    /** Changes what a socket is looked at for, and tells whether it is so then. */
    private interface Interest {
        boolean set(boolean wanted) throws Exception;
    }

    /** Shows what a socket is looked at for. */
    private static final class Shown extends InterestProcessor {
        Shown(Executor executor) {
            super(executor);
        }

        boolean read(NioSession session, boolean wanted) throws Exception {
            setInterestedInRead(session, wanted);
            return isInterestedInRead(session);
        }

        boolean write(NioSession session, boolean wanted) throws Exception {
            setInterestedInWrite(session, wanted);
            return isInterestedInWrite(session);
        }
    }

    @Test
    void readersAndWritersOfOneSocketLoseNothing() throws Exception {
        try (ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ExecutorService threads = Executors.newCachedThreadPool()) {
            Shown processor = new Shown(threads);
            NioSocketConnector connector = new NioSocketConnector(threads, processor);
            connector.setHandler(new IoHandlerAdapter());
            NioSession session = (NioSession) connector
                    .connect(new InetSocketAddress(peer.getInetAddress(), peer.getLocalPort()))
                    .awaitUninterruptibly()
                    .getSession();
            try {
                Future<Integer> reader = threads.submit(() -> lost(wanted -> processor.read(session, wanted)));
                Future<Integer> writer = threads.submit(() -> lost(wanted -> processor.write(session, wanted)));
                assertThat(reader.get())
                        .as("changes of a reader that were lost")
                        .isZero();
                assertThat(writer.get())
                        .as("changes of a writer that were lost")
                        .isZero();
            } finally {
                session.closeNow().awaitUninterruptibly();
                connector.dispose();
                processor.dispose();
            }
        }
    }

    private static int lost(Interest interest) throws Exception {
        int lost = 0;
        for (int turn = 0; turn < TURNS; turn++) {
            boolean wanted = turn % 2 == 0;
            lost += interest.set(wanted) == wanted ? 0 : 1;
        }
        return lost;
    }
}
