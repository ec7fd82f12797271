package org.merpati.dev.copies;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.merpati.cluster.Authority;
import org.merpati.cluster.Enrollment;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Topology;
import org.merpati.journal.Journal;
import org.merpati.journal.JournalConfig;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;

/**
 * One of the processes that are measured. {@code journal FOLDER BASE COPIES NUMBER} is a voter of a journal with so
 * many copies and mutual TLS, {@code bare FOLDER BASE COPIES NUMBER} one of the bare copies. It prints {@code ready}
 * and who is asked, takes {@code CALLERS SECONDS} on its standard input, and answers the commands a second.
 */
public final class Voter {
    /** What is said before the name of the one that is asked. */
    public static final String READY = "ready ";

    /** The octets of a caller's command. */
    public static final int COMMAND = 10 * 1024;

    static final Id CLUSTER = new Id(1L << 40, 11);
    static final GroupName GROUP = GroupName.shard(1);

    private Voter() {}

    static Topology topology(int base, int copies) {
        List<NodeInfo> nodes = new ArrayList<>();
        for (int i = 0; i < copies; i++) {
            nodes.add(new NodeInfo(name(i), "127.0.0.1", Set.of(Role.MAILBOX), base + 2 * i, 0, base + 2 * i + 1));
        }
        return new Topology(CLUSTER, nodes);
    }

    /** What a voter is called. */
    public static NodeName name(int number) {
        return new NodeName("voter" + number);
    }

    static Path home(Path folder, int number) {
        return folder.resolve(name(number).value());
    }

    /** Makes the certificates of all voters. */
    public static void prepare(Path folder, int base, int copies) throws IOException {
        Authority authority = Authority.create(folder.resolve("ca"), "bench", "bench".toCharArray());
        Enrollment enrollment =
                new Enrollment(topology(base, copies), authority, folder.resolve("ca"), List.of(), Clock.system());
        for (int i = 0; i < copies; i++) {
            enrollment.enrollHere(name(i), home(folder, i).resolve("identity"));
        }
    }

    /** Runs one. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[1]);
        int base = Integer.parseInt(arguments[2]);
        int copies = Integer.parseInt(arguments[3]);
        int number = Integer.parseInt(arguments[4]);
        if (arguments[0].equals("journal")) {
            journal(folder, topology(base, copies), number);
        } else if (number == 0) {
            List<Integer> others =
                    IntStream.range(1, copies).mapToObj(other -> base + other).toList();
            try (BareCopies writer = new BareCopies(home(folder, 0), others)) {
                serve(name(0), writer::submit);
            }
        } else {
            System.out.println(READY + name(0));
            BareCopies.follow(home(folder, number), base + number);
        }
    }

    private static void journal(Path folder, Topology topology, int number) throws IOException, InterruptedException {
        try (VoterNode node = new VoterNode(folder, topology, number, JournalConfig.standard());
                Journal journal = node.open(new NoState())) {
            while (journal.leadership().leader().isEmpty()) {
                LockSupport.parkNanos(10_000_000);
            }
            serve(journal.leadership().leader().get(), journal::submit);
        }
    }

    private static void serve(NodeName leader, Consumer<byte[]> submit) throws IOException, InterruptedException {
        BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        System.out.println(READY + leader);
        for (String line = asked.readLine(); line != null; line = asked.readLine()) {
            String[] words = line.split(" ", -1);
            System.out.println(Callers.run(Integer.parseInt(words[0]), Integer.parseInt(words[1]), submit));
        }
    }
}
