package org.merpati.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Reads server-sent events (HTML Standard §9.2). The limit of each test is the limit of its waits. */
final class EventReader implements AutoCloseable {
    private static final int MOST = 100;

    private final BufferedReader lines;

    EventReader(InputStream stream) {
        lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    }

    /** The data of the next event, which is of a kind. */
    String next(String kind) throws IOException {
        String event = "";
        String data = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("event: ")) {
                event = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            } else if (line.isEmpty() && !event.isEmpty()) {
                if (!event.equals(kind)) {
                    throw new AssertionError("an event '" + event + "' instead of '" + kind + "': " + data);
                }
                return data;
            }
        }
        throw new AssertionError("the stream of events ended");
    }

    /** Reads on until an event of a kind has a text. */
    void until(String kind, String text) throws IOException {
        for (int i = 0; i < MOST; i++) {
            String data = kind.equals("over") ? nextOver() : next(kind);
            if (data.contains(text)) {
                return;
            }
        }
        throw new AssertionError("no event '" + kind + "' with " + text);
    }

    private String nextOver() throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals("event: over")) {
                return String.valueOf(lines.readLine());
            }
        }
        throw new AssertionError("the stream of events ended without 'over'");
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
