package org.merpati.mailbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.FileIdentity;
import org.merpati.directory.Account;
import org.merpati.filter.Judgement;
import org.merpati.kernel.Address;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;
import org.merpati.mime.Part;
import org.merpati.mime.Summary;
import org.merpati.runtime.MailLog;
import org.merpati.smtp.Envelope;
import org.merpati.smtp.NodeParameters;
import org.merpati.smtp.Reception;
import org.merpati.smtp.Reply;
import org.merpati.store.Body;
import org.merpati.store.Delivery;
import org.merpati.store.MailStore;

/** Takes deliveries from our MTAs (LMTP with XMERPATI over mutual TLS) into the shards that this node leads. */
final class DeliveryReception implements Reception {
    private static final int IN_MEMORY = 512 * 1024;
    /** Where the MTA's fields are: above what came from outside. */
    private static final int BEGINNING = 64 * 1024;

    private final Shards shards;
    private final Path folder;

    /** Bodies that are long are put aside in the folder while they arrive. */
    DeliveryReception(Shards shards, Path folder) throws IOException {
        this.shards = shards;
        this.folder = folder;
        Files.createDirectories(folder);
    }

    @Override
    public Address login(Client client, String name, String password) {
        throw new Refused(Refused.Reason.CANNOT, "there is no login here");
    }

    @Override
    public void sender(Client client, Envelope begun) {
        if (client.certificate().filter(c -> FileIdentity.plays(c, Role.MTA)).isEmpty()) {
            throw new Refused(Refused.Reason.NO_PERMISSION, "only the cluster's MTAs deliver here");
        }
        NodeParameters.mail(begun);
    }

    @Override
    public void recipient(Client client, Envelope envelope, Envelope.Recipient recipient) {
        Account account = shards.account(NodeParameters.target(recipient).account());
        MailStore store = shards.of(account);
        store.ensure(account.id());
    }

    @Override
    public Incoming accept(Client client, Envelope envelope) {
        return new Arriving(envelope);
    }

    /** A message on its way into one or more shards. */
    private final class Arriving implements Incoming {
        private final Envelope envelope;
        private ByteArrayOutputStream memory = new ByteArrayOutputStream();
        private @Nullable Path file;
        private @Nullable OutputStream out;
        private int size;

        Arriving(Envelope envelope) {
            this.envelope = envelope;
        }

        @Override
        public OutputStream body() {
            return new OutputStream() {
                @Override
                public void write(int octet) throws IOException {
                    write(new byte[] {(byte) octet}, 0, 1);
                }

                @Override
                public void write(byte[] octets, int at, int length) throws IOException {
                    size += length;
                    if (out == null && size > IN_MEMORY) {
                        file = Files.createTempFile(folder, "lmtp", ".eml");
                        out = Files.newOutputStream(file);
                        memory.writeTo(out);
                        memory = new ByteArrayOutputStream(0);
                    }
                    (out == null ? memory : out).write(octets, at, length);
                }
            };
        }

        private Body taken() throws IOException {
            Path aside = file;
            if (out == null || aside == null) {
                return Body.of(memory.toByteArray());
            }
            out.close();
            int length = size;
            return new Body() {
                @Override
                public int size() {
                    return length;
                }

                @Override
                public InputStream open(int offset) throws IOException {
                    InputStream in = Files.newInputStream(aside);
                    in.skipNBytes(offset);
                    return in;
                }
            };
        }

        @Override
        public List<Reply> finish() throws IOException {
            MailId mail = NodeParameters.mail(envelope);
            Body body = taken();
            Map<MailStore, List<Integer>> byShard = new LinkedHashMap<>();
            for (int i = 0; i < envelope.recipients().size(); i++) {
                var target = NodeParameters.target(envelope.recipients().get(i));
                byShard.computeIfAbsent(shards.of(shards.account(target.account())), s -> new ArrayList<>())
                        .add(i);
            }
            Map<Integer, Reply> replies = new HashMap<>();
            String explanation = explanation(body);
            byShard.forEach((store, places) -> deliver(store, mail, body, explanation, places, replies));
            List<Reply> inOrder = new ArrayList<>();
            for (int i = 0; i < envelope.recipients().size(); i++) {
                inOrder.add(replies.getOrDefault(i, new Reply(451, "4.3.0 try again")));
            }
            return inOrder;
        }

        private void deliver(
                MailStore store,
                MailId mail,
                Body body,
                String explanation,
                List<Integer> places,
                Map<Integer, Reply> replies) {
            try {
                List<Delivery.Outcome> outcomes = store.deliver(new Delivery(
                        mail,
                        body,
                        places.stream().map(i -> recipient(store, mail, i)).toList(),
                        explanation));
                for (int i = 0; i < places.size(); i++) {
                    Envelope.Recipient to = envelope.recipients().get(places.get(i));
                    replies.put(places.get(i), reply(mail, to, outcomes.get(i)));
                }
            } catch (Failure failure) {
                places.forEach(place -> replies.put(place, Reply.of(failure)));
            }
        }

        /** What the MTA wrote above the message, where it was judged. */
        private String explanation(Body body) throws IOException {
            boolean judged = envelope.recipients().stream()
                    .anyMatch(to -> !NodeParameters.target(to).verdict().isEmpty());
            if (!judged) {
                return "";
            }
            byte[] beginning;
            try (InputStream in = body.open(0)) {
                beginning = in.readNBytes(BEGINNING);
            }
            Part part = Summary.of(beginning).structure();
            return VerdictLines.raw(beginning, part.headerStart(), part.bodyStart(), VerdictLines.VERDICT);
        }

        private Delivery.Recipient recipient(MailStore store, MailId mail, int place) {
            Envelope.Recipient to = envelope.recipients().get(place);
            var target = NodeParameters.target(to);
            String returnPath = envelope.sender().map(Address::toString).orElse("");
            String prefix = "Return-Path: <" + returnPath + ">\r\nDelivered-To: " + to.address() + "\r\n";
            if (target.verdict().isEmpty()) {
                return new Delivery.Recipient(target.delivery(mail), target.account(), prefix, "INBOX", Flags.NONE);
            }
            Judgement judgement = Judgement.parse(target.verdict());
            String marked = prefix + judgement.fields(NodeParameters.tests(envelope));
            String mailbox = Filing.mailbox(store, target.account(), judgement.action());
            return new Delivery.Recipient(target.delivery(mail), target.account(), marked, mailbox, Flags.NONE);
        }

        private static Reply reply(MailId mail, Envelope.Recipient to, Delivery.Outcome outcome) {
            return switch (outcome) {
                case Delivery.Outcome.Delivered delivered -> {
                    MailLog.event(
                            mail, "stored", "to", to.address(), "uid", delivered.uid(), "again", delivered.repeated());
                    yield new Reply(250, "2.1.5 <" + to.address() + "> stored");
                }
                case Delivery.Outcome.Rejected rejected -> new Reply(550, "5.2.0 " + rejected.why());
                case Delivery.Outcome.Deferred deferred -> new Reply(452, "4.2.2 " + deferred.why());
            };
        }

        @Override
        public void close() {
            try {
                if (out != null) {
                    out.close();
                }
                if (file != null) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException left) {
                // The folder is emptied at the next start.
            }
        }
    }
}
