package org.merpati.filter.auth;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Locale;

/** The forms in which headers and bodies are signed (RFC 6376 §3.4). */
final class Canonical {
    private Canonical() {}

    /**
     * A header field as it is signed, with its line end.
     *
     * @param field all of its octets as ISO-8859-1 characters
     */
    static String field(String field, boolean relaxed) {
        if (!relaxed) {
            return field;
        }
        int colon = field.indexOf(':');
        String name = field.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        String value = field.substring(colon + 1)
                .replaceAll("\r?\n(?=[ \t])", "")
                .replaceAll("[ \t]+", " ")
                .replaceAll("^[ \t]+|[ \t\r\n]+$", "");
        return name + ":" + value + "\r\n";
    }

    /** A signature's field as it signs itself: the value of b= is empty, and there is no line end. */
    static String unsigned(String field, boolean relaxed) {
        int colon = field.indexOf(':');
        String emptied = field.substring(0, colon + 1)
                + field.substring(colon + 1).replaceFirst("(?s)((?:^|;)\\s*b\\s*=)[^;]*", "$1");
        if (!emptied.endsWith("\n") && field.endsWith("\r\n")) {
            emptied += "\r\n";
        }
        return field(emptied, relaxed).replaceAll("\r\n$", "");
    }

    /** Digests a body as it is signed, octet by octet. */
    static final class Body {
        private final MessageDigest digest;
        private final boolean relaxed;
        private final long limit;
        private final byte[] buffer = new byte[8192];
        private int buffered;
        private long count;
        private long emptyLines;
        private boolean inLine;
        private boolean space;
        private boolean carriage;

        /**
         * @param limit how many octets are signed (l=)
         */
        Body(MessageDigest digest, boolean relaxed, long limit) {
            this.digest = digest;
            this.relaxed = relaxed;
            this.limit = limit;
        }

        /** The digest of what is left in a stream. */
        byte[] of(InputStream in) throws IOException {
            byte[] octets = new byte[8192];
            for (int read = in.read(octets); read > 0; read = in.read(octets)) {
                for (int i = 0; i < read; i++) {
                    take(octets[i]);
                }
            }
            if (inLine) {
                lineEnd();
            } else if (count == 0 && !relaxed) {
                lineEnd();
            }
            digest.update(buffer, 0, buffered);
            return digest.digest();
        }

        private void take(byte octet) {
            if (octet == '\n') {
                carriage = false;
                if (inLine) {
                    lineEnd();
                } else {
                    emptyLines++;
                }
                inLine = false;
                space = false;
                return;
            }
            if (carriage) {
                carriage = false;
                content((byte) '\r');
            }
            if (octet == '\r') {
                carriage = true;
            } else if (relaxed && (octet == ' ' || octet == '\t')) {
                space = true;
            } else {
                content(octet);
            }
        }

        private void content(byte octet) {
            for (; emptyLines > 0; emptyLines--) {
                lineEnd();
            }
            if (space) {
                emit((byte) ' ');
                space = false;
            }
            inLine = true;
            emit(octet);
        }

        private void lineEnd() {
            emit((byte) '\r');
            emit((byte) '\n');
        }

        private void emit(byte octet) {
            if (count++ >= limit) {
                return;
            }
            if (buffered == buffer.length) {
                digest.update(buffer, 0, buffered);
                buffered = 0;
            }
            buffer[buffered++] = octet;
        }

        /** How many octets there were in the form that is signed. */
        long count() {
            return count;
        }
    }
}
