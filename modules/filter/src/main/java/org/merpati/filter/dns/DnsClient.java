package org.merpati.filter.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.merpati.kernel.Clock;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Asks name servers (dnsjava), and remembers what they said as long as they allow, at most an hour. */
public final class DnsClient implements Dns {
    private static final int REMEMBERED = 20_000;
    private static final int VALUES = 50;
    private static final int TEXT_LIMIT = 4096;
    private static final long LEAST_SECONDS = 5;
    private static final long MOST_SECONDS = 3600;
    private static final long NOTHING_SECONDS = 300;

    /** An answer that is remembered until a time, in nanoseconds. */
    private record Known(Answer answer, long until) {}

    private final Resolver resolver;
    private final Duration limit;
    private final Clock clock;
    private final Map<Question, Known> known = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, Known> eldest) {
            return size() > REMEMBERED;
        }
    };

    /**
     * A client.
     *
     * @param servers whom to ask, in this order; those of the operating system if there are none
     * @param limit how long one question may take
     */
    public DnsClient(List<InetSocketAddress> servers, Duration limit, Clock clock) {
        List<Resolver> each =
                servers.stream().<Resolver>map(SimpleResolver::new).toList();
        ExtendedResolver all = each.isEmpty() ? new ExtendedResolver() : new ExtendedResolver(each);
        all.setTimeout(limit.dividedBy(2));
        all.setRetries(1);
        this.resolver = all;
        this.limit = limit;
        this.clock = clock;
    }

    @Override
    public CompletableFuture<Answer> ask(Question question) {
        synchronized (known) {
            Known last = known.get(question);
            if (last != null && last.until() - clock.nanos() > 0) {
                return CompletableFuture.completedFuture(last.answer());
            }
        }
        Message query;
        try {
            Name name = Name.fromString(question.name(), Name.root);
            query = Message.newQuery(Record.newRecord(name, type(question.kind()), DClass.IN));
        } catch (TextParseException notAName) {
            return CompletableFuture.completedFuture(Answer.NOTHING);
        }
        return resolver.sendAsync(query)
                .toCompletableFuture()
                .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .handle((answer, failure) -> failure == null ? taken(question, answer) : Answer.FAILURE);
    }

    private static int type(Kind kind) {
        return switch (kind) {
            case A -> Type.A;
            case AAAA -> Type.AAAA;
            case TXT -> Type.TXT;
            case MX -> Type.MX;
            case PTR -> Type.PTR;
        };
    }

    private Answer taken(Question question, Message message) {
        int code = message.getRcode();
        if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
            return Answer.FAILURE;
        }
        List<Record> records = message.getSection(Section.ANSWER).stream()
                .filter(record -> record.getType() == type(question.kind()))
                .limit(VALUES)
                .toList();
        long seconds = records.stream().mapToLong(Record::getTTL).min().orElseGet(() -> negative(message));
        List<String> values = records.stream()
                .sorted(Comparator.comparingInt(r -> r instanceof MXRecord mx ? mx.getPriority() : 0))
                .map(DnsClient::text)
                .toList();
        Answer answer = values.isEmpty() ? Answer.NOTHING : new Answer(State.FOUND, values);
        long kept = Math.clamp(seconds, LEAST_SECONDS, MOST_SECONDS);
        synchronized (known) {
            known.put(question, new Known(answer, clock.nanos() + TimeUnit.SECONDS.toNanos(kept)));
        }
        return answer;
    }

    /** How long an absence may be remembered, in seconds (RFC 2308 §5). */
    private static long negative(Message message) {
        return message.getSection(Section.AUTHORITY).stream()
                .filter(SOARecord.class::isInstance)
                .mapToLong(soa -> Math.min(soa.getTTL(), ((SOARecord) soa).getMinimum()))
                .map(seconds -> Math.min(seconds, NOTHING_SECONDS))
                .findFirst()
                .orElse(LEAST_SECONDS);
    }

    private static String text(Record record) {
        return switch (record) {
            case ARecord a -> a.getAddress().getHostAddress();
            case AAAARecord a -> a.getAddress().getHostAddress();
            case MXRecord mx -> mx.getTarget().toString(true);
            case PTRRecord ptr -> ptr.getTarget().toString(true);
            case TXTRecord txt -> {
                // The strings of one record belong together without a space (RFC 7208 §3.3).
                StringBuilder text = new StringBuilder();
                for (byte[] part : txt.getStringsAsByteArrays()) {
                    text.append(new String(part, java.nio.charset.StandardCharsets.ISO_8859_1));
                }
                yield text.substring(0, Math.min(TEXT_LIMIT, text.length()));
            }
            default -> record.rdataToString();
        };
    }
}
