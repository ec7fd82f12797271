package org.merpati.it.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.cluster.Layout;
import org.merpati.cluster.NodeInfo;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;
import org.merpati.node.layout.LayoutFile;

/** The layout in a node's data folder. */
class LayoutFileTest {
    private static final Layout LAYOUT = Layout.seed(
            List.of(new NodeInfo(new NodeName("n1"), "127.0.0.1", Set.of(Role.MAILBOX, Role.MTA), 1, 2, 3)));

    @TempDir
    private Path folder = Path.of("");

    @Test
    void whatWasWrittenLastIsRead() throws IOException {
        LayoutFile file = new LayoutFile(folder);
        assertThat(file.read()).isEmpty();
        file.write(LAYOUT);
        Layout newer = LAYOUT.with(new NodeInfo(new NodeName("n2"), "127.0.0.2", Set.of(Role.PROXY), 1, 2, 3));
        file.write(newer);
        assertThat(new LayoutFile(folder).read()).contains(newer);
    }

    @Test
    void aChangedOctetIsNoticed() throws IOException {
        new LayoutFile(folder).write(LAYOUT);
        Path path = folder.resolve("layout");
        byte[] octets = Files.readAllBytes(path);
        for (int at = 0; at < octets.length; at += 7) {
            byte[] damaged = octets.clone();
            damaged[at] ^= 1;
            Files.write(path, damaged);
            assertThatThrownBy(() -> new LayoutFile(folder).read())
                    .as("octet %d", at)
                    .isInstanceOf(Malformed.class)
                    .hasMessageContaining("is damaged: copy the file 'layout' of another node");
        }
    }
}
