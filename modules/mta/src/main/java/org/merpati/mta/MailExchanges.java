package org.merpati.mta;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.merpati.kernel.Domain;
import org.merpati.kernel.TryLater;
import org.merpati.smtp.Reply;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Finds the hosts that take mail for a domain. */
@FunctionalInterface
interface MailExchanges {
    /** The hosts in the order to try them in, or the reply that stands for their absence. */
    record Found(List<InetSocketAddress> hosts, Reply none) {
        public Found {
            hosts = List.copyOf(hosts);
        }
    }

    /** A reply for a domain whose hosts cannot be known now. */
    Reply UNKNOWN = new Reply(451, "4.4.3 the name servers do not answer");

    /**
     * Looks a domain up.
     *
     * @throws TryLater if the name servers do not answer
     */
    Found of(Domain domain);

    /** One host for everything. */
    static MailExchanges smartHost(InetSocketAddress host) {
        return domain -> new Found(List.of(host), UNKNOWN);
    }

    /** By MX records, or without any the domain's own address (RFC 5321 §5.1); a null MX takes no mail (RFC 7505). */
    static MailExchanges dns() {
        return domain -> {
            ExtendedResolver resolver = new ExtendedResolver();
            resolver.setTimeout(Duration.ofSeconds(5));
            return lookUp(domain, resolver);
        };
    }

    /** As {@link #dns()}, by a name server of one's own. */
    static MailExchanges dns(Resolver resolver) {
        return domain -> lookUp(domain, resolver);
    }

    private static Found lookUp(Domain domain, Resolver resolver) {
        Record[] records;
        Lookup lookup;
        try {
            lookup = new Lookup(Name.fromString(domain.value() + "."), Type.MX);
            lookup.setResolver(resolver);
            records = lookup.run();
        } catch (TextParseException notAName) {
            return new Found(List.of(), new Reply(550, "5.1.2 the domain " + domain + " cannot exist"));
        }
        return switch (lookup.getResult()) {
            case Lookup.SUCCESSFUL -> sorted(domain, records == null ? new Record[0] : records);
            case Lookup.TYPE_NOT_FOUND ->
                new Found(List.of(InetSocketAddress.createUnresolved(domain.value(), RemoteDelivery.PORT)), UNKNOWN);
            case Lookup.HOST_NOT_FOUND ->
                new Found(List.of(), new Reply(550, "5.1.2 the domain " + domain + " does not exist"));
            default -> throw new TryLater("the name servers do not answer for " + domain);
        };
    }

    private static Found sorted(Domain domain, Record[] records) {
        List<MXRecord> exchanges = new ArrayList<>(Arrays.stream(records)
                .filter(MXRecord.class::isInstance)
                .map(MXRecord.class::cast)
                .toList());
        if (exchanges.size() == 1 && exchanges.getFirst().getTarget().equals(Name.root)) {
            return new Found(List.of(), new Reply(556, "5.1.10 the domain " + domain + " takes no mail"));
        }
        java.util.Collections.shuffle(exchanges);
        exchanges.sort(Comparator.comparingInt(MXRecord::getPriority));
        List<InetSocketAddress> hosts = exchanges.stream()
                .map(mx -> InetSocketAddress.createUnresolved(mx.getTarget().toString(true), RemoteDelivery.PORT))
                .toList();
        return new Found(hosts, UNKNOWN);
    }
}
