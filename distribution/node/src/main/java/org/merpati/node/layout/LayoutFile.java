package org.merpati.node.layout;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.merpati.cluster.Layout;
import org.merpati.cluster.LayoutText;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Sha256;
import org.merpati.runtime.DurableFile;

/**
 * The newest layout that a node knew, in the file {@code layout} of its data folder behind a line with its digest: what
 * its groups are opened by before the directory can be read. Without the file, the configured nodes are the layout.
 */
public final class LayoutFile {
    private final Path file;

    /** The file in a data folder. */
    public LayoutFile(Path data) {
        this.file = data.resolve("layout");
    }

    /**
     * Reads it.
     *
     * @throws Malformed if it is damaged
     */
    public Optional<Layout> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String content = Files.readString(file);
        int end = content.indexOf('\n');
        String text = content.substring(end + 1);
        if (end < 0 || !content.substring(0, end).equals(digest(text))) {
            throw new Malformed("the file " + file + " is damaged: copy the file 'layout' of another node's data folder"
                    + " in its place");
        }
        return Optional.of(LayoutText.parse(text));
    }

    /** Replaces it. */
    public void write(Layout layout) throws IOException {
        String text = LayoutText.write(layout);
        DurableFile.write(file, (digest(text) + "\n" + text).getBytes(StandardCharsets.UTF_8));
    }

    private static String digest(String text) {
        return Sha256.hex(text.getBytes(StandardCharsets.UTF_8));
    }
}
