package org.merpati.filter.auth;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.merpati.filter.dns.Dns;
import org.merpati.filter.lists.Network;
import org.merpati.kernel.Malformed;

/** Whether a domain's SPF record permits a host to send under its name (RFC 7208). One object checks once. */
final class Spf {
    private static final int LOOKUPS = 10;
    private static final int VOID_LOOKUPS = 2;
    private static final int TERMS = 100;
    private static final String VERSION = "v=spf1";

    /** The check has come to an end that is not a match. */
    private static final class Ended extends Exception {
        private static final long serialVersionUID = 1;
        private final Result result;

        Ended(Result result) {
            super(result.text(), null, false, false);
            this.result = result;
        }
    }

    private final Dns dns;
    private final InetAddress client;
    private final SpfMacro.Names names;
    private final long end;
    private int lookups;
    private int voids;

    private Spf(Dns dns, InetAddress client, SpfMacro.Names names, Duration limit) {
        this.dns = dns;
        this.client = client;
        this.names = names;
        this.end = System.nanoTime() + limit.toNanos();
    }

    /**
     * Checks (RFC 7208 §4).
     *
     * @param local the local part of the sender; {@code postmaster} where there is none
     * @param domain the domain that is asked
     */
    static Result check(Dns dns, InetAddress client, String local, String domain, String helo, Duration limit) {
        SpfMacro.Names names = new SpfMacro.Names(local, domain, helo, client);
        try {
            return new Spf(dns, client, names, limit).of(domain);
        } catch (Ended ended) {
            return ended.result;
        }
    }

    private Dns.Answer ask(String name, Dns.Kind kind) throws Ended {
        Dns.Answer answer = dns.await(name, kind, Duration.ofNanos(end - System.nanoTime()));
        if (answer.failed()) {
            throw new Ended(Result.TEMPERROR);
        }
        return answer;
    }

    /** Asks for a mechanism; answers of nothing are few (RFC 7208 §4.6.4). */
    private List<String> lookUp(String name, Dns.Kind kind) throws Ended {
        Dns.Answer answer = ask(name, kind);
        if (answer.values().isEmpty() && ++voids > VOID_LOOKUPS) {
            throw new Ended(Result.PERMERROR);
        }
        return answer.values();
    }

    private void count() throws Ended {
        if (++lookups > LOOKUPS) {
            throw new Ended(Result.PERMERROR);
        }
    }

    private Result of(String domain) throws Ended {
        if (domain.indexOf('.') < 0 || domain.length() > 253) {
            return Result.NONE;
        }
        List<String> records = ask(domain, Dns.Kind.TXT).values().stream()
                .filter(text -> text.equalsIgnoreCase(VERSION)
                        || text.toLowerCase(Locale.ROOT).startsWith(VERSION + " "))
                .toList();
        if (records.isEmpty()) {
            return Result.NONE;
        }
        if (records.size() > 1) {
            throw new Ended(Result.PERMERROR);
        }
        return evaluate(records.getFirst(), domain);
    }

    private Result evaluate(String record, String domain) throws Ended {
        List<SpfTerm> terms = new ArrayList<>();
        String[] words = record.strip().split(" +");
        try {
            for (int i = 1; i < Math.min(words.length, TERMS); i++) {
                terms.add(SpfTerm.parse(words[i]));
            }
        } catch (Malformed wrong) {
            throw new Ended(Result.PERMERROR);
        }
        for (SpfTerm term : terms) {
            if (!term.modifier() && matches(term, domain)) {
                return term.result();
            }
        }
        Optional<SpfTerm> redirect =
                terms.stream().filter(t -> t.name().equals("redirect")).findFirst();
        if (redirect.isEmpty()) {
            return Result.NEUTRAL;
        }
        count();
        Result result = of(expanded(redirect.get().value(), domain));
        return result == Result.NONE ? Result.PERMERROR : result;
    }

    private String expanded(@Nullable String value, String domain) throws Ended {
        try {
            return value == null ? domain : SpfMacro.expand(value, names, domain);
        } catch (Malformed wrong) {
            throw new Ended(Result.PERMERROR);
        }
    }

    private boolean matches(SpfTerm term, String domain) throws Ended {
        return switch (term.name()) {
            case "all" -> true;
            case "ip4", "ip6" -> literal(term);
            case "include" -> {
                count();
                yield switch (of(expanded(term.value(), domain))) {
                    case PASS -> true;
                    case FAIL, SOFTFAIL, NEUTRAL -> false;
                    case TEMPERROR -> throw new Ended(Result.TEMPERROR);
                    case NONE, PERMERROR -> throw new Ended(Result.PERMERROR);
                };
            }
            case "a" -> {
                count();
                yield hostHas(expanded(term.value(), domain), term);
            }
            case "mx" -> {
                count();
                yield exchanges(expanded(term.value(), domain), term);
            }
            case "exists" -> {
                count();
                yield !lookUp(expanded(term.value(), domain), Dns.Kind.A).isEmpty();
            }
            case "ptr" -> {
                count();
                yield named(expanded(term.value(), domain));
            }
            default -> throw new Ended(Result.PERMERROR);
        };
    }

    private boolean literal(SpfTerm term) throws Ended {
        try {
            return Network.parse(masked(String.valueOf(term.value()))).holds(client);
        } catch (Malformed wrong) {
            throw new Ended(Result.PERMERROR);
        }
    }

    /** A network as records write it: bits behind its length do not matter. */
    private static String masked(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,3}")) {
            return text;
        }
        byte[] octets;
        try {
            octets = InetAddress.ofLiteral(text.substring(0, slash)).getAddress();
        } catch (IllegalArgumentException notAnAddress) {
            throw new Malformed("'" + text + "' is no network");
        }
        int bits = Integer.parseInt(text.substring(slash + 1));
        for (int bit = bits; bit < octets.length * 8; bit++) {
            octets[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        try {
            return InetAddress.getByAddress(octets).getHostAddress() + "/" + bits;
        } catch (java.net.UnknownHostException bug) {
            throw new IllegalStateException(bug);
        }
    }

    private boolean hostHas(String host, SpfTerm term) throws Ended {
        boolean old = client instanceof Inet4Address;
        int bits = old ? term.bits4() : term.bits6();
        for (String address : lookUp(host, old ? Dns.Kind.A : Dns.Kind.AAAA)) {
            if (Network.parse(masked(address + "/" + bits)).holds(client)) {
                return true;
            }
        }
        return false;
    }

    private boolean exchanges(String domain, SpfTerm term) throws Ended {
        List<String> hosts = lookUp(domain, Dns.Kind.MX);
        if (hosts.size() > LOOKUPS) {
            throw new Ended(Result.PERMERROR);
        }
        for (String host : hosts) {
            if (hostHas(host, term)) {
                return true;
            }
        }
        return false;
    }

    /** The client's names that lead back to it (RFC 7208 §5.5). */
    private boolean named(String domain) throws Ended {
        String suffix = domain.toLowerCase(Locale.ROOT);
        List<String> hosts = lookUp(SpfMacro.reverse(client), Dns.Kind.PTR);
        boolean old = client instanceof Inet4Address;
        for (String host : hosts.subList(0, Math.min(LOOKUPS, hosts.size()))) {
            String lower = host.toLowerCase(Locale.ROOT);
            boolean below = lower.equals(suffix) || lower.endsWith("." + suffix);
            if (below
                    && dns.await(host, old ? Dns.Kind.A : Dns.Kind.AAAA, Duration.ofNanos(end - System.nanoTime()))
                            .values()
                            .contains(client.getHostAddress())) {
                return true;
            }
        }
        return false;
    }
}
