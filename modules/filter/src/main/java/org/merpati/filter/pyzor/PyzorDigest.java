package org.merpati.filter.pyzor;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.merpati.mime.Charsets;
import org.merpati.mime.ParameterValue;
import org.merpati.mime.Part;
import org.merpati.mime.TransferEncoding;

/**
 * The digest that Pyzor 1.0 knows a message by: of its lines without what tells copies apart (long words, addresses,
 * links, white space), all of them if they are few, else six of them at two places.
 */
final class PyzorDigest {
    private static final String SPACE = "[\\s\\x1c-\\x1f]";
    private static final String SOLID = "[^\\s\\x1c-\\x1f]";
    private static final Pattern LONG = pattern(SOLID + "{10,}");
    private static final Pattern ADDRESS = pattern(SOLID + "+@" + SOLID + "+");
    private static final Pattern LINK = pattern("[a-zA-Z]+:" + SOLID + "+");
    private static final Pattern SPACES = pattern(SPACE);
    private static final Pattern LINE_END = Pattern.compile("\r\n|[\n\r\\x0b\f\\x1c-\\x1e\\x85\\u2028\\u2029]");

    /** Lines that are shorter than this, in characters, say too little. */
    private static final int SHORT = 8;
    /** As many lines are taken whole. */
    private static final int FEW = 4;
    /** Where more lines are looked at, in percent, and how many there. */
    private static final int[] PLACES = {20, 60};

    private static final int AT_A_PLACE = 3;

    private PyzorDigest() {}

    private static Pattern pattern(String expression) {
        return Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS);
    }

    /** The digest in hex; nothing for a message that says nothing. */
    static Optional<String> of(byte[] message, Part structure) {
        List<String> lines = new ArrayList<>();
        gather(message, structure, lines);
        return lines.isEmpty() ? Optional.empty() : Optional.of(HexFormat.of().formatHex(sha1(chosen(lines))));
    }

    private static void gather(byte[] message, Part part, List<String> lines) {
        part.children().forEach(child -> gather(message, child, lines));
        part.message().ifPresent(nested -> gather(message, nested.part(), lines));
        if (part.multipart() || part.type().equalsIgnoreCase("message")) {
            return;
        }
        for (String line : LINE_END.split(content(message, part))) {
            String kept = bare(line);
            if (kept.codePointCount(0, kept.length()) >= SHORT) {
                lines.add(kept);
            }
        }
    }

    /** A text as people read it; of anything else the octets as they were sent. */
    private static String content(byte[] message, Part part) {
        if (!part.type().equalsIgnoreCase("text")) {
            return new String(
                    message, part.bodyStart(), part.bodyEnd() - part.bodyStart(), StandardCharsets.ISO_8859_1);
        }
        String text = decoded(
                TransferEncoding.decode(part.encoding(), message, part.bodyStart(), part.bodyEnd()),
                ParameterValue.of(part.parameters(), "charset").orElse(""));
        return part.subtype().equalsIgnoreCase("html") ? PageText.of(text) : text;
    }

    /** What is not of the character set is left out; an unknown one is taken for ASCII. */
    private static String decoded(byte[] octets, String charset) {
        Charset set = charset.isEmpty()
                ? StandardCharsets.US_ASCII
                : Charsets.find(charset).orElse(StandardCharsets.US_ASCII);
        try {
            return set.newDecoder()
                    .onMalformedInput(CodingErrorAction.IGNORE)
                    .onUnmappableCharacter(CodingErrorAction.IGNORE)
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException never) {
            return "";
        }
    }

    private static String bare(String line) {
        String kept = line;
        for (Pattern unwanted : List.of(LONG, ADDRESS, LINK, SPACES)) {
            kept = unwanted.matcher(kept).replaceAll("");
        }
        return kept;
    }

    private static List<String> chosen(List<String> lines) {
        if (lines.size() <= FEW) {
            return lines;
        }
        List<String> chosen = new ArrayList<>();
        for (int place : PLACES) {
            int from = place * lines.size() / 100;
            chosen.addAll(lines.subList(from, Math.min(lines.size(), from + AT_A_PLACE)));
        }
        return chosen;
    }

    private static byte[] sha1(List<String> lines) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            lines.forEach(line -> digest.update(line.getBytes(StandardCharsets.UTF_8)));
            return digest.digest();
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
