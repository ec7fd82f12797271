package org.merpati.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.journal.StateMachine;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

class SideTableTest {
    @TempDir
    Path folder;

    /** A table that is a list of octets; a change is one of them, and 0 is none. */
    private static final class Octets implements SideTable {
        private final List<Byte> list = new ArrayList<>();

        @Override
        public String name() {
            return "octets";
        }

        @Override
        public void change(byte[] change) {
            if (change.length != 1 || change[0] == 0) {
                throw new Malformed("a change is one octet and not nought");
            }
            list.add(change[0]);
        }

        @Override
        public byte[] write() {
            byte[] all = new byte[list.size()];
            for (int i = 0; i < all.length; i++) {
                all[i] = list.get(i);
            }
            return all;
        }

        @Override
        public void read(byte[] octets) {
            list.clear();
            for (byte octet : octets) {
                list.add(octet);
            }
        }

        @Override
        public void clear() {
            list.clear();
        }
    }

    private final Octets octets = new Octets();

    private static SideTables of(Octets table) {
        return new SideTables(List.of(table));
    }

    private static byte[] change(int octet) {
        return DirectoryState.command("octets", new byte[] {(byte) octet});
    }

    private static void apply(DirectoryGroup group, long index, byte[] command) {
        BinaryReader answer = new BinaryReader(group.state().apply(index, 0, command));
        group.state().entryApplied(index);
        answer.i64();
        if (!answer.flag()) {
            throw new Malformed(answer.text());
        }
    }

    @Test
    void aChangeThatComesTwiceCountsOnce() throws IOException {
        DirectoryGroup group = new DirectoryGroup(folder, of(octets));
        apply(group, 1, change(7));
        apply(group, 1, change(7));
        apply(group, 2, change(8));
        assertThat(octets.write()).containsExactly(7, 8);
    }

    @Test
    void whatIsNoChangeIsRefusedAlikeEverywhere() throws IOException {
        DirectoryGroup group = new DirectoryGroup(folder, of(octets));
        assertThatThrownBy(() -> apply(group, 1, change(0))).hasMessageContaining("not nought");
        assertThat(octets.write()).isEmpty();
        assertThat(group.copy().since(0).orElseThrow()).isEmpty();
    }

    @Test
    void aCommandForAnUnknownTableStopsTheVoter() throws IOException {
        DirectoryGroup group = new DirectoryGroup(folder, SideTables.NONE);
        assertThatThrownBy(() -> apply(group, 1, change(1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aCheckpointHoldsTheTables() throws IOException {
        DirectoryGroup group = new DirectoryGroup(folder.resolve("a"), of(octets));
        apply(group, 5, change(7));
        assertThat(group.state().checkpoint()).isEqualTo(5);
        Octets again = new Octets();
        DirectoryGroup opened = new DirectoryGroup(folder.resolve("a"), of(again));
        assertThat(again.write()).containsExactly(7);
        apply(opened, 5, change(7));
        assertThat(again.write()).as("the log repeats it").containsExactly(7);

        Octets fetched = new Octets();
        DirectoryGroup other = new DirectoryGroup(folder.resolve("b"), of(fetched));
        apply(other, 2, change(1));
        try (StateMachine.Pinned pinned = group.state().pin();
                StateMachine.Installation install = other.state().install(pinned.index(), pinned.files())) {
            StateMachine.CheckpointFile file = pinned.files().getFirst();
            install.put(file, new ByteArrayInputStream(pinned.open(file.name()).readAllBytes()));
            install.commit();
        }
        assertThat(fetched.write()).containsExactly(7);
    }

    /** What a follower does with the frames of the feed. */
    @Test
    void aFollowerTakesAWholeStateAndThenChanges() throws IOException {
        DirectoryGroup group = new DirectoryGroup(folder, of(octets));
        apply(group, 3, change(7));
        BinaryWriter whole = new BinaryWriter();
        group.copy().tables().write(whole, List.of("octets", "another"));
        Octets theirs = new Octets();
        LiveCopy follower = new LiveCopy(of(theirs));
        assertThat(follower.tables().read(new BinaryReader(whole.toByteArray())))
                .containsExactly("octets");
        follower.replace(new Tree(), 3);
        apply(group, 4, change(8));
        group.copy().since(2).orElseThrow().forEach(follower::follow);
        assertThat(theirs.write()).containsExactly(7, 8);
        assertThat(follower.index()).isEqualTo(4);
    }

    @Test
    void onlySoMuchIsRemembered() throws IOException {
        LiveCopy copy = new LiveCopy();
        byte[] large = new byte[5 << 20];
        for (int index = 1; index <= 5; index++) {
            copy.changed(new LiveCopy.Change.OfTable(index, "octets", large));
        }
        assertThat(copy.since(1)).isEmpty();
        assertThat(copy.since(3).orElseThrow()).hasSize(2);
    }

    /** The folder under test resources was written by version 2 of the checkpoint and must be readable for ever. */
    @Test
    void theGoldenDirectoryOfVersionTwoOpens(@TempDir Path temp) throws IOException {
        Path golden = Path.of("src/test/resources/golden/directory-2");
        if (Boolean.getBoolean("golden.write") && !Files.exists(golden)) {
            DirectoryGroup group = new DirectoryGroup(folder, of(octets));
            apply(group, 1, change(42));
            group.state().checkpoint();
            copy(folder, golden);
        }
        copy(golden, temp.resolve("directory"));
        DirectoryGroup opened = new DirectoryGroup(temp.resolve("directory"), of(octets));
        assertThat(opened.state().checkpointed()).isEqualTo(1);
        assertThat(octets.write()).containsExactly(42);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
            }
        }
    }
}
