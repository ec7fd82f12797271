package org.merpati.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import org.merpati.kernel.NodeName;

/**
 * Requests to a node, over mutual TLS on its port 7072: small questions and answers, checkpoint files, the directory's
 * feed. Each service has a name; the peer is known by its certificate.
 */
public interface NodeChannel {
    /** The longest request in octets. */
    int REQUEST_LIMIT = 1 << 20;

    /** What a node answers a service's requests with. */
    @FunctionalInterface
    interface Service {
        /**
         * Answers one request; the answer may be of any length and is sent as it is written.
         *
         * @throws IOException if the peer goes away
         */
        void answer(NodeName peer, byte[] request, OutputStream answer) throws IOException;
    }

    /** Offers a service on this node. */
    void offer(String service, Service implementation);

    /**
     * Asks and reads the whole answer, at most {@link #REQUEST_LIMIT} octets.
     *
     * @throws org.merpati.kernel.TryLater if the node cannot be reached or does not answer in time
     * @throws org.merpati.kernel.Refused if the node refuses the request
     */
    byte[] ask(NodeName node, String service, byte[] request, Duration limit);

    /**
     * Asks and hands back the answer as it arrives; reading throws if it breaks off, and {@code read() == -1} means
     * that the answer is complete.
     *
     * @throws org.merpati.kernel.TryLater if the node cannot be reached
     * @throws org.merpati.kernel.Refused if the node refuses the request
     */
    InputStream stream(NodeName node, String service, byte[] request, Duration limit);
}
