package org.merpati.mta;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.merpati.kernel.Address;
import org.merpati.kernel.Refused;
import org.merpati.smtp.Envelope;
import org.merpati.smtp.NodeParameters;
import org.merpati.smtp.Reception;
import org.merpati.smtp.Reply;

/** A server that takes mail, answers as it is told, and keeps what it took: as LMTP, by delivery id. */
final class TestServer implements Reception {
    /** A message that was taken. */
    record Taken(Envelope envelope, String text, boolean secure) {}

    final List<Taken> taken = new CopyOnWriteArrayList<>();
    final Map<String, String> stored = new ConcurrentHashMap<>();
    private final boolean lmtp;
    private volatile Reply recipient = new Reply(250, "2.1.5 ok");
    private volatile Reply data = new Reply(250, "2.0.0 taken");
    private volatile boolean losing;
    private volatile Runnable beforeAnswer = () -> {};

    TestServer(boolean lmtp) {
        this.lmtp = lmtp;
    }

    void answer(Reply toData) {
        data = toData;
    }

    void before(Runnable answering) {
        beforeAnswer = answering;
    }

    @Override
    public Address login(Client client, String name, String password) {
        throw new Refused(Refused.Reason.CANNOT, "no login here");
    }

    @Override
    public void sender(Client client, Envelope begun) {}

    @Override
    public void recipient(Client client, Envelope envelope, Envelope.Recipient to) {
        if (!recipient.positive()) {
            throw new Refused(Refused.Reason.NONEXISTENT, recipient.text());
        }
    }

    /** From now on what is taken is kept and the answer lost, or no more. */
    void loseAnswers(boolean lose) {
        losing = lose;
    }

    void refuseRecipients() {
        recipient = new Reply(550, "nobody");
    }

    /** What a delivery is known by: its delivery id between our own nodes, else its address. */
    private static String key(Envelope envelope, Envelope.Recipient to) {
        return envelope.parameters().containsKey("XMERPATI")
                ? NodeParameters.mail(envelope) + "/"
                        + NodeParameters.target(to).place()
                : to.address().toString();
    }

    @Override
    public Incoming accept(Client client, Envelope envelope) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        return new Incoming() {
            @Override
            public OutputStream body() {
                return body;
            }

            @Override
            public List<Reply> finish() {
                beforeAnswer.run();
                String text = body.toString(StandardCharsets.ISO_8859_1);
                if (data.positive()) {
                    taken.add(new Taken(envelope, text, client.secure()));
                    envelope.recipients().forEach(r -> stored.put(key(envelope, r), text));
                }
                if (losing) {
                    throw new org.merpati.kernel.TryLater("the answer is lost");
                }
                List<Reply> replies = new ArrayList<>();
                envelope.recipients().forEach(r -> replies.add(data));
                return lmtp ? replies : List.of(data);
            }

            @Override
            public void close() {}
        };
    }
}
