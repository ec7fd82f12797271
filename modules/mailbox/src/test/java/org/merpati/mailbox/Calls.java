package org.merpati.mailbox;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.merpati.cluster.NodeChannel;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.TryLater;

/** The services that a node offers, asked within this process. */
final class Calls implements NodeChannel {
    private final Map<String, Service> services = new ConcurrentHashMap<>();

    @Override
    public void offer(String service, Service implementation) {
        services.put(service, implementation);
    }

    @Override
    public byte[] ask(NodeName node, String service, byte[] request, Duration limit) {
        Service asked = services.get(service);
        if (asked == null) {
            throw new TryLater("nobody answers " + service);
        }
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try {
            asked.answer(node, request, answer);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return answer.toByteArray();
    }

    @Override
    public InputStream stream(NodeName node, String service, byte[] request, Duration limit) {
        return new ByteArrayInputStream(ask(node, service, request, limit));
    }
}
