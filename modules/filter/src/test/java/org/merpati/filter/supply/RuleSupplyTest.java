package org.merpati.filter.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;
import org.merpati.filter.Suspects;
import org.merpati.filter.rules.RuleShelf;
import org.merpati.filter.rules.Scores;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Sha256;
import org.merpati.kernel.TryLater;

/** Rules are put in place as a whole, or not at all. */
class RuleSupplyTest {
    private static final String GOOD = "body WIN /win/\nscore WIN 2\ndescribe WIN it says win\n";
    private static final String BROKEN = "body WIN /win/\nscore WIN 3\nif (\n";

    @TempDir
    Path folder;

    private Path place() {
        return folder.resolve("rules");
    }

    private RuleSupply.Outcome update(String source) throws IOException {
        return new RuleSupply(place(), List.of()).update(source, Optional.empty());
    }

    private String source(String name, String rules) throws IOException {
        Path source = Files.createDirectories(folder.resolve(name));
        Files.writeString(source.resolve("10_test.cf"), rules);
        return source.toString();
    }

    private String inPlace() throws IOException {
        return Files.readString(place().resolve("10_test.cf"));
    }

    private long versions() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("rules."))
                    .count();
        }
    }

    @Test
    void rulesAreReplacedInOneStepAndTheOnesBeforeStayBesideThem() throws IOException {
        RuleSupply.Outcome first = update(source("one", GOOD));
        assertThat(first.changed()).isTrue();
        assertThat(first.report().scored()).isEqualTo(1);
        assertThat(inPlace()).isEqualTo(GOOD);
        assertThat(update(source("same", GOOD)).changed()).isFalse();
        for (int i = 3; i < 7; i++) {
            update(source("later" + i, GOOD.replace("score WIN 2", "score WIN " + i)));
            assertThat(inPlace()).contains("score WIN " + i);
            assertThat(versions()).isEqualTo(2);
        }
        update(folder.resolve("later5").toString());
        assertThat(inPlace()).as("the way back").contains("score WIN 5");
    }

    @Test
    void aBrokenFileIsRefusedWholeWithItsLineAndWhatIsInForceStays() throws IOException {
        update(source("one", GOOD));
        String broken = source("broken", BROKEN);
        assertThatThrownBy(() -> update(broken))
                .isInstanceOf(Malformed.class)
                .hasMessageContaining("the rules of " + broken + " are refused, and those in force stay: ")
                .hasMessageContaining("10_test.cf:3")
                .hasMessageNotContaining(".new");
        assertThat(inPlace()).isEqualTo(GOOD);
        assertThat(versions()).isEqualTo(1);
        assertThatThrownBy(() -> update(folder.resolve("nowhere").toString()))
                .hasMessageContaining("there is no folder and no archive");
        Path empty = Files.createDirectories(folder.resolve("empty"));
        assertThatThrownBy(() -> update(empty.toString())).hasMessageContaining("no files of rules");
        Path own = Files.createDirectories(folder.resolve("own"));
        assertThatThrownBy(() -> new RuleSupply(own, List.of()).update(broken, Optional.empty()))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("is there already");
    }

    private static byte[] zip(Map<String, String> files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    private static byte[] tar(Map<String, String> files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream tar = new GZIPOutputStream(out)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                byte[] content = file.getValue().getBytes(StandardCharsets.UTF_8);
                byte[] block = new byte[512];
                byte[] name = file.getKey().getBytes(StandardCharsets.UTF_8);
                System.arraycopy(name, 0, block, 0, name.length);
                byte[] size =
                        String.format(Locale.ROOT, "%011o", content.length).getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(size, 0, block, 124, size.length);
                block[156] = '0';
                tar.write(block);
                tar.write(content);
                tar.write(new byte[(512 - content.length % 512) % 512]);
            }
            tar.write(new byte[1024]);
        }
        return out.toByteArray();
    }

    @Test
    void anArchiveGivesItsRulesAndNothingElse() throws IOException {
        Map<String, String> files = new TreeMap<>(Map.of(
                "a/../../10_test.cf", GOOD, "README", "no rules", "./20_more.cf", "# none\n", "MIRRORED.BY", "x"));
        for (byte[] octets : List.of(zip(files), tar(files))) {
            Path archive = Files.write(folder.resolve("rules.archive"), octets);
            assertThat(RuleArchive.read("x", octets)).containsOnlyKeys("10_test.cf", "20_more.cf");
            String digest = HexFormat.of().formatHex(Sha256.of(octets));
            RuleSupply supply = new RuleSupply(place(), List.of());
            assertThatThrownBy(() -> supply.update(archive.toString(), Optional.of("00")))
                    .hasMessageContaining("has the SHA-256 digest " + digest + ", not 00");
            assertThat(supply.update(archive.toString(), Optional.of(digest)).files())
                    .isEqualTo(2);
        }
        assertThatThrownBy(() -> RuleArchive.read("x", zip(Map.of("a/1.cf", "", "b/1.cf", ""))))
                .hasMessageContaining("two files 1.cf");
        assertThatThrownBy(() -> RuleArchive.read("x", "plain".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("neither");
    }

    @Test
    void aDamagedArchiveIsRefusedAndABombIsBounded() throws IOException {
        Random chance = new Random(7);
        byte[] good = tar(Map.of("1.cf", GOOD.repeat(50)));
        for (int i = 0; i < 500; i++) {
            byte[] bad = good.clone();
            for (int j = 0; j < 3; j++) {
                bad[chance.nextInt(bad.length)] = (byte) chance.nextInt();
            }
            try {
                assertThat(RuleArchive.read("x", bad).size()).isLessThanOrEqualTo(1);
            } catch (Malformed refused) {
                assertThat(refused.sentence()).contains("x ");
            }
        }
        byte[] bomb = zip(Map.of("1.cf", "#".repeat(RuleArchive.LIMIT + 1)));
        assertThatThrownBy(() -> RuleArchive.read("x", bomb)).hasMessageContaining("holds more than");
    }

    @Test
    void aServerIsBelievedByTheDigestAlone() throws IOException {
        byte[] octets = zip(Map.of("10_test.cf", GOOD));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/rules.zip", exchange -> {
            exchange.sendResponseHeaders(200, octets.length);
            exchange.getResponseBody().write(octets);
            exchange.close();
        });
        server.start();
        try {
            String address = "http://127.0.0.1:" + server.getAddress().getPort();
            RuleSupply supply = new RuleSupply(place(), List.of());
            String digest = HexFormat.of().formatHex(Sha256.of(octets));
            assertThatThrownBy(() -> supply.update(address + "/rules.zip", Optional.empty()))
                    .hasMessageContaining("needs --sha256");
            assertThat(supply.update(address + "/rules.zip", Optional.of(digest))
                            .changed())
                    .isTrue();
            assertThatThrownBy(() -> supply.update(address + "/other.zip", Optional.of(digest)))
                    .isInstanceOf(TryLater.class)
                    .hasMessageContaining("answers 404");
        } finally {
            server.stop(0);
        }
        assertThat(inPlace()).isEqualTo(GOOD);
    }

    /** A clock that a test sets. */
    private static Clock clock(AtomicLong nanos) {
        return new Clock() {
            @Override
            public long millis() {
                return 0;
            }

            @Override
            public long nanos() {
                return nanos.get();
            }
        };
    }

    /** What an MTA does once enough was learned, or nothing any more. */
    @Test
    void theScoresInForceFollowWhatIsLearned() throws IOException {
        AtomicLong nanos = new AtomicLong();
        AtomicReference<Scores> scores = new AtomicReference<>(Scores.PLAIN);
        update(source("one", GOOD.replace("score WIN 2", "score WIN 2 3 1 4")));
        RuleShelf shelf = new RuleShelf((what, bug) -> bug.printStackTrace(), scores::get, clock(nanos));
        shelf.want(Optional.of(List.of(place())));
        Suspect suspect = Suspects.of("", "", "Subject: x\r\n\r\nyou win\r\n");
        await(() -> found(shelf, suspect).equals(List.of(2.0)));
        scores.set(Scores.LEARNED);
        assertThat(found(shelf, suspect)).containsExactly(2.0);
        nanos.addAndGet(31_000_000_000L);
        await(() -> found(shelf, suspect).equals(List.of(1.0)));
    }

    /** What an MTA does while the rules below it are replaced. */
    @Test
    void theRulesInForceFollowThePlace() throws IOException {
        AtomicLong nanos = new AtomicLong();
        update(source("one", GOOD));
        RuleShelf shelf = new RuleShelf((what, bug) -> bug.printStackTrace(), () -> Scores.PLAIN, clock(nanos));
        shelf.want(Optional.of(List.of(place())));
        Suspect suspect = Suspects.of("", "", "Subject: x\r\n\r\nyou win\r\n");
        await(() -> found(shelf, suspect).equals(List.of(2.0)));
        update(source("two", GOOD.replace("score WIN 2", "score WIN 4")));
        assertThat(found(shelf, suspect)).containsExactly(2.0);
        nanos.addAndGet(31_000_000_000L);
        await(() -> found(shelf, suspect).equals(List.of(4.0)));
        Files.writeString(place().resolve("10_test.cf"), BROKEN);
        nanos.addAndGet(31_000_000_000L);
        assertThat(found(shelf, suspect)).containsExactly(4.0);
        Files.writeString(place().resolve("10_test.cf"), GOOD.replace("score WIN 2", "score WIN 12"));
        await(() -> {
            nanos.addAndGet(31_000_000_000L);
            return found(shelf, suspect).equals(List.of(12.0));
        });
    }

    private static List<Double> found(RuleShelf shelf, Suspect suspect) {
        return shelf.check(suspect).stream().map(Finding::score).toList();
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it takes too long").isLessThan(end);
            Thread.onSpinWait();
        }
    }
}
