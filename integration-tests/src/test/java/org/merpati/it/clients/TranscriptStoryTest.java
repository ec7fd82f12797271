package org.merpati.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.imap.Transcript;
import org.merpati.it.Kit;
import org.merpati.it.Six;
import org.merpati.runtime.NodeStatus;

/** The transcripts of IMAP through the proxy, and with the owner of the mailboxes killed between two lines. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TranscriptStoryTest {
    @RegisterExtension
    final Six six = new Six(Kit.Form.EMBEDDED);

    private String proxy() {
        return six.cluster().plan().all("imap").getFirst();
    }

    @Test
    void eachEndsTheSameThroughTheProxy() throws Exception {
        Map<String, List<String>> scripts = Door.scripts("proxy");
        List<String> accounts = ownedBy(leader(), 2 * scripts.size(), "script");
        List<Callable<Boolean>> plays = new ArrayList<>();
        scripts.forEach((name, script) -> {
            Door door = new Door(proxy(), people(accounts, plays.size()));
            plays.add(() -> play(new Transcript(name, script, door)));
        });
        all(plays, () -> {});
    }

    /** A door whose owner dies at one place of the script. */
    private static final class Dying extends Door {
        private final int place;
        private final CountDownLatch there;
        private final CountDownLatch dead;

        Dying(String address, Map<String, String> people, int place, CountDownLatch there, CountDownLatch dead) {
            super(address, people);
            this.place = place;
            this.there = there;
            this.dead = dead;
        }

        @Override
        public boolean trouble(int line) throws IOException {
            if (line != place) {
                return false;
            }
            there.countDown();
            try {
                return dead.await(2, TimeUnit.MINUTES);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        /** What is recent the dead owner knew alone (RFC 3501 §2.3.2 lets it be forgotten). */
        @Override
        public String heard(String text) {
            return super.heard(text)
                    .replaceAll("^\\* \\d+ RECENT$", "* 0 RECENT")
                    .replaceAll(" ?\\\\Recent", "");
        }
    }

    @Test
    void eachEndsTheSameThoughTheOwnerDies() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("transcripts: seed " + seed);
        Random chance = new Random(seed);
        Map<String, Integer> places = new TreeMap<>();
        Door.scripts("proxy").forEach((name, script) -> {
            List<Integer> all = Transcript.places(script);
            if (!all.isEmpty()) {
                places.put(name, all.get(chance.nextInt(all.size())));
            }
        });
        play(places, "dying");
    }

    /** Between every two lines of each; {@code ./dev bench transcripts} runs it. */
    @Test
    @Tag("trial")
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    void eachEndsTheSameWhereverTheOwnerDies() throws Exception {
        Map<String, List<String>> scripts = Door.scripts("proxy");
        int rounds = scripts.values().stream()
                .mapToInt(script -> Transcript.places(script).size())
                .max()
                .orElseThrow();
        int first = Integer.getInteger("round", 1);
        int last = Math.min(rounds, Integer.getInteger("last", rounds));
        int kills = 0;
        for (int round = first; round <= last; round++) {
            Map<String, Integer> places = new TreeMap<>();
            for (Map.Entry<String, List<String>> script : scripts.entrySet()) {
                List<Integer> all = Transcript.places(script.getValue());
                if (round <= all.size()) {
                    places.put(script.getKey(), all.get(round - 1));
                }
            }
            System.out.println("round " + round + " of " + rounds);
            settled();
            play(places, "round" + round + "-");
            kills += places.size();
        }
        System.out.println(
                "transcripts: " + kills + " places of " + scripts.size() + " transcripts, each ended the same");
    }

    /** The people of a script; whoever shares mailboxes has them with the same owner. */
    private static Map<String, String> people(List<String> accounts, int script) {
        return Map.of("budi", accounts.get(2 * script), "siti", accounts.get(2 * script + 1));
    }

    /** Plays scripts whose owner dies before a line of each. */
    private void play(Map<String, Integer> places, String people) throws Exception {
        Map<String, List<String>> scripts = Door.scripts("proxy");
        String victim = leader();
        List<String> accounts = ownedBy(victim, 2 * places.size(), people);
        CountDownLatch there = new CountDownLatch(places.size());
        CountDownLatch dead = new CountDownLatch(1);
        List<Callable<Boolean>> plays = new ArrayList<>();
        places.forEach((name, place) -> {
            System.out.println("transcripts: the owner dies before " + name + ":" + place);
            List<String> script = Objects.requireNonNull(scripts.get(name));
            Door door = new Dying(proxy(), people(accounts, plays.size()), place, there, dead);
            plays.add(() -> play(new Transcript(name, script, door)));
        });
        try {
            all(plays, () -> {
                if (!there.await(2, TimeUnit.MINUTES)) {
                    throw new AssertionError(there.getCount() + " transcripts do not come to their place");
                }
                six.cluster().kill(victim);
                dead.countDown();
            });
        } finally {
            six.cluster().start(victim);
        }
    }

    /** Nothing is handed over any more: a shard that was lost is back where it belongs. */
    @BeforeEach
    void settled() {
        List<String> owners = six.cluster().plan().nodes().stream()
                .filter(node -> six.cluster().plan().roles(node).contains("mailbox"))
                .toList();
        Kit.await(
                "each of " + owners + " leads its shard",
                Kit.READY,
                () -> six.cluster().status().stream()
                        .filter(row -> owners.contains(row.name()))
                        .allMatch(row -> led(row).contains("shard-" + (1 + owners.indexOf(row.name())))));
    }

    /** A node that leads a shard. */
    private String leader() {
        return six.cluster().status().stream()
                .filter(row -> !led(row).isEmpty())
                .findFirst()
                .orElseThrow()
                .name();
    }

    private static List<String> led(NodeStatus row) {
        return row.led().stream().filter(group -> group.startsWith("shard")).toList();
    }

    /** So many accounts whose shard a node leads. */
    private List<String> ownedBy(String node, int count, String people) {
        List<String> led = six.cluster().status().stream()
                .filter(row -> row.name().equals(node))
                .flatMap(row -> led(row).stream())
                .toList();
        List<String> owned = new ArrayList<>();
        for (String account : Kit.accounts(six.cluster(), people, 2 * count + 4).keySet()) {
            String shard = six.cluster().shard(account);
            if (led.contains(shard)) {
                owned.add(account);
            }
        }
        assertThat(owned).as("accounts that %s owns, which leads %s", node, led).hasSizeGreaterThanOrEqualTo(count);
        return owned;
    }

    private interface Deed {
        void run() throws IOException, InterruptedException;
    }

    private static boolean play(Transcript transcript) throws IOException {
        transcript.play();
        return true;
    }

    /** Plays all at once, and does a deed meanwhile. */
    private static void all(List<Callable<Boolean>> plays, Deed deed) throws Exception {
        List<String> wrong = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> playing = plays.stream().map(threads::submit).toList();
            deed.run();
            for (Future<Boolean> play : playing) {
                try {
                    play.get(Duration.ofMinutes(3).toSeconds(), TimeUnit.SECONDS);
                } catch (ExecutionException failed) {
                    wrong.add(String.valueOf(failed.getCause()));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }
}
