package org.merpati.store.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.kernel.Sha256;

/** The message ids that a message's header names (RFC 5322 §3.6.4), hashed: its own, then the nearest first. */
public final class MessageIds {
    /** The most ids that are followed, and the most octets of a header that are looked at. */
    private static final int LIMIT = 12;

    private static final int HEADER_LIMIT = 64 << 10;
    private static final Pattern ID = Pattern.compile("<([^<>\\s]{1,500})>");

    private MessageIds() {}

    /** The hashes of a message: its own id first, then those that it refers to; at most twelve. */
    public static List<Long> of(byte[] message) {
        String header = new String(message, 0, Math.min(message.length, HEADER_LIMIT), StandardCharsets.ISO_8859_1);
        int end = header.indexOf("\r\n\r\n");
        String[] lines = (end < 0 ? header : header.substring(0, end)).split("\r\n(?![ \t])", -1);
        List<String> ids = new ArrayList<>();
        collect(lines, "message-id:", ids);
        if (ids.size() > 1) {
            ids.subList(1, ids.size()).clear();
        }
        collect(lines, "in-reply-to:", ids);
        List<String> references = new ArrayList<>();
        collect(lines, "references:", references);
        ids.addAll(references.reversed());
        return ids.stream().distinct().limit(LIMIT).map(MessageIds::hash).toList();
    }

    private static void collect(String[] lines, String name, List<String> ids) {
        for (String line : lines) {
            if (line.length() > name.length()
                    && line.substring(0, name.length()).toLowerCase(Locale.ROOT).equals(name)) {
                Matcher matcher = ID.matcher(line);
                while (matcher.find()) {
                    ids.add(matcher.group(1));
                }
                return;
            }
        }
    }

    private static long hash(String id) {
        return ByteBuffer.wrap(Sha256.of(id.getBytes(StandardCharsets.ISO_8859_1)))
                .getLong();
    }
}
