package org.merpati.dev;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.merpati.dev.disk.DiskProvider;
import org.merpati.dev.disk.PowerCut;

/** A cluster whose nodes are processes of their own, each from the runnable jar of its role. */
public final class ProcessCluster extends Cluster {
    /** Long enough for a node that also writes the archive of its classes. */
    private static final int STOP_SECONDS = 60;

    /** How a JVM exits that was asked to end by a signal. */
    private static final int TERMINATED = 128 + 15;

    private static final int LAST_LINES = 80;

    private static final List<String> OPENED = List.of(
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.fs=ALL-UNNAMED",
            "--add-opens=java.management/sun.management=ALL-UNNAMED",
            "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED");

    private final Path jars;
    private final Map<String, Process> processes = new ConcurrentHashMap<>();
    private final Function<String, List<String>> wrap;
    private final boolean cuttable;
    private final boolean measured;
    /** Which node leaves the archive of a jar's classes when it ends. */
    private final Map<Path, String> archivists = new ConcurrentHashMap<>();

    private ProcessCluster(
            Plan plan, Path jars, Function<String, List<String>> wrap, boolean cuttable, boolean measured) {
        super(plan);
        this.jars = jars;
        this.wrap = wrap;
        this.cuttable = cuttable;
        this.measured = measured;
    }

    /**
     * @param jars the folder of the runnable jars
     * @param wrap what a node's command begins with, such as {@code ip netns exec NAME}
     */
    public ProcessCluster(Plan plan, Path jars, Function<String, List<String>> wrap) {
        this(plan, jars, wrap, false, false);
    }

    /** A cluster on disks whose power can be cut. */
    public static ProcessCluster cuttable(Plan plan, Path jars) {
        return new ProcessCluster(plan, jars, node -> List.of(), true, false);
    }

    /** A cluster whose speed is told: its nodes compile their code as in real life, which takes them minutes. */
    static ProcessCluster measured(Plan plan, Path jars) {
        return new ProcessCluster(plan, jars, node -> List.of(), false, true);
    }

    public ProcessCluster(Plan plan, Path jars) {
        this(plan, jars, node -> List.of());
    }

    private Path jar(String node) {
        List<String> roles = plan().roles(node);
        String name = roles.size() == 1 ? "merpati-" + roles.getFirst() + ".jar" : "merpati.jar";
        return jars.resolve(name);
    }

