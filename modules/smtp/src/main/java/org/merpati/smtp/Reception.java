package org.merpati.smtp;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.merpati.kernel.Address;

/**
 * What an SMTP or LMTP session asks of the server that it belongs to. Each method refuses by throwing one of the three
 * kinds of {@link org.merpati.kernel.Failure}.
 */
public interface Reception {
    /**
     * Who speaks.
     *
     * @param helo the name given in EHLO, HELO or LHLO
     * @param secure whether TLS is on
     * @param certificate the verified certificate that the peer showed
     * @param login the account that has logged in
     */
    record Client(
            InetSocketAddress address,
            String helo,
            boolean secure,
            Optional<X509Certificate> certificate,
            Optional<Address> login,
            String protocol) {}

    /** A message on its way in. Closing it without {@link #finish} drops it. */
    interface Incoming extends AutoCloseable {
        /** Takes the message's octets, dots unstuffed. */
        OutputStream body();

        /**
         * Takes the message over. When this returns a positive reply, the message is this side's to care for.
         *
         * @return one reply for SMTP; for LMTP one for each recipient, in order
         */
        List<Reply> finish() throws IOException;

        @Override
        void close();
    }

    /** Checks a login; returns the account's address. */
    Address login(Client client, String name, String password);

    /**
     * Checks an introduction by one of our proxies.
     *
     * @param client the proxy
     * @param nonce what this side greeted with
     * @param account the account's id, as text
     * @param ticket the proxy's signature
     * @param from the client's address, host:port
     * @return the account's address
     */
    default Address introduced(Client client, String nonce, String account, String ticket, String from) {
        throw new org.merpati.kernel.Refused(
                org.merpati.kernel.Refused.Reason.NO_PERMISSION, "nobody is introduced here");
    }

    /** May this client send as this sender? */
    void sender(Client client, Envelope begun);

    /** Is this recipient accepted? The envelope holds those accepted before. */
    void recipient(Client client, Envelope envelope, Envelope.Recipient recipient);

    /** Begins to take a message. */
    Incoming accept(Client client, Envelope envelope) throws IOException;
}
