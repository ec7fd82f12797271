package org.merpati.mailbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.merpati.kernel.Malformed;
import org.merpati.runtime.Configuration;
import org.merpati.wire.Connection;

/** A client's connection behind a proxy: the proxy's connection with the client's address. */
final class Introduced implements Connection {
    private final Connection proxy;
    private final InetSocketAddress client;

    Introduced(Connection proxy, String client) {
        this.proxy = proxy;
        InetSocketAddress address = proxy.remote();
        try {
            address = Configuration.address(client);
        } catch (Malformed unreadable) {
            // The proxy's own address stands in; it is for logs alone.
        }
        this.client = address;
    }

    @Override
    public String name() {
        return proxy.name();
    }

    @Override
    public InetSocketAddress remote() {
        return client;
    }

    @Override
    public InetSocketAddress local() {
        return proxy.local();
    }

    @Override
    public InputStream in() {
        return proxy.in();
    }

    @Override
    public OutputStream out() {
        return proxy.out();
    }

    @Override
    public boolean secure() {
        return true;
    }

    @Override
    public Optional<X509Certificate> peerCertificate() {
        return Optional.empty();
    }

    @Override
    public void startTls(SSLContext context) throws IOException {
        throw new IOException("TLS ends at the proxy");
    }

    @Override
    public void idleTimeout(Duration limit) {
        proxy.idleTimeout(limit);
    }

    @Override
    public boolean open() {
        return proxy.open();
    }

    @Override
    public void close() {
        proxy.close();
    }
}
