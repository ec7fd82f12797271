package org.merpati.journal.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Refused;
import org.merpati.runtime.DurableFile;

/**
 * Says whose the folders of logs are, in files outside of them, so that a folder that got lost is not taken for a new
 * one: an empty voter under an old name could help to elect a leader without acknowledged entries
 * (replication.md §10.3).
 */
public final class FolderIdentity {
    private static final String FORMING = "forming";
    private static final String FORMED = "formed";

    private final Path root;
    private final Id cluster;

    /**
     * Opens the folder of all groups' logs.
     *
     * @throws Refused if it belongs to another cluster
     */
    public FolderIdentity(Path root, Id cluster) throws IOException {
        this.root = root;
        this.cluster = cluster;
        Files.createDirectories(root);
        Path file = root.resolve("cluster");
        if (Files.exists(file)) {
            check(file, "cluster", cluster.toString());
        } else {
            write(file, Map.of("cluster", cluster.toString()));
        }
    }

    /** The id by which Ratis knows a group: the same on every node, another in every cluster. */
    public static UUID engineId(Id cluster, GroupName group) {
        return UUID.nameUUIDFromBytes((cluster + "/" + group).getBytes(StandardCharsets.UTF_8));
    }

    /** The folder of one group. */
    public Path folder(GroupName group) {
        return root.resolve(group.value());
    }

    /** The folder in which Ratis keeps the files of a group's log. */
    public Path log(GroupName group) {
        return folder(group).resolve(engineId(cluster, group).toString()).resolve("current");
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
                .filter(p -> !p.getFileName()
                        .toString()
                        .equals(engineId(cluster, group).toString()))
                .toList();
        if (!others.isEmpty()) {
            throw refused("the folder " + folder + " holds the log of another group, " + others.getFirst()
                    + "; move it away and restore the log of group " + group);
        }
        if (FORMED.equals(read(file).get("state")) && !there) {
            throw refused("the log of group " + group + " is missing in " + folder + ", but this node has voted in the"
                    + " group before; restore the folder, or have the node begin anew with an empty data folder"
                    + " ('merpati node token')");
        }
        Files.createDirectories(folder);
    }

    /** Notes that the group's log exists now. */
    public void formed(GroupName group, int incarnation) throws IOException {
        if (!FORMED.equals(read(root.resolve(group + ".identity")).get("state"))) {
            note(group, incarnation, FORMED);
        }
    }

    private void note(GroupName group, int incarnation, String state) throws IOException {
        Map<String, String> values = Map.of(
                "cluster", cluster.toString(),
                "group", group.value(),
                "incarnation", Integer.toString(incarnation),
                "state", state);
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
