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
 * </ul>
 *
 * @param dns the name servers; of no member where those of the operating system are meant
 * @param absent what happens if no virus scanner answers
 * @param sealers the forwarders whose ARC seal is believed
 * @param rules the folders of content rules; none for those that come with this server, absent for none at all
 * @param kinds the ends of file names that are not wanted
 */
public record Settings(
        Optional<List<InetSocketAddress>> dns,
        List<Zone> zones,
        List<ScannerAddress> scanners,
        Action absent,
        Set<String> kinds,
        Action unwanted,
        Set<Domain> sealers,
        Optional<List<Path>> rules) {
    /** Where nothing is said: nothing leaves the cluster. */
    public static final Settings LOCAL = new Settings(
            Optional.empty(),
            List.of(),
            List.of(),
            Action.DEFER,
            Set.of(),
            Action.REJECT,
            Set.of(),
            Optional.of(List.of()));

    private static final Logger LOG = LoggerFactory.getLogger(Settings.class);
    private static final int ZONES = 50;

    public Settings {
        zones = List.copyOf(zones);
        scanners = List.copyOf(scanners);
        kinds = Set.copyOf(kinds);
        sealers = Set.copyOf(sealers);
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
        return line.matches("(dns|zone|arc-trust|clamd|clamd-absent|attachment|rules) .*");
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
        return switch (line.substring(0, space)) {
            case "dns" ->
                new Settings(Optional.of(servers(value)), zones, scanners, absent, kinds, unwanted, sealers, rules);
            case "zone" ->
                new Settings(dns, more(zones, Zone.parse(value)), scanners, absent, kinds, unwanted, sealers, rules);
            case "clamd" ->
                new Settings(
                        dns, zones, more(scanners, new ScannerAddress(value)), absent, kinds, unwanted, sealers, rules);
            case "arc-trust" ->
                new Settings(dns, zones, scanners, absent, kinds, unwanted, and(sealers, Domain.parse(value)), rules);
            case "clamd-absent" -> new Settings(dns, zones, scanners, absent(value), kinds, unwanted, sealers, rules);
            case "rules" -> new Settings(dns, zones, scanners, absent, kinds, unwanted, sealers, rules(value));
            default -> attachments(value);
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

    private static Set<Domain> and(Set<Domain> all, Domain one) {
        return all.contains(one) ? all : Set.copyOf(more(List.copyOf(all), one));
    }

    private static Action absent(String value) {
        return switch (value) {
            case "defer" -> Action.DEFER;
            case "pass" -> Action.DELIVER;
            default -> throw new Malformed("if no clamd answers, a message may 'defer' or 'pass', not '" + value + "'");
        };
    }

    private Settings attachments(String value) {
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
        return new Settings(dns, zones, scanners, absent, all, Action.parse(words[0]), sealers, rules);
    }
}
