package org.merpati.store;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Mail made by chance, and texts to look for in it. */
final class Letters {
    private static final List<String> WORDS = List.of(
            "rapat",
            "laporan",
            "pengiriman",
            "kontainer",
            "faktur",
            "Jakarta",
            "the",
            "shipping",
            "Straße",
            "ΟΔΟΣ",
            "çığlık",
            "İstanbul",
            "会議の資料",
            "東京",
            "서울",
            "e\u0301tude",
            "étude",
            "naïve",
            "😀🚢",
            "x",
            "-",
            "100%",
            "a@b.c",
            "ſ",
            "ﬁle",
            "ΑΣ",
            "σας",
            "q=1&r=2",
            "\u212bngström",
            "\t");
    private final Random chance;

    Letters(Random chance) {
        this.chance = chance;
    }

    private String one(List<String> from) {
        return from.get(chance.nextInt(from.size()));
    }

    private String words(int most) {
        StringBuilder text = new StringBuilder();
        for (int left = chance.nextInt(most + 1); left > 0; left--) {
            text.append(one(WORDS)).append(chance.nextInt(12) == 0 ? "\r\n" : chance.nextInt(5) == 0 ? "" : " ");
        }
        return text.toString();
    }

    private String line(int most) {
        return words(most).replaceAll("\\s+", " ");
    }

    private static String encoded(String text) {
        return "=?utf-8?B?" + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)) + "?=";
    }

    private String header() {
        String subject = line(6);
        return "From: " + line(2) + " <budi@lvlogist.com>\r\nTo: siti@lvlogist.com\r\nSubject: "
                + (chance.nextBoolean() ? subject : encoded(subject)) + "\r\n"
                + (chance.nextInt(3) == 0 ? "X-Cargo: " + line(3) + "\r\n  " + line(2) + "\r\n" : "");
    }

    private String part() {
        String text = words(chance.nextInt(20) == 0 ? 2_000 : 40);
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        return switch (chance.nextInt(4)) {
            case 0 -> "Content-Type: text/plain; charset=utf-8\r\n\r\n" + text;
            case 1 -> "Content-Type: text/html; charset=utf-8\r\n\r\n<p>" + text + "</p>";
            case 2 ->
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                        + Base64.getMimeEncoder().encodeToString(octets);
            default -> "Content-Type: application/octet-stream; name=\"" + line(1) + ".bin\"\r\n\r\n" + text;
        };
    }

    /** A message. */
    String next() {
        if (chance.nextInt(3) > 0) {
            return header() + part();
        }
        StringBuilder message = new StringBuilder(header());
        message.append("Content-Type: multipart/mixed; boundary=cut\r\n\r\n");
        for (int left = 1 + chance.nextInt(3); left > 0; left--) {
            String inner = chance.nextInt(4) == 0 ? "Content-Type: message/rfc822\r\n\r\n" + header() + part() : part();
            message.append("--cut\r\n").append(inner).append("\r\n");
        }
        return message.append("--cut--\r\n").toString();
    }

    /** What somebody might look for: mostly a piece of a text, sometimes in other letters or nowhere. */
    String needle(List<String> texts) {
        String text = texts.isEmpty() || chance.nextInt(6) == 0 ? words(3) : one(texts);
        int from = chance.nextInt(text.length() + 1);
        int to = Math.min(text.length(), from + 1 + chance.nextInt(chance.nextInt(8) == 0 ? 60 : 9));
        String piece = text.substring(from, to);
        return chance.nextBoolean() ? piece : piece.toUpperCase(Locale.ROOT);
    }
}
