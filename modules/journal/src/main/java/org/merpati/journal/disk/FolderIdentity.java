package org.merpati.journal.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.runtime.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says whose the folders of logs are, in files outside of them, so that a folder that got lost is not taken for a new
 * one: an empty voter under an old name could help to elect a leader without acknowledged entries
 * (replication.md §10.3).
 */
public final class FolderIdentity {
    private static final Logger LOG = LoggerFactory.getLogger(FolderIdentity.class);
    private static final String GENERATION = "generation";
    private static final String FORMING = "forming";
    private static final String FORMED = "formed";
    /** The log is that of the generation before, and is to go on with this voter alone. */
    private static final String CONTINUING = "continuing";

    private final Path root;
    private final Id cluster;
    private final ToIntFunction<GroupName> generations;

    /**
     * Opens the folder of all groups' logs.
     *
     * @param generations how often a group went on with one copy, as the layout says
     * @throws Refused if it belongs to another cluster
     */
    public FolderIdentity(Path root, Id cluster, ToIntFunction<GroupName> generations) throws IOException {
        this.root = root;
        this.cluster = cluster;
        this.generations = generations;
        Files.createDirectories(root);
        Path file = root.resolve("cluster");
        if (Files.exists(file)) {
            check(file, "cluster", cluster.toString());
        } else {
            write(file, Map.of("cluster", cluster.toString()));
        }
    }

    /** The id by which Ratis knows a group: the same on every node, another in every cluster and generation. */
    public static UUID engineId(Id cluster, GroupName group, int generation) {
        String life = generation == 0 ? "" : "/" + generation;
        return UUID.nameUUIDFromBytes((cluster + "/" + group + life).getBytes(StandardCharsets.UTF_8));
    }

    private String engineId(GroupName group) {
        return engineId(cluster, group, generations.applyAsInt(group)).toString();
    }

    /** The folder of one group. */
    public Path folder(GroupName group) {
        return root.resolve(group.value());
    }

    /** The folder in which Ratis keeps the files of a group's log. */
    public Path log(GroupName group) {
        return folder(group).resolve(engineId(group)).resolve("current");
    }

    /** The folder of copies of files that were mended. */
    public Path aside() {
        return root.resolve("aside");
    }

    /**
     * Checks a group's folder before its log is opened, and notes that it is being formed if it is new.
     *
     * @throws Refused if the folder is missing or another's though the group was here before
     */
    public void check(GroupName group, int incarnation) throws IOException {
        Path file = root.resolve(group + ".identity");
        Path folder = folder(group);
        boolean there = Files.exists(log(group).resolve("raft-meta"));
        if (!Files.exists(file)) {
            if (there || !engineFolders(folder).isEmpty()) {
                throw refused("the folder " + folder + " holds a log, but " + file + " is missing, so nobody knows"
                        + " whose it is; restore the file, or have the node begin anew with an empty data"
                        + " folder ('merpati node token')");
            }
            Files.createDirectories(folder);
            note(group, incarnation, FORMING);
            return;
        }
        check(file, "cluster", cluster.toString());
        check(file, "group", group.value());
        if (!read(file).getOrDefault("incarnation", "").equals(Integer.toString(incarnation))) {
            throw refused("the folder " + folder + " is of the time before this node began anew: move the data folder"
                    + " away, and have the node join with an empty one");
        }
        List<Path> others = engineFolders(folder).stream()
                .filter(p -> !p.getFileName().toString().equals(engineId(group)))
                .toList();
        if (!others.isEmpty()) {
            throw refused("the folder " + folder + " holds the log of another group, " + others.getFirst()
                    + "; move it away and restore the log of group " + group);
        }
        if (!FORMING.equals(read(file).get("state")) && !there) {
            throw refused("the log of group " + group + " is missing in " + folder + ", but this node has voted in the"
                    + " group before; restore the folder, or have the node begin anew with an empty data folder"
                    + " ('merpati node token')");
        }
        Files.createDirectories(folder);
    }

    /** Notes that the group's log exists now. */
    public void formed(GroupName group, int incarnation) throws IOException {
        if (!FORMED.equals(state(group))) {
            note(group, incarnation, FORMED);
        }
    }

    private String state(GroupName group) throws IOException {
        return read(root.resolve(group + ".identity")).getOrDefault("state", "");
    }

    private int generation(GroupName group) throws IOException {
        Path file = root.resolve(group + ".identity");
        return Files.exists(file)
                ? Integer.parseInt(read(file).getOrDefault(GENERATION, "0"))
                : generations.applyAsInt(group);
    }

    /**
     * Brings what is here of a group, if it is of before it went on with one copy, in line with the layout; to be done
     * before the check: the log of that copy goes on. It may be made again after a crash.
     *
     * @param goesOn whether the group goes on with the copy that is here
     * @throws Refused if this is another copy, which may hold what the group does not
     */
    public void advance(GroupName group, NodeName self, int incarnation, boolean goesOn) throws IOException {
        if (generation(group) >= generations.applyAsInt(group)) {
            return;
        }
        if (!goesOn) {
            throw refused("group " + group + " went on with another node's copy, and what node " + self + " has of it"
                    + " is of before: have the node begin anew with an empty data folder ('merpati node token " + self
                    + "')");
        }
        LOG.warn("group {} goes on with what node {} has of it", group, self);
        Path before = folder(group)
                .resolve(engineId(cluster, group, generation(group)).toString());
        if (Files.exists(before)) {
            Files.move(before, folder(group).resolve(engineId(group)), StandardCopyOption.ATOMIC_MOVE);
            DurableFile.syncFolder(folder(group));
        }
        note(group, incarnation, CONTINUING);
    }

    /** Whether the log is still to be told that this voter is alone, before it is opened. */
    public boolean continues(GroupName group) throws IOException {
        return CONTINUING.equals(state(group));
    }

    private void note(GroupName group, int incarnation, String state) throws IOException {
        Map<String, String> values = Map.of(
                "cluster",
                cluster.toString(),
                "group",
                group.value(),
                "incarnation",
                Integer.toString(incarnation),
                GENERATION,
                Integer.toString(generations.applyAsInt(group)),
                "state",
                state);
        write(root.resolve(group + ".identity"), values);
    }

    private static List<Path> engineFolders(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static void check(Path file, String key, String expected) throws IOException {
        String found = read(file).getOrDefault(key, "");
        if (!found.equals(expected)) {
            throw refused("the folder " + file.getParent() + " belongs to " + key + " " + found + ", not to " + key
                    + " " + expected + " that this node is configured for; name the right data folder");
        }
    }

    private static Refused refused(String sentence) {
        return new Refused(Refused.Reason.CANNOT, sentence);
    }

    private static Map<String, String> read(Path file) throws IOException {
        Map<String, String> values = new TreeMap<>();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return values;
    }

    private static void write(Path file, Map<String, String> values) throws IOException {
        StringBuilder text = new StringBuilder("merpati journal identity 1\n");
        new TreeMap<>(values)
                .forEach((key, value) ->
                        text.append(key).append('=').append(value).append('\n'));
        DurableFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
