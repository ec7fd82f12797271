package org.merpati.runtime;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.merpati.kernel.Malformed;

/** A node's configuration file. What is the same for all nodes and may change while they run lives in the directory. */
public record NodeConfig(
        @Key("this node's name, one of those of the cluster")
        String node,

        @Key("the folder that holds everything this node keeps")
        Path data,

        @Key(value = "the host name that mail servers greet with; the node's name and the first domain if absent")
        Optional<String> hostname,

        Cluster cluster,
        Listeners listeners,
        Timing timing,
        Limits limits,
        Security security,
        Mta mta) {

    /** The cluster that the node belongs to; the same on every node. */
    public record Cluster(
            @Key("the cluster's name, for people") String name,

            @Key("the cluster's id, made once by 'merpati init'")
            String id,

            @Key("the first mail domain, made at the first start")
            String domain,

            List<Member> nodes) {
        public Cluster {
            nodes = List.copyOf(nodes);
            if (nodes.isEmpty()) {
                throw new Malformed("a cluster has at least one node: [[cluster.nodes]]");
            }
        }
    }

    /** A node of the cluster. */
    public record Member(
            @Key("its name") String name,

            @Key("the host or address that the other nodes reach it by")
            String host,

            List<String> roles,

            @Key(value = "port of the node channel", byDefault = "7072")
            int channelPort,

            @Key(value = "port of Hazelcast", byDefault = "5701")
            int hazelcastPort,

            @Key(value = "port of Ratis", byDefault = "5801")
            int raftPort,

            @Key(value = "port of delivery to this node, if it is a mailbox node", byDefault = "7025")
            int lmtpPort,

            @Key(value = "port of the proxies' IMAP sessions, if it is a mailbox node", byDefault = "7143")
            int imapPort,

            @Key(value = "port of the proxies' submission sessions, if it is an MTA", byDefault = "7587")
            int submissionPort) {
        public Member {
            roles = List.copyOf(roles);
        }
    }

    /** Addresses that this node listens on; what is absent is not opened. */
    public record Listeners(
            @Key("SMTP from other servers, with STARTTLS") Optional<InetSocketAddress> smtp,
            @Key("submission with STARTTLS (RFC 6409)") Optional<InetSocketAddress> submission,
            @Key("submission over TLS (RFC 8314)") Optional<InetSocketAddress> smtps,
            @Key("IMAP with STARTTLS") Optional<InetSocketAddress> imap,
            @Key("IMAP over TLS") Optional<InetSocketAddress> imaps,
            @Key("POP3 with STLS") Optional<InetSocketAddress> pop3,
            @Key("POP3 over TLS") Optional<InetSocketAddress> pop3s,
            @Key("LDAP with StartTLS") Optional<InetSocketAddress> ldap,
            @Key("LDAP over TLS") Optional<InetSocketAddress> ldaps,
            @Key("console pages and admin API, HTTPS") Optional<InetSocketAddress> console,

            @Key("admin API, HTTPS, on a node without the console role")
            Optional<InetSocketAddress> admin,

            @Key("/health and /metrics, HTTP; bind it to a private address")
            Optional<InetSocketAddress> metrics) {}

    /** Times that decide how fast a fault is noticed. */
    public record Timing(
            @Key(value = "shortest wait for a leader before an election", byDefault = "\"1s\"")
            Duration electionMin,

            @Key(value = "longest wait for a leader before an election", byDefault = "\"1300ms\"")
            Duration electionMax,

            @Key(value = "how long a change may wait for its majority", byDefault = "\"10s\"")
            Duration commit,

            @Key(value = "how long a node that is back must lack nothing before it leads again", byDefault = "\"10s\"")
            Duration settle,

            @Key(value = "first wait before a deferred message is tried again", byDefault = "\"5s\"")
            Duration retryFirst,

            @Key(value = "longest wait between two tries", byDefault = "\"30m\"")
            Duration retryLast,

            @Key(value = "how long a message is tried before it bounces", byDefault = "\"5d\"")
            Duration giveUp) {}

    /** Limits. */
    public record Limits(
            @Key(value = "longest message accepted, octets", byDefault = "52428800")
            int message,

            @Key(value = "most recipients of one message", byDefault = "1000")
            int recipients,

            @Key(value = "most connections of one listener", byDefault = "20000")
            int connections,

            @Key(value = "octets of log that start a checkpoint", byDefault = "67108864")
            long checkpoint,

            @Key(value = "how long a removed message can be had back with 'merpati undelete'", byDefault = "\"14d\"")
            Duration undelete,

            @Key(value = "I/O threads", byDefault = "2") int ioThreads) {}

    /** What may be done in clear, and where secrets are. */
    public record Security(
            @Key(value = "allow logins without TLS from loopback; for trying out only", byDefault = "false")
            boolean clearLoginOnLoopback,

            @Key(
                    value = "file with the one-time token that this node joins with,"
                            + " and with the passphrase of the CA's key; mode 0600",
                    byDefault = "\"secret\"")
            Path secretFile,

            @Key("certificate chain of the public listeners, PEM; the cluster's CA makes one if absent")
            Optional<Path> certificate,

            @Key("its key, PEM, mode 0600") Optional<Path> certificateKey,

            @Key(value = "length of the PBKDF2 computation of a new password", byDefault = "210000")
            int passwordIterations) {}

    /** Delivery to other hosts. */
    public record Mta(
            @Key("host:port that takes all mail for other domains; MX records decide if absent")
            Optional<InetSocketAddress> smartHost,

            @Key(value = "deliveries at the same time", byDefault = "64")
            int deliveries) {}
}
