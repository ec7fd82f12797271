package org.merpati.filter.virus;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.merpati.kernel.Malformed;

/** Where a clamd listens: {@code host:port}, or {@code unix:/path} of its socket. */
public record ScannerAddress(String text) {
    private static final String UNIX = "unix:";

    /**
     * @throws Malformed if it is neither
     */
    public ScannerAddress {
        boolean unix = text.startsWith(UNIX + "/");
        if (!unix && !text.matches("[^\\s:]+:\\d{1,5}") && !text.matches("\\[[0-9a-fA-F:]+\\]:\\d{1,5}")) {
            throw new Malformed("clamd listens at host:port or unix:/path, not at '" + text + "'");
        }
        int port = unix ? 0 : Integer.parseInt(text.substring(text.lastIndexOf(':') + 1));
        if (port > 65_535) {
            throw new Malformed("'" + text + "' names no port");
        }
    }

    /** Opens a channel that is not connected yet. */
    SocketChannel open() throws IOException {
        return text.startsWith(UNIX) ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
    }

    /** The address, looked up now. */
    SocketAddress resolved() {
        if (text.startsWith(UNIX)) {
            return UnixDomainSocketAddress.of(Path.of(text.substring(UNIX.length())));
        }
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, colon).replaceAll("[\\[\\]]", "");
        return new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return text;
    }
}
