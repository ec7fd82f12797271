package org.merpati.filter.dns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A name server on loopback over UDP: it knows what it was told, counts its questions, and can fall silent. */
public final class LoopbackDns implements AutoCloseable {
    private static final int LONGEST = 4096;

    private final DatagramSocket socket;
    private final Map<String, List<Record>> records = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile boolean silent;
    private volatile boolean broken;

    /** A server that knows nothing yet. */
    public LoopbackDns() throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("dns").start(this::serve);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
    }

    /** A client of this server. */
    public DnsClient client() {
        return new DnsClient(List.of(address()), java.time.Duration.ofSeconds(2), org.merpati.kernel.Clock.system());
    }

    /** Learns a record, such as {@code ("example.org", "TXT", "\"v=spf1 -all\"")}; it lasts for a minute. */
    public LoopbackDns with(String name, String type, String data) {
        try {
            Name owner = Name.fromString(name + ".");
            Record record = Record.fromString(owner, Type.value(type), DClass.IN, 60, data, Name.root);
            records.computeIfAbsent(key(owner, Type.value(type)), k -> new CopyOnWriteArrayList<>())
                    .add(record);
            return this;
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    /** Learns a text of any length, in strings of 200 octets. */
    public LoopbackDns text(String name, String text) {
        StringBuilder data = new StringBuilder();
        for (int at = 0; at < text.length(); at += 200) {
            data.append('"')
                    .append(text.substring(at, Math.min(text.length(), at + 200))
                            .replace("\"", "\\\""))
                    .append("\" ");
        }
        return with(name, "TXT", data.toString());
    }

    /** The questions so far. */
    public List<String> asked() {
        return asked;
    }

    /** Answers no more, or again. */
    public void silent(boolean now) {
        silent = now;
    }

    /** Answers that it cannot, or well again. */
    public void broken(boolean now) {
        broken = now;
    }

    private static String key(Name name, int type) {
        return name.toString().toLowerCase(java.util.Locale.ROOT) + " " + Type.string(type);
    }

    private void serve() {
        byte[] buffer = new byte[LONGEST];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                Message query = new Message(Arrays.copyOf(buffer, packet.getLength()));
                Record question = query.getQuestion();
                String key = key(question.getName(), question.getType());
                asked.add(key);
                if (!silent) {
                    byte[] answer = answer(query, question, key).toWire();
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException closed) {
                // A datagram that cannot be read is no question; after close the loop ends.
            }
        }
    }

    private Message answer(Message query, Record question, String key) {
        Message answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.RA);
        answer.addRecord(question, Section.QUESTION);
        if (broken) {
            answer.getHeader().setRcode(Rcode.SERVFAIL);
            return answer;
        }
        List<Record> known = records.getOrDefault(key, List.of());
        known.forEach(record -> answer.addRecord(record, Section.ANSWER));
        if (known.isEmpty() && records.keySet().stream().noneMatch(k -> k.startsWith(key.split(" ")[0] + " "))) {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        return answer;
    }

    @Override
    public void close() {
        socket.close();
    }
}
