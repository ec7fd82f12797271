package org.merpati.filter.pyzor;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.merpati.filter.Check;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;

/**
 * Asks a Pyzor server how often a message was reported (protocol 2.1, over UDP, as nobody in particular). Nothing but
 * the digest leaves; what is not answered in time counts for nothing.
 */
public final class PyzorCheck implements Check {
    /** How often a message must have been reported. */
    private static final int REPORTED = 5;

    private static final double SCORE = 2;
    /** How often it is asked at most: datagrams get lost. */
    private static final int QUESTIONS = 2;

    private static final int ANSWER_LIMIT = 8_192;
    /** Numbers below this one are the servers' own. */
    private static final int FIRST_THREAD = 1_024;

    private static final int LAST_THREAD = 65_536;

    private final InetSocketAddress server;
    private final Duration limit;

    /**
     * @param server host and port; the port is commonly 24441
     * @param limit how long an answer is waited for, a second question included
     */
    public PyzorCheck(InetSocketAddress server, Duration limit) {
        this.server = server;
        this.limit = limit;
    }

    @Override
    public List<Finding> check(Suspect suspect) {
        if (suspect.whole().size() > suspect.beginning().length) {
            return List.of();
        }
        return PyzorDigest.of(suspect.beginning(), suspect.structure())
                .map(this::reported)
                .orElse(List.of());
    }

    private List<Finding> reported(String digest) {
        try {
            Map<String, String> answer = ask(digest);
            if (!answer.getOrDefault("code", "").equals("200")) {
                return unanswered(
                        "says " + answer.getOrDefault("code", "nothing") + " " + answer.getOrDefault("diag", ""));
            }
            int count = number(answer, "count");
            boolean wanted = number(answer, "wl-count") > 0;
            return count < REPORTED || wanted
                    ? List.of()
                    : List.of(new Finding("PYZOR", SCORE, "reported " + count + " times to " + server.getHostString()));
        } catch (IOException away) {
            return unanswered("does not answer: " + away.getMessage());
        }
    }

    private List<Finding> unanswered(String how) {
        return List.of(new Finding("PYZOR_UNANSWERED", 0, "the Pyzor server " + server.getHostString() + " " + how));
    }

    private static int number(Map<String, String> answer, String field) throws IOException {
        String digits = answer.getOrDefault(field, "");
        if (!digits.matches("\\d{1,9}")) {
            throw new IOException("no number in its field " + field);
        }
        return Integer.parseInt(digits);
    }

    private Map<String, String> ask(String digest) throws IOException {
        // Looked up for each question: the setting may outlive the address.
        InetSocketAddress address = new InetSocketAddress(server.getHostString(), server.getPort());
        if (address.isUnresolved()) {
            throw new IOException("its name has no address");
        }
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(address);
            for (int question = 0; question < QUESTIONS; question++) {
                Optional<Map<String, String>> answer = ask(socket, digest);
                if (answer.isPresent()) {
                    return answer.get();
                }
            }
            throw new SocketTimeoutException("not within " + limit.toMillis() + " ms");
        }
    }

    private Optional<Map<String, String>> ask(DatagramSocket socket, String digest) throws IOException {
        int thread = ThreadLocalRandom.current().nextInt(FIRST_THREAD, LAST_THREAD);
        byte[] question = ("Op: check\nOp-Digest: " + digest + "\nThread: " + thread + "\nPV: 2.1\n\n")
                .getBytes(StandardCharsets.US_ASCII);
        socket.send(new DatagramPacket(question, question.length));
        return answer(socket, thread);
    }

    /** The answer to a question, if it comes within its part of the limit; answers to others are passed over. */
    private Optional<Map<String, String>> answer(DatagramSocket socket, int thread) throws IOException {
        long end = System.nanoTime() + limit.toNanos() / QUESTIONS;
        DatagramPacket packet = new DatagramPacket(new byte[ANSWER_LIMIT], ANSWER_LIMIT);
        for (long left = limit.toMillis() / QUESTIONS; left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            socket.setSoTimeout((int) left);
            try {
                socket.receive(packet);
            } catch (SocketTimeoutException late) {
                return Optional.empty();
            }
            Map<String, String> fields = fields(packet);
            if (fields.getOrDefault("thread", "").equals(Integer.toString(thread))) {
                return Optional.of(fields);
            }
        }
        return Optional.empty();
    }

    private static Map<String, String> fields(DatagramPacket packet) {
        Map<String, String> fields = new HashMap<>();
        new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1)
                .lines()
                .forEach(line -> {
                    int colon = line.indexOf(':');
                    if (colon > 0) {
                        fields.putIfAbsent(
                                line.substring(0, colon).toLowerCase(Locale.ROOT),
                                line.substring(colon + 1).strip());
                    }
                });
        return fields;
    }
}
