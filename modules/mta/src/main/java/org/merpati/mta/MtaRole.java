package org.merpati.mta;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLContext;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.directory.Directory;
import org.merpati.directory.Logins;
import org.merpati.directory.SpamRequests;
import org.merpati.journal.Journal;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailId;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.merpati.mta.learned.Knowledge;
import org.merpati.mta.learned.LearnedCounts;
import org.merpati.runtime.Health;
import org.merpati.runtime.NodeConfig;
import org.merpati.smtp.SmtpConfig;
import org.merpati.smtp.SmtpService;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;
import org.merpati.wire.Listener;
import org.merpati.wire.Network;
import org.merpati.wire.Tls;

/**
 * The MTA role: SMTP from other servers (RFC 5321, port 25), submission (RFC 6409 and RFC 8314, ports 587 and 465),
 * a spool that every MTA node has a copy of, delivery to mailbox nodes by LMTP and to other hosts by SMTP, bounces (RFC
 * 3464). Keys: {@code listeners.smtp}, {@code listeners.submission}, {@code listeners.smtps}, {@code mta.*},
 * {@code timing.retry-*}, {@code timing.give-up}, {@code limits.*}.
 *
 * <p>For each spool with data here: {@link #state}, then the group is opened with it, then {@link #attach}. Then
 * {@link #listen}.
 */
public final class MtaRole implements AutoCloseable {
    private static final Duration IDLE = Duration.ofMinutes(5);
    /** For how long mails are moved from one spool to another before it is told how many are left. */
    private static final Duration MOVING = Duration.ofSeconds(2);

    private static final long SOON_MILLIS = 1_000;
    private static final int COUNTED = 10_000;
    private static final Duration GRACE = Duration.ofSeconds(3);

    /**
     * What it stands on.
     *
     * @param publicTls what clients are shown
     * @param hostname the name to greet with
     */
    public record Parts(
            NodeConfig config,
            Topology topology,
            NodeName self,
            NodeIdentity identity,
            SSLContext publicTls,
            String hostname,
            Network network,
            Routes routes,
            Directory directory,
            Logins logins,
            Knowledge knowledge,
            Health health,
            Ids ids,
            Clock clock) {}

    private final Parts parts;
    private final Spools spools;
    private final NodeConnections connections;
    private final Delivering delivering;
    private final Counters counters = new Counters();
    private final List<QueueRunner> runners = new CopyOnWriteArrayList<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Screening screening;

    /** A role without spools and listeners yet. */
    public MtaRole(Parts parts) {
        this(parts, exchanges(parts.config()));
    }

    MtaRole(Parts parts, MailExchanges exchanges) {
        this.parts = parts;
        this.spools = new Spools(group -> parts.topology()
                .group(group)
                .filter(spec -> spec.preferred().equals(parts.self()))
                .isPresent());
        this.screening = new Screening(parts.directory()::people, learned(), parts.knowledge(), parts.clock());
        this.connections = new NodeConnections(parts.topology(), parts.identity(), parts.network(), parts.hostname());
        NodeConfig.Timing timing = parts.config().timing();
        this.delivering = new Delivering(
                parts.directory(),
                new LocalDelivery(parts.routes(), connections, parts.clock()),
                new RemoteDelivery(parts.network(), exchanges, parts.hostname()),
                parts.config().mta().smartHost().isPresent(),
                Retry.of(timing.retryFirst(), timing.retryLast(), timing.giveUp()),
                new Semaphore(parts.config().mta().deliveries()),
                parts.ids(),
                parts.clock(),
                parts.hostname(),
                counters);
        delivering.local().onReturn(shard -> runners.forEach(runner -> runner.shardIsBack(shard)));
        spools.onArrival((spool, mail) -> runner(spool).ifPresent(r -> r.arrived(mail)));
    }

    private static MailExchanges exchanges(NodeConfig config) {
        return config.mta().smartHost().map(MailExchanges::smartHost).orElseGet(MailExchanges::dns);
    }

    private Optional<QueueRunner> runner(Spool spool) {
        return runners.stream()
                .filter(r -> r.spool().group().equals(spool.group()))
                .findFirst();
    }

    /**
     * The state to open a spool's group with.
     *
     * @throws IOException if the folder cannot be read
     */
    public SpoolState state(GroupName group, Path folder) throws IOException {
        VaultIdentity identity = new VaultIdentity(parts.topology().cluster(), group);
        return SpoolState.open(folder, identity, VaultLimits.DEFAULT);
    }

    /** Takes a spool's open group; while this node leads it, its mail is delivered from here, until that is closed. */
    public AutoCloseable attach(Journal journal, SpoolState state) {
        Spool spool = new JournaledSpool(journal, state);
        QueueRunner runner = new QueueRunner(spool, delivering);
        runners.add(runner);
        spools.add(spool);
        String name = "queue " + spool.group();
        parts.health().add(name, () -> new Health.State(true, says(runner)));
        return () -> {
            parts.health().remove(name);
            spools.remove(spool);
            runners.remove(runner);
            runner.close();
        };
    }

    /**
     * Has a spool that is led here take no new mail any more, and what is not to be delivered at once go to another
     * spool that is led here.
     *
     * @return how many mails are left in it, at most as many as are counted at once
     * @throws TryLater if it is not led here
     */
    public int shut(GroupName group) {
        Spool spool = spools.all().stream()
                .filter(here -> here.group().equals(group) && here.leads())
                .findFirst()
                .orElseThrow(() -> new TryLater("this node does not lead " + group));
        if (!spool.isShut()) {
            spool.shut();
        }
        spool.barrier();
        Optional<Spool> other = spools.accepting();
        if (other.isPresent()) {
            long end = parts.clock().nanos() + MOVING.toNanos();
            for (MailEntry mail : spool.open(COUNTED)) {
                if (parts.clock().nanos() > end) {
                    break;
                }
                move(mail.id(), spool, other.get());
            }
        }
        return spool.open(COUNTED).size();
    }

