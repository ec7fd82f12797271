package org.merpati.mta;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** A name server on loopback, which never answers about {@code silent.example.}; names end with a dot. */
final class TestNames implements AutoCloseable {
    private final DatagramSocket server;
    private final int type;
    private final Map<String, List<String>> records;

    /** Serves records of one type by name; a name that is not there does not exist. */
    TestNames(int type, Map<String, List<String>> records) throws IOException {
        this.type = type;
        this.records = records;
        server = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(server.getLocalAddress(), server.getLocalPort());
    }

    private void serve() {
        byte[] octets = new byte[1500];
        DatagramPacket packet = new DatagramPacket(octets, octets.length);
        while (!server.isClosed()) {
            try {
                packet.setLength(octets.length);
                server.receive(packet);
                byte[] answer = answer(Arrays.copyOf(octets, packet.getLength()));
                if (answer.length > 0) {
                    server.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException closed) {
                return;
            }
        }
    }

    private byte[] answer(byte[] octets) throws IOException {
        Message question = new Message(octets);
        Name name = question.getQuestion().getName();
        if (name.toString().equals("silent.example.")) {
            return new byte[0];
        }
        Message answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.addRecord(question.getQuestion(), Section.QUESTION);
        List<String> found = records.get(name.toString());
        if (found == null) {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        } else if (question.getQuestion().getType() == type) {
            for (String record : found) {
                answer.addRecord(Record.fromString(name, type, DClass.IN, 60, record, Name.root), Section.ANSWER);
            }
        }
        return answer.toWire();
    }

    @Override
    public void close() {
        server.close();
    }
}
