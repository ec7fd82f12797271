package org.merpati.mime;

/** Lines of octets: each ends behind its LF, or where the octets end. */
final class Lines {
    private Lines() {}

    /** The start of the line after the one at a place. */
    static int next(byte[] octets, int at, int to) {
        int i = at;
        while (i < to) {
            if (octets[i++] == '\n') {
                return i;
            }
        }
        return to;
    }

    /** Where the text of the line {@code [start, end)} ends, before its CRLF or LF. */
    static int textEnd(byte[] octets, int start, int end) {
        int to = end;
        if (to > start && octets[to - 1] == '\n') {
            to--;
            if (to > start && octets[to - 1] == '\r') {
                to--;
            }
        }
        return to;
    }
}
