package org.merpati.filter.supply;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.merpati.filter.rules.ContentRules;
import org.merpati.filter.rules.Scores;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Sha256;
import org.merpati.kernel.TryLater;

/**
 * Puts rules in the place of others, all at once. The place is a link to a folder that is named by a digest of what is
 * in it: new rules are written beside it, read and compiled as a whole, and only then the link is replaced, in one step
 * of the file system. The rules before stay until the next time.
 */
public final class RuleSupply {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int NAMED = 12;

    private final Path place;
    private final List<Path> beside;

    /**
     * @param place where the rules in force lie, or shall
     * @param beside folders of rules that are in force too: settings of one's own
     */
    public RuleSupply(Path place, List<Path> beside) {
        this.place = place.toAbsolutePath().normalize();
        this.beside = List.copyOf(beside);
    }

    /**
     * What was put in place.
     *
     * @param changed whether other rules were there before
     * @param files how many there are
     */
    public record Outcome(boolean changed, int files, ContentRules.Report report) {}

    /**
     * Takes rules from a folder, an archive, or a server.
     *
     * @param sha256 the digest that the archive must have; from a server there must be one
     * @throws Malformed if a file is broken or the archive is not what it should be: the rules in force stay
     * @throws Refused if the place is not one of these
     * @throws TryLater if the server does not answer
     */
    public Outcome update(String source, Optional<String> sha256) throws IOException {
        boolean link = Files.isSymbolicLink(place);
        if (!link && Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            throw new Refused(
                    Refused.Reason.CANNOT,
                    place
                            + " is there already and no link that this command made: name another place, or"
                            + " move it away");
        }
        SortedMap<String, byte[]> files = files(source, sha256);
        if (files.keySet().stream().noneMatch(file -> file.endsWith(".cf"))) {
            throw new Malformed(source + " has no files of rules (.cf)");
        }
        String name = name(files);
        Path whole = place.resolveSibling(place.getFileName() + "." + name);
        boolean known = link && Files.exists(whole) && place.toRealPath().equals(whole.toRealPath());
        Path staged = place.resolveSibling(place.getFileName() + "." + name + ".new");
        delete(staged);
        try {
            write(files, staged);
            ContentRules.Report report = checked(staged, source);
            if (!known) {
                delete(whole);
                Files.move(staged, whole, StandardCopyOption.ATOMIC_MOVE);
                relink(whole);
            }
            return new Outcome(!known, files.size(), report);
        } finally {
            delete(staged);
        }
    }

    private SortedMap<String, byte[]> files(String source, Optional<String> sha256) throws IOException {
        boolean remote = source.matches("https?://.*");
        Path local = remote ? place : Path.of(source);
        if (!remote && Files.isDirectory(local)) {
            return folder(local);
        }
        if (remote && sha256.isEmpty()) {
            throw new Malformed("what comes from a server needs --sha256, the digest that the archive must have");
        }
        byte[] octets = remote ? fetched(URI.create(source)) : archive(local);
        String digest = HexFormat.of().formatHex(Sha256.of(octets));
        if (sha256.isPresent() && !sha256.get().toLowerCase(Locale.ROOT).equals(digest)) {
            throw new Malformed(source + " has the SHA-256 digest " + digest + ", not " + sha256.get());
        }
        return RuleArchive.read(source, octets);
    }

    private static byte[] archive(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new Malformed("there is no folder and no archive " + file);
        }
        try (InputStream in = Files.newInputStream(file)) {
            return bounded(file.toString(), in);
        }
    }

    private static byte[] bounded(String name, InputStream in) throws IOException {
        byte[] octets = in.readNBytes(RuleArchive.LIMIT + 1);
        if (octets.length > RuleArchive.LIMIT) {
            throw new Malformed(name + " has more than " + RuleArchive.LIMIT + " octets");
        }
        return octets;
    }

    private static SortedMap<String, byte[]> folder(Path folder) throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        long room = RuleArchive.LIMIT;
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path file : entries.filter(Files::isRegularFile).toList()) {
                if (RuleArchive.rules(file.getFileName().toString())) {
                    room -= Files.size(file);
                    if (room < 0) {
                        throw new Malformed(folder + " has more than " + RuleArchive.LIMIT + " octets of rules");
                    }
                    files.put(file.getFileName().toString(), Files.readAllBytes(file));
                }
            }
        }
        return files;
    }

    private static byte[] fetched(URI address) {
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(LIMIT)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(address).timeout(LIMIT).build();
            HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                if (answer.statusCode() != 200) {
                    throw new TryLater(address + " answers " + answer.statusCode());
                }
                return bounded(address.toString(), body);
            }
        } catch (IOException away) {
            throw new TryLater(address + " cannot be fetched: " + away);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new TryLater("interrupted while " + address + " was fetched");
        }
    }

    /** The beginning of a digest of names and contents. */
    private static String name(SortedMap<String, byte[]> files) {
        BinaryWriter all = new BinaryWriter();
        files.forEach((file, octets) -> all.text(file).bytes(octets));
        return HexFormat.of().formatHex(Sha256.of(all.toByteArray())).substring(0, NAMED);
    }

    private static void write(SortedMap<String, byte[]> files, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String file : files.keySet()) {
            Path path = folder.resolve(file);
            Files.write(path, files.getOrDefault(file, new byte[0]));
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
    }

    private ContentRules.Report checked(Path staged, String source) {
        List<Path> folders = new ArrayList<>(List.of(staged));
        folders.addAll(beside);
        try {
            return ContentRules.report(folders, Scores.PLAIN);
        } catch (Malformed broken) {
            throw new Malformed("the rules of " + source + " are refused, and those in force stay: "
                    + broken.sentence().replace(staged + "/", ""));
        }
    }

    /** Has the place mean a folder, in one step, and removes those that are older than the one before. */
    private void relink(Path whole) throws IOException {
        Path before = Files.isSymbolicLink(place) ? place.resolveSibling(Files.readSymbolicLink(place)) : whole;
        Path link = place.resolveSibling(place.getFileName() + ".link");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, whole.getFileName());
        Files.move(link, place, StandardCopyOption.ATOMIC_MOVE);
        String prefix = place.getFileName() + ".";
        List<Path> old;
        try (Stream<Path> siblings = Files.list(whole.getParent())) {
            old = siblings.filter(folder -> {
                        String name = folder.getFileName().toString();
                        return name.startsWith(prefix)
                                && name.substring(prefix.length()).matches("[0-9a-f]{" + NAMED + "}");
                    })
                    .filter(folder -> !folder.equals(whole) && !folder.equals(before.normalize()))
                    .toList();
        }
        for (Path folder : old) {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
