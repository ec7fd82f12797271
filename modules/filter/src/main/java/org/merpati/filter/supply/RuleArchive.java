package org.merpati.filter.supply;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.merpati.kernel.Malformed;

/**
 * The files of rules in an archive: a zip file, or a tar file compressed by gzip. Names lose their folders, so that
 * nothing is written elsewhere; whatever is no file of rules is passed over.
 */
final class RuleArchive {
    /** The most octets that an archive, or all its files, may have. */
    static final int LIMIT = 64 * 1024 * 1024;

    private static final int FILES = 1_000;
    private static final int BLOCK = 512;
    private static final int NAME_LENGTH = 100;
    private static final int SIZE_AT = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int TYPE_AT = 156;

    private final SortedMap<String, byte[]> files = new TreeMap<>();
    private final String name;
    private long room = LIMIT;

    private RuleArchive(String name) {
        this.name = name;
    }

    /**
     * Reads an archive.
     *
     * @param name as people know it
     * @throws Malformed if it is none, holds too much, or has two files of a name
     */
    static SortedMap<String, byte[]> read(String name, byte[] octets) {
        RuleArchive archive = new RuleArchive(name);
        try {
            if (octets.length > 3 && octets[0] == 'P' && octets[1] == 'K') {
                archive.zip(octets);
            } else if (octets.length > 3 && octets[0] == 0x1f && (octets[1] & 0xff) == 0x8b) {
                archive.tar(octets);
            } else {
                throw new Malformed(name + " is neither a zip file nor a tar file compressed by gzip");
            }
        } catch (IOException damaged) {
            throw new Malformed(name + " is damaged: " + damaged.getMessage());
        }
        return archive.files;
    }

    /** Whether a name is that of a file of rules. */
    static boolean rules(String file) {
        return file.matches("[A-Za-z0-9_][A-Za-z0-9_.+-]*[.](cf|pre)");
    }

    private void zip(byte[] octets) throws IOException {
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(octets))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (!entry.isDirectory()) {
                    add(entry.getName(), in.readNBytes((int) room + 1));
                }
            }
        }
    }

    private void tar(byte[] octets) throws IOException {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(octets))) {
            byte[] head = in.readNBytes(BLOCK);
            while (head.length == BLOCK && head[0] != 0) {
                long size = size(head);
                byte[] content = in.readNBytes((int) Math.min(room + 1, size));
                if (content.length < Math.min(room + 1, size)) {
                    throw new EOFException("it ends early");
                }
                if (head[TYPE_AT] == '0' || head[TYPE_AT] == 0) {
                    add(text(head, 0, NAME_LENGTH), content);
                } else {
                    room(content.length);
                }
                in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
                head = in.readNBytes(BLOCK);
            }
        }
    }

    private long size(byte[] head) {
        String octal = text(head, SIZE_AT, SIZE_LENGTH).strip();
        if (!octal.matches("[0-7]{1,11}")) {
            throw new Malformed(name + " is no tar file compressed by gzip");
        }
        return Long.parseLong(octal, 8);
    }

    private static String text(byte[] head, int at, int length) {
        int end = at;
        while (end < at + length && head[end] != 0) {
            end++;
        }
        return new String(head, at, end - at, StandardCharsets.UTF_8);
    }

    private void room(int more) {
        room -= more;
        if (room < 0) {
            throw new Malformed(name + " holds more than " + LIMIT + " octets");
        }
    }

    private void add(String path, byte[] content) {
        room(content.length);
        String file = path.substring(path.lastIndexOf('/') + 1);
        if (!rules(file)) {
            return;
        }
        if (files.size() >= FILES) {
            throw new Malformed(name + " has more than " + FILES + " files of rules");
        }
        if (files.put(file, content) != null) {
            throw new Malformed(name + " has two files " + file);
        }
    }
}
