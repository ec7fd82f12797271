package org.merpati.filter.virus;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.merpati.filter.Suspect;
import org.merpati.mime.MessageText;
import org.merpati.mime.Part;
import org.merpati.mime.TransferEncoding;

/**
 * The names of the files that a message carries, those inside zip archives too, as far as they can be read within
 * bounds: an archive that unpacks to more than these is not unpacked further.
 */
final class FileNames {
    private static final int NAMES = 1000;
    private static final int DEPTH = 3;
    private static final int UNPACKED = 20 * 1024 * 1024;
    private static final int LINE = 1000;
    private static final Pattern NAME =
            Pattern.compile("(?:file)?name(?:\\*\\d*\\*?)?\\s*=\\s*(\"[^\"]{1,250}\"|[^\\s;\"]{1,250})");

    private final Set<String> names = new LinkedHashSet<>();
    private int unpacked;

    private FileNames() {}

    /** The names, in lower case, a few at most; first those of the parts. */
    static Set<String> of(Suspect suspect) throws IOException {
        FileNames found = new FileNames();
        found.part(suspect.beginning(), suspect.structure());
        if (suspect.whole().size() > suspect.beginning().length) {
            found.rest(suspect);
        }
        return found.names;
    }

    private void add(String name) {
        if (names.size() < NAMES) {
            names.add(name.strip().toLowerCase(Locale.ROOT));
        }
    }

    private void part(byte[] message, Part part) {
        Optional<String> file = MessageText.fileName(part);
        file.ifPresent(this::add);
        part.children().forEach(child -> part(message, child));
        part.message().ifPresent(nested -> part(message, nested.part()));
        if (!part.multipart()
                && part.message().isEmpty()
                && (file.isPresent() || !part.type().equals("text"))) {
            byte[] octets = TransferEncoding.decode(part.encoding(), message, part.bodyStart(), part.bodyEnd());
            if (octets.length > 4 && octets[0] == 'P' && octets[1] == 'K') {
                zip(new ByteArrayInputStream(octets), 1);
            }
        }
    }

    private void zip(InputStream octets, int depth) {
        byte[] buffer = new byte[8192];
        try (ZipInputStream zip = new ZipInputStream(octets, StandardCharsets.ISO_8859_1)) {
            for (ZipEntry entry = zip.getNextEntry();
                    entry != null && names.size() < NAMES;
                    entry = zip.getNextEntry()) {
                add(entry.getName());
                if (depth < DEPTH && entry.getName().toLowerCase(Locale.ROOT).endsWith(".zip")) {
                    zip(new ByteArrayInputStream(zip.readNBytes(Math.max(0, UNPACKED - unpacked))), depth + 1);
                }
                // What lies between two entries has to be unpacked to find the second.
                for (int read = zip.read(buffer); read > 0; read = zip.read(buffer)) {
                    unpacked += read;
                    if (unpacked > UNPACKED) {
                        return;
                    }
                }
            }
        } catch (ZipException | IllegalArgumentException damagedOrEncrypted) {
            // What was read so far is known.
        } catch (IOException cutOff) {
            // The archive goes on behind the beginning of the message.
        }
    }

    /** What follows the beginning: the names in the headers of its parts, line by line. */
    private void rest(Suspect suspect) throws IOException {
        try (InputStream in = new BufferedInputStream(suspect.whole().open(), 1 << 16)) {
            in.skipNBytes(suspect.beginning().length);
            StringBuilder line = new StringBuilder();
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                if (octet == '\n') {
                    named(line);
                    line.setLength(0);
                } else if (line.length() < LINE) {
                    line.append((char) octet);
                }
            }
            named(line);
        }
    }

    private void named(CharSequence line) {
        if (line.length() > LINE / 2 || line.isEmpty() || line.toString().indexOf('=') < 0) {
            return;
        }
        Matcher matcher = NAME.matcher(line.toString().toLowerCase(Locale.ROOT));
        while (matcher.find()) {
            add(matcher.group(1).replace("\"", ""));
        }
    }
}
