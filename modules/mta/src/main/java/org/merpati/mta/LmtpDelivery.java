package org.merpati.mta;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.kernel.Address;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.merpati.smtp.Envelope;
import org.merpati.smtp.NodeParameters;
import org.merpati.smtp.Reply;
import org.merpati.smtp.SmtpClient;
import org.merpati.smtp.SmtpRefusal;
import org.merpati.wire.Network;
import org.merpati.wire.Tls;

final class LmtpDelivery {
    private static final int HOPS = 3;

    private final Topology topology;
    private final Routes routes;
    private final NodeIdentity identity;
    private final Network network;
    private final String hostname;

    LmtpDelivery(Topology topology, Routes routes, NodeIdentity identity, Network network, String hostname) {
        this.topology = topology;
        this.routes = routes;
        this.identity = identity;
        this.network = network;
        this.hostname = hostname;
    }

    List<Reply> deliver(
            GroupName shard, MailId mail, Optional<Address> sender, List<Spooled.Recipient> to, Content content, Duration limit) {
        List<Envelope.Recipient> recipients = to.stream()
                .map(r -> new Envelope.Recipient(
                        r.address(), NodeParameters.recipient(r.place(), r.account().orElseThrow())))
                .toList();
        Envelope envelope = new Envelope(sender, NodeParameters.mail(mail), recipients);
        String last = "no route to " + shard;
        Optional<Route> wrong = Optional.empty();
        for (int hop = 0; hop < HOPS; hop++) {
            try {
                Route route = wrong.isEmpty() ? routes.find(shard) : routes.findInsteadOf(wrong.get());
                wrong = Optional.of(route);
                List<Reply> replies = send(route, envelope, content, limit);
                Optional<Route> moved =
                        replies.stream().flatMap(r -> NodeParameters.moved(r).stream()).findFirst();
                if (moved.isEmpty()) {
                    return replies;
                }
                last = shard + " moved to " + moved.get().node();
                routes.table().offer(moved.get());
                wrong = Optional.empty();
            } catch (SmtpRefusal refusal) {
                last = refusal.reply().toString();
            } catch (IOException away) {
                last = String.valueOf(away.getMessage());
                wrong.ifPresent(routes.table()::forget);
            } catch (TryLater later) {
                last = later.sentence();
            }
        }
        List<Reply> all = new ArrayList<>();
        for (int i = 0; i < to.size(); i++) {
            all.add(new Reply(451, "4.4.1 " + last));
        }
        return all;
    }

    private List<Reply> send(Route route, Envelope envelope, Content content, Duration limit) throws IOException {
        NodeInfo node = topology.node(route.node());
        try (SmtpClient client = SmtpClient.greet(
                network.connect(
                        new InetSocketAddress(node.host(), node.lmtpPort()),
                        limit,
                        Optional.of(Tls.mutual(identity.mutualTls()))),
                hostname,
                true,
                Optional.empty(),
                limit)) {
            return client.send(envelope, content::writeTo, () -> {});
        }
    }

}