    /** The command of a node's process. */
    private List<String> command(String node) {
        List<String> command = new ArrayList<>(wrap.apply(node));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        boolean heavy =
                plan().roles(node).contains("mailbox") || plan().roles(node).contains("mta");
        command.addAll(List.of(
                heavy ? "-Xmx640m" : "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "-XX:TieredStopAtLevel=" + compiler(),
                "-XX:+ExitOnOutOfMemoryError",
                "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(cuttable ? onDisk(node) : fromJar(node));
        command.addAll(List.of("run", "--conf", plan().file(node).toString()));
        return command;
    }

    /**
     * How far a node compiles its code: as in real life where each has a processor. More nodes than processors would
     * compile for their first minutes instead of serving, so they make do with the fast compiler, unless they are
     * measured.
     */
    private int compiler() {
        return measured || plan().nodes().size() <= Runtime.getRuntime().availableProcessors() ? 4 : 1;
    }

    private Path side(String node) {
        return plan().folder().resolve("side").resolve(node);
    }

    private Path unsynced() {
        return plan().folder().resolve("unsynced");
    }

    /** From this instant every sync on every node's disk is an empty promise. */
    public void promiseWithoutSync() throws IOException {
        Files.createFile(unsynced());
    }

    /** What a JVM needs of a jar's classes, made ready by another that ended in order: it starts in half the time. */
    private static Path archive(Path jar) {
        return Path.of(jar.toString().replace(".jar", ".jsa"));
    }

    /** An archive while it is written: a JVM that reads the half of one may crash. */
    private static Path unfinished(Path jar) {
        return Path.of(archive(jar) + "." + ProcessHandle.current().pid());
    }

    private static boolean archived(Path jar) {
        return archive(jar).toFile().lastModified() > jar.toFile().lastModified();
    }

    /**
     * Makes the archives of classes that are missing or older than their jars: of each such jar one node ends in order
     * and starts again.
     *
     * @return whether nodes were started again, which are not ready yet
     */
    public boolean archiveClasses() throws IOException {
        List<String> ending = archivists.values().stream().filter(this::running).toList();
        stop(ending);
        start(ending);
        return !ending.isEmpty();
    }

    private List<String> fromJar(String node) {
        Path jar = jar(node);
        List<String> command = new ArrayList<>();
        if (archived(jar)) {
            command.add("-XX:SharedArchiveFile=" + archive(jar));
        } else if (archivists.computeIfAbsent(jar, first -> node).equals(node)) {
            command.add("-XX:ArchiveClassesAtExit=" + unfinished(jar));
        }
        command.addAll(List.of("-Xlog:cds=off", "-Xlog:cds+dynamic=off", "-jar", jar.toString()));
        return command;
    }

    /** Takes the archives that nodes left which ended in order. */
    private void takeArchives() {
        Map.copyOf(archivists).forEach((jar, node) -> {
            Process process = processes.get(node);
            if (process != null && !process.isAlive() && Files.exists(unfinished(jar))) {
                archivists.remove(jar);
                takeArchive(jar, process.exitValue() == TERMINATED);
            }
        });
    }

    private static void takeArchive(Path jar, boolean whole) {
        try {
            if (whole) {
                Files.move(unfinished(jar), archive(jar), StandardCopyOption.ATOMIC_MOVE);
            } else {
                Files.delete(unfinished(jar));
            }
        } catch (IOException withoutIt) {
            System.err.println("nodes start slower: " + withoutIt);
        }
    }

    /** Without that archive: a JVM that finds its file system in it needs a file system to load it. */
    private List<String> onDisk(String node) {
        List<String> command = new ArrayList<>(OPENED);
        command.addAll(List.of(
                "-Djava.nio.file.spi.DefaultFileSystemProvider=" + DiskProvider.class.getName(),
                "-Dmerpati.disk.folder=" + plan().data(node),
                "-Dmerpati.disk.side=" + side(node),
                "-Dmerpati.disk.unsynced=" + unsynced(),
                "-cp",
                jars.resolve("merpati-dev.jar").toString(),
                org.merpati.node.Main.class.getName()));
        return command;
    }

    /**
     * Kills several nodes at one instant and takes back what they had not synced.
     *
     * @return what was taken back, by node
     */
    public Map<String, PowerCut.Undone> cutPower(List<String> nodes) throws IOException {
        if (!cuttable) {
            throw new IOException("the power of these nodes cannot be cut: they write to the machine's disk");
        }
        kill(nodes);
        Map<String, PowerCut.Undone> undone = new TreeMap<>();
        for (String node : nodes) {
            undone.put(node, PowerCut.cut(side(node)));
        }
        return undone;
    }

    @Override
    public synchronized void start(String node) throws IOException {
        if (running(node)) {
            return;
        }
        Files.createDirectories(plan().folder());
        Process process = new ProcessBuilder(command(node))
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(plan().log(node).toFile()))
                .start();
        processes.put(node, process);
    }

    @Override
    public long pid(String node) {
        Process process = processes.get(node);
        return process != null && process.isAlive() ? process.pid() : 0;
    }

    @Override
    Optional<String> ended(String node) {
        Process process = processes.get(node);
        if (process == null || process.isAlive()) {
            return Optional.empty();
        }
        try {
            List<String> lines = Files.readAllLines(plan().log(node), StandardCharsets.ISO_8859_1);
            return Optional.of(lines.isEmpty() ? "it said nothing" : lastWords(lines));
        } catch (IOException unreadable) {
            return Optional.of("its log cannot be read: " + unreadable.getMessage());
        }
    }

    /** The sentence that a node ends with; the end of its log if a bug or a signal took the time for one. */
    private static String lastWords(List<String> lines) {
        return lines.getLast().startsWith("merpati: ")
                ? lines.getLast()
                : String.join(
                        System.lineSeparator(), lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    private Process process(String node) throws IOException {
        plan().data(node);
        Process process = processes.get(node);
        if (process == null || !process.isAlive()) {
            throw new IOException("node " + node + " does not run");
        }
        return process;
    }

    @Override
    public void kill(String node) throws IOException {
        Process process = process(node);
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void kill(List<String> nodes) throws IOException {
        List<Process> all = new ArrayList<>();
        for (String node : nodes) {
            all.add(process(node));
        }
        all.forEach(Process::destroyForcibly);
        all.forEach(p -> p.onExit().join());
    }

    @Override
    public void stop(String node) throws IOException {
        stop(List.of(node));
    }

    private void stop(List<String> nodes) throws IOException {
        List<Process> ending = new ArrayList<>();
        for (String node : nodes) {
            ending.add(process(node));
        }
        end(ending);
        takeArchives();
    }

    /** Asks processes to end, and kills those that have not within {@link #STOP_SECONDS}. */
    private static void end(Collection<Process> processes) {
        processes.forEach(Process::destroy);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
        for (Process process : processes) {
            try {
                if (!process.waitFor(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    process.destroyForcibly();
                    process.onExit().join();
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                process.destroyForcibly();
            }
        }
    }

    private void signal(String node, String signal) throws IOException {
        Process kill = new ProcessBuilder(
                        "kill", "-" + signal, Long.toString(process(node).pid()))
                .start();
        if (kill.onExit().join().exitValue() != 0) {
            throw new IOException("node " + node + " could not be sent " + signal);
        }
    }

    @Override
    public void pause(String node) throws IOException {
        signal(node, "STOP");
    }

    @Override
    public void resume(String node) throws IOException {
        signal(node, "CONT");
    }

    @Override
    public void close() {
        end(processes.values());
        takeArchives();
    }
}
