package org.merpati.filter;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.merpati.filter.dns.Zone;
import org.merpati.filter.virus.AttachmentGuard;
import org.merpati.filter.virus.ScannerAddress;
import org.merpati.kernel.Address;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Malformed;
import org.merpati.runtime.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the whole server says of how messages are looked at; each is a line:
 *
 * <ul>
 *   <li>{@code dns system}, or {@code dns host:port,host:port}: name servers may be asked, for SPF, DKIM, DMARC and
 *       zones; without it nothing leaves the cluster
 *   <li>the word zone and a {@link Zone}
 *   <li>{@code arc-trust DOMAIN}: a forwarder whose word is believed on what it changed
 *   <li>the word clamd and a {@link ScannerAddress}; several are asked in turn
 *   <li>{@code clamd-absent defer}, or {@code pass}: what happens if none answers
 *   <li>{@code attachment reject|quarantine KIND ...}: files that are not wanted, {@code dangerous} for those that run
 *   <li>{@code rules own}, {@code rules none}, or {@code rules /FOLDER,/FOLDER}: whose content rules are in force, the
 *       same folders on every MTA
 *   <li>{@code pyzor HOST:PORT}: a Pyzor server is asked how often a message was reported
 *   <li>{@code waves N}: how many people must have reported nearly the same message, {@code waves none} for never
 *   <li>{@code reputation counted}, or {@code reputation none}: whether what became of earlier mail of the same
 *       network or proved sender counts
 *   <li>{@code digest daily}, or {@code digest none}: whether people are told what is held in their quarantine
 *   <li>{@code trap ADDRESS}: an address of ours that nobody writes to but spammers; what comes there is reported
 * </ul>
 *
 * @param dns the name servers; of no member where those of the operating system are meant
 * @param absent what happens if no virus scanner answers
 * @param sealers the forwarders whose ARC seal is believed
 * @param rules the folders of content rules; none for those that come with this server, absent for none at all
 * @param kinds the ends of file names that are not wanted
 * @param pyzor the server that is asked
 * @param waves how many must have reported nearly the same message; 0 for never
 * @param reputation whether what became of earlier mail counts
 * @param digests whether people are told once a day what is held in their quarantine
 * @param traps the addresses that nobody writes to but spammers
 */