    /** A death between the two changes leaves the mail in both: it is delivered twice at worst. */
    private void move(MailId mail, Spool from, Spool to) {
        QueueRunner queue = runner(from).orElseThrow(() -> new TryLater("this node does not lead " + from.group()));
        if (!queue.withdraw(mail, SOON_MILLIS)) {
            return;
        }
        Optional<MailEntry> now = from.find(mail);
        if (now.isEmpty()) {
            return;
        }
        try {
            to.accept(now.get(), from.body(mail));
            from.moved(mail);
        } catch (TryLater later) {
            queue.arrived(now.get());
            throw later;
        }
        spools.arrived(to, now.get());
    }

    private static String says(QueueRunner runner) {
        return runner.spool().leads() ? runner.size() + " mails to deliver" : "led elsewhere";
    }

    /** A shard or spool is led by another node than before: what waits for it is tried at once. */
    public void routeChanged(Route route) {
        if (route.group().isShard()) {
            delivering.local().wake(route.group());
            runners.forEach(runner -> runner.shardIsBack(route.group()));
        }
    }

    private LearnedCounts learned() {
        SpamRequests owners = new SpamRequests(parts.routes());
        return new LearnedCounts(
                parts.knowledge()::words,
                owners::learned,
                person -> parts.directory().people().account(person),
                parts.clock());
    }

    /**
     * Opens the listeners.
     *
     * @throws IOException if a port is in use
     */
    public void listen() throws IOException {
        Path arriving = parts.config().data().resolve("arriving-smtp");
        ArrivingBody.clear(arriving);
        MtaReception.Parts reception = new MtaReception.Parts(
                parts.directory(),
                parts.logins(),
                spools,
                delivering.local(),
                parts.ids(),
                parts.clock(),
                parts.hostname(),
                arriving,
                counters,
                screening);
        NodeConfig.Listeners wanted = parts.config().listeners();
        open("smtp", wanted.smtp(), SmtpConfig.Kind.RELAY, false, reception);
        open("submission", wanted.submission(), SmtpConfig.Kind.SUBMISSION, false, reception);
        open("smtps", wanted.smtps(), SmtpConfig.Kind.SUBMISSION, true, reception);
        NodeInfo self = parts.topology().node(parts.self());
        if (self.submissionPort() > 0) {
            Tls mutual = Tls.mutual(parts.identity().mutualTls());
            InetSocketAddress proxied = new InetSocketAddress(self.host(), self.submissionPort());
            listen("proxied", proxied, Optional.of(mutual), SmtpConfig.Kind.PROXIED, Optional.empty(), reception);
        }
    }

    private void open(
            String name,
            Optional<InetSocketAddress> address,
            SmtpConfig.Kind kind,
            boolean implicit,
            MtaReception.Parts reception)
            throws IOException {
        if (address.isEmpty()) {
            return;
        }
        listen(
                name,
                address.get(),
                implicit ? Optional.of(Tls.implicit(parts.publicTls())) : Optional.empty(),
                kind,
                implicit ? Optional.empty() : Optional.of(parts.publicTls()),
                reception);
    }

    private void listen(
            String name,
            InetSocketAddress address,
            Optional<Tls> tls,
            SmtpConfig.Kind kind,
            Optional<SSLContext> startTls,
            MtaReception.Parts reception)
            throws IOException {
        NodeConfig config = parts.config();
        SmtpConfig smtp = new SmtpConfig(
                kind,
                parts.hostname(),
                startTls,
                config.security().clearLoginOnLoopback(),
                config.limits().message(),
                config.limits().recipients(),
                IDLE);
        SmtpService service = new SmtpService(smtp, new MtaReception(kind, reception));
        listeners.add(parts.network().listen(name, address, tls, config.limits().connections(), service));
    }

    /** The addresses of the open listeners, in the order smtp, submission, smtps. */
    List<InetSocketAddress> addresses() {
        return listeners.stream().map(Listener::address).toList();
    }

    /** The spools with data here. */
    public Spools spools() {
        return spools;
    }

    /** How often what has happened. */
    public Map<String, Long> counters() {
        return counters.all();
    }

    /** What is known here of a mail, a line an event, first the time; empty if it never was in a spool of this node. */
    public List<String> trace(MailId mail) {
        return spools.trace(mail).stream()
                .flatMap(entry -> entry.events().stream().map(event -> line(entry, event)))
                .toList();
    }

    private static String line(MailEntry entry, TraceEvent event) {
        String to = event.place() < 0
                ? ""
                : " <" + entry.recipients().get(event.place()).address() + ">";
        String text = event.text().isEmpty() ? "" : " " + event.text();
        return java.time.Instant.ofEpochMilli(event.millis()) + " " + event.event() + to + text;
    }

    /** Takes no new mail, lets sessions end for a moment, begins no more deliveries. */
    @Override
    public void close() {
        listeners.forEach(Listener::drain);
        listeners.forEach(listener -> listener.close(GRACE));
        runners.forEach(QueueRunner::close);
        runners.forEach(
                runner -> parts.health().remove("queue " + runner.spool().group()));
        connections.close();
        screening.close();
    }
}
