package org.merpati.mta;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.merpati.cluster.FileIdentity;
import org.merpati.cluster.Ticket;
import org.merpati.directory.Account;
import org.merpati.directory.Directory;
import org.merpati.directory.Logins;
import org.merpati.directory.People;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.runtime.MailLog;
import org.merpati.smtp.Envelope;
import org.merpati.smtp.Reception;
import org.merpati.smtp.Reply;

final class MtaReception implements Reception {
    private static final Duration DIRECT = Duration.ofSeconds(2);

    private final String hostname;
    private final boolean submission;
    private final Directory directory;
    private final Logins logins;
    private final List<Spool> spools;
    private final LmtpDelivery lmtp;
    private final Ids ids;
    private final Clock clock;

    MtaReception(
            String hostname,
            boolean submission,
            Directory directory,
            Logins logins,
            List<Spool> spools,
            LmtpDelivery lmtp,
            Ids ids,
            Clock clock) {
        this.hostname = hostname;
        this.submission = submission;
        this.directory = directory;
        this.logins = logins;
        this.spools = spools;
        this.lmtp = lmtp;
        this.ids = ids;
        this.clock = clock;
    }

    @Override
    public Address login(Client client, String name, String password) {
        return logins.checkUsable(name, password).address();
    }

    @Override
    public Address introduced(Client client, String nonce, String account, String ticket, String from) {
        boolean proxy = client.certificate()
                .filter(c -> c.getSubjectX500Principal().getName().contains("OU=proxy"))
                .filter(c -> Ticket.verify(c, ticket, nonce, account, from))
                .flatMap(FileIdentity::nodeOf)
                .isPresent();
        if (!proxy) {
            throw new Refused(Refused.Reason.NO_PERMISSION, "the introduction is not a proxy's");
        }
        return directory.people().account(AccountId.parse(account)).filter(Account::active)
                .map(Account::address)
                .orElseThrow(() -> new Refused(Refused.Reason.NONEXISTENT, "there is no account " + account));
    }

    @Override
    public void sender(Client client, Envelope begun) {
        if (submission && client.login().isPresent() && begun.sender().isPresent()) {
            Address from = begun.sender().get();
            if (!from.key().equals(client.login().get().key())) {
                throw new Refused(
                        Refused.Reason.NO_PERMISSION, client.login().get() + " may not send as " + from);
            }
        }
    }

    @Override
    public void recipient(Client client, Envelope envelope, Envelope.Recipient recipient) {
        switch (directory.people().resolve(recipient.address())) {
            case People.Resolved.Unknown _ ->
                throw new Refused(Refused.Reason.NONEXISTENT, "nobody has the address <" + recipient.address() + ">");
            case People.Resolved.Outside _ -> {
                if (!submission) {
                    throw new Refused(Refused.Reason.NO_PERMISSION, "relaying denied");
                }
            }
            case People.Resolved.Local _, People.Resolved.Several _ -> {
                // Taken.
            }
        }
    }

    @Override
    public Incoming accept(Client client, Envelope envelope) {
        return new Arriving(client, envelope);
    }

    private final class Arriving implements Incoming {
        private final Envelope envelope;
        private final MailId mail = new MailId(ids.next());
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();

        Arriving(Client client, Envelope envelope) {
            this.envelope = envelope;
            String received = "Received: from " + client.helo() + " (["
                    + client.address().getAddress().getHostAddress() + "])\r\n\tby " + hostname + " with "
                    + client.protocol() + " id " + mail + ";\r\n\t"
                    + DateTimeFormatter.RFC_1123_DATE_TIME.format(
                            Instant.ofEpochMilli(clock.millis()).atOffset(ZoneOffset.UTC))
                    + "\r\n";
            body.writeBytes(received.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public OutputStream body() {
            return body;
        }

        @Override
        public List<Reply> finish() throws IOException {
            List<Spooled.Recipient> targets = new ArrayList<>();
            for (Envelope.Recipient r : envelope.recipients()) {
                expand(r.address(), targets, 0);
            }
            Content content = new Content() {
                @Override
                public int size() {
                    return body.size();
                }

                @Override
                public void writeTo(OutputStream out) throws IOException {
                    body.writeTo(out);
                }
            };
            MailLog.event(mail, "accepted", "from", envelope.sender().map(Address::toString).orElse("<>"), "size", body.size());
            Set<Optional<GroupName>> shards = targets.stream()
                    .map(t -> t.account().flatMap(directory.people()::account).map(Account::shard))
                    .collect(Collectors.toSet());
            if (shards.size() == 1 && shards.iterator().next().isPresent()) {
                GroupName shard = shards.iterator().next().get();
                List<Reply> replies = lmtp.deliver(shard, mail, envelope.sender(), targets, content, DIRECT);
                if (replies.stream().allMatch(Reply::positive)) {
                    MailLog.event(mail, "direct", "shard", shard);
                    return List.of(new Reply(250, "2.0.0 " + mail + " delivered"));
                }
            }
            Spool spool = spools.stream()
                    .filter(Spool::leading)
                    .findFirst()
                    .orElseThrow(() -> new TryLater("no spool is led here now"));
            spool.accept(new Spooled(mail, envelope.sender(), clock.millis(), body.size(), List.of(), targets), content);
            MailLog.event(mail, "spooled", "spool", spool.journal().group());
            return List.of(new Reply(250, "2.0.0 " + mail + " queued"));
        }

        private void expand(Address address, List<Spooled.Recipient> targets, int depth) {
            switch (directory.people().resolve(address)) {
                case People.Resolved.Local local ->
                    add(targets, local.account().address(), Optional.of(local.account().id()));
                case People.Resolved.Several several -> {
                    if (depth < 10) {
                        several.targets().forEach(t -> expand(t, targets, depth + 1));
                    }
                }
                case People.Resolved.Outside _, People.Resolved.Unknown _ -> add(targets, address, Optional.empty());
            }
        }

        private static void add(List<Spooled.Recipient> targets, Address address, Optional<AccountId> account) {
            if (targets.stream().noneMatch(t -> t.address().key().equals(address.key()))) {
                targets.add(Spooled.Recipient.fresh(targets.size(), address, account));
            }
        }

        @Override
        public void close() {
            // The body is in memory alone.
        }
    }
}