public record Settings(
        Optional<List<InetSocketAddress>> dns,
        List<Zone> zones,
        List<ScannerAddress> scanners,
        Action absent,
        Set<String> kinds,
        Action unwanted,
        Set<Domain> sealers,
        Optional<List<Path>> rules,
        Optional<InetSocketAddress> pyzor,
        int waves,
        boolean reputation,
        boolean digests,
        Set<Address> traps) {
    /** Where nothing is said: nothing leaves the cluster. */
    public static final Settings LOCAL = new Settings(
            Optional.empty(),
            List.of(),
            List.of(),
            Action.DEFER,
            Set.of(),
            Action.REJECT,
            Set.of(),
            Optional.of(List.of()),
            Optional.empty(),
            3,
            true,
            true,
            Set.of());

    private static final Logger LOG = LoggerFactory.getLogger(Settings.class);
    private static final int ZONES = 50;

    public Settings {
        zones = List.copyOf(zones);
        scanners = List.copyOf(scanners);
        kinds = Set.copyOf(kinds);
        sealers = Set.copyOf(sealers);
        traps = Set.copyOf(traps);
    }

    /** Settings that a line is about to change. */
    private static final class Draft {
        private Optional<List<InetSocketAddress>> dns;
        private List<Zone> zones;
        private List<ScannerAddress> scanners;
        private Action absent;
        private Set<String> kinds;
        private Action unwanted;
        private Set<Domain> sealers;
        private Optional<List<Path>> rules;
        private Optional<InetSocketAddress> pyzor;
        private int waves;
        private boolean reputation;
        private boolean digests;
        private Set<Address> traps;

        Draft(Settings from) {
            dns = from.dns;
            zones = from.zones;
            scanners = from.scanners;
            absent = from.absent;
            kinds = from.kinds;
            unwanted = from.unwanted;
            sealers = from.sealers;
            rules = from.rules;
            pyzor = from.pyzor;
            waves = from.waves;
            reputation = from.reputation;
            digests = from.digests;
            traps = from.traps;
        }

        Settings done() {
            return new Settings(
                    dns,
                    zones,
                    scanners,
                    absent,
                    kinds,
                    unwanted,
                    sealers,
                    rules,
                    pyzor,
                    waves,
                    reputation,
                    digests,
                    traps);
        }
    }

    /** Reads lines; one that is not understood is named in the log and has no effect. */
    public static Settings of(List<String> lines) {
        Settings settings = LOCAL;
        for (String line : lines) {
            try {
                settings = settings.with(line);
            } catch (Malformed wrong) {
                LOG.warn("the filter's setting '{}' has no effect: {}", line, wrong.sentence());
            }
        }
        return settings;
    }

    /** Whether a line is meant to be a setting. */
    public static boolean is(String line) {
        return line.matches(
                "(dns|zone|arc-trust|clamd|clamd-absent|attachment|rules|pyzor|waves|reputation|digest|trap) .*");
    }

    /**
     * These settings and a line; lines of lists and policies change nothing.
     *
     * @throws Malformed if it is not understood
     */
    public Settings with(String line) {
        if (!is(line)) {
            return this;
        }
        int space = line.indexOf(' ');
        String value = line.substring(space + 1).strip();
        Draft draft = new Draft(this);
        switch (line.substring(0, space)) {
            case "dns" -> draft.dns = Optional.of(servers(value));
            case "zone" -> draft.zones = more(zones, Zone.parse(value));
            case "clamd" -> draft.scanners = more(scanners, new ScannerAddress(value));
            case "arc-trust" -> draft.sealers = and(sealers, Domain.parse(value));
            case "clamd-absent" -> draft.absent = absent(value);
            case "rules" -> draft.rules = rules(value);
            case "pyzor" -> draft.pyzor = Optional.of(Configuration.address(value));
            case "waves" -> draft.waves = waves(value);
            case "reputation" -> draft.reputation = reputation(value);
            case "digest" -> draft.digests = digests(value);
            case "trap" -> draft.traps = and(traps, Address.parse(value));
            default -> attachments(draft, value);
        }
        return draft.done();
    }

    private static int waves(String value) {
        if (value.equals("none")) {
            return 0;
        }
        if (!value.matches("[1-9]\\d?")) {
            throw new Malformed(
                    "waves are 'none', or how many must have reported a message, 1 to 99, not '" + value + "'");
        }
        return Integer.parseInt(value);
    }

    private static boolean reputation(String value) {
        return switch (value) {
            case "counted" -> true;
            case "none" -> false;
            default -> throw new Malformed("what became of earlier mail is 'counted' or 'none', not '" + value + "'");
        };
    }

    private static boolean digests(String value) {
        return switch (value) {
            case "daily" -> true;
            case "none" -> false;
            default ->
                throw new Malformed("people are told of their quarantine 'daily' or 'none', not '" + value + "'");
        };
    }

    private static List<InetSocketAddress> servers(String value) {
        return value.equals("system")
                ? List.of()
                : Arrays.stream(value.split(",")).map(Configuration::address).toList();
    }

    private static <T> List<T> more(List<T> all, T one) {
        if (all.size() >= ZONES) {
            throw new Malformed("there are " + ZONES + " of these, the most there can be");
        }
        List<T> more = new ArrayList<>(all);
        more.add(one);
        return more;
    }

    private static Optional<List<Path>> rules(String value) {
        if (value.equals("none")) {
            return Optional.empty();
        }
        if (value.equals("own")) {
            return Optional.of(List.of());
        }
        List<Path> folders = Arrays.stream(value.split(",")).map(Path::of).toList();
        if (!folders.stream().allMatch(Path::isAbsolute)) {
            throw new Malformed("rules are 'own', 'none' or absolute folders parted by commas, not '" + value + "'");
        }
        return Optional.of(folders);
    }

    private static <T> Set<T> and(Set<T> all, T one) {
        return all.contains(one) ? all : Set.copyOf(more(List.copyOf(all), one));
    }

    private static Action absent(String value) {
        return switch (value) {
            case "defer" -> Action.DEFER;
            case "pass" -> Action.DELIVER;
            default -> throw new Malformed("if no clamd answers, a message may 'defer' or 'pass', not '" + value + "'");
        };
    }

    private void attachments(Draft draft, String value) {
        String[] words = value.split("\\s+");
        boolean known = words[0].equals("reject") || words[0].equals("quarantine");
        if (!known || words.length < 2) {
            throw new Malformed("attachments are 'reject KIND ...' or 'quarantine KIND ...', not '" + value + "'");
        }
        Set<String> all = new TreeSet<>(kinds);
        for (int i = 1; i < words.length; i++) {
            if (words[i].equals("dangerous")) {
                all.addAll(AttachmentGuard.DANGEROUS);
            } else if (words[i].matches("[a-z0-9_-]{1,20}")) {
                all.add(words[i]);
            } else {
                throw new Malformed("'" + words[i] + "' is no kind of file: the end of its name, such as exe");
            }
        }
        draft.kinds = all;
        draft.unwanted = Action.parse(words[0]);
    }
}
