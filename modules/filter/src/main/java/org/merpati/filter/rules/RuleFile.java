package org.merpati.filter.rules;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.merpati.kernel.Malformed;

/**
 * A file of rules; its octets as characters.
 *
 * @param name as people know it
 */
public record RuleFile(String name, String text) {
    private static final String OWN = "merpati.cf";
    private static final long SIZE_LIMIT = 16 * 1024 * 1024;

    /**
     * Reads the files of folders, folder by folder in the order of their names, those that name plug-ins first.
     *
     * @throws Malformed if a folder or file cannot be read
     */
    public static List<RuleFile> of(List<Path> folders) {
        List<RuleFile> files = new ArrayList<>();
        for (String ending : new String[] {".pre", ".cf"}) {
            for (Path folder : folders) {
                for (Path file : list(folder, ending)) {
                    files.add(read(file));
                }
            }
        }
        return files;
    }

    private static List<Path> list(Path folder, String ending) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(file -> file.getFileName().toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException cannot) {
            throw new Malformed("the folder of rules " + folder + " cannot be read: " + cannot.getMessage());
        }
    }

    private static RuleFile read(Path file) {
        try {
            if (Files.size(file) > SIZE_LIMIT) {
                throw new Malformed(file + " has more than " + SIZE_LIMIT + " octets and is no file of rules");
            }
            return new RuleFile(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException cannot) {
            throw new Malformed(file + " cannot be read: " + cannot.getMessage());
        }
    }

    /** The rules that come with this server. */
    public static RuleFile own() {
        try (InputStream in = RuleFile.class.getResourceAsStream(OWN)) {
            if (in == null) {
                throw new IllegalStateException(OWN + " is missing");
            }
            return new RuleFile(OWN, new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
        } catch (IOException cannot) {
            throw new IllegalStateException(OWN + " cannot be read", cannot);
        }
    }
}
