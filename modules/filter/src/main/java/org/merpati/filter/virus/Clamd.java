package org.merpati.filter.virus;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.merpati.filter.Content;

/** Asks one clamd about a message, by its command INSTREAM: chunks behind their length, ended by one of none. */
final class Clamd {
    private static final int CHUNK = 64 * 1024;
    private static final int REPLY_LIMIT = 4096;

    /** What it says. */
    sealed interface Reply {
        /** Nothing was found. */
        record Clean() implements Reply {}

        /** A virus of that name was found. */
        record Found(String name) implements Reply {}

        /** The message is longer than this clamd looks at. */
        record TooLong() implements Reply {}
    }

    private final ScannerAddress address;

    Clamd(ScannerAddress address) {
        this.address = address;
    }

    /**
     * Asks.
     *
     * @throws IOException if it is away, does not answer within the limit, or answers that it cannot
     */
    Reply scan(Content content, Duration limit) throws IOException {
        try (SocketChannel channel = address.open()) {
            FutureTask<Reply> asking = new FutureTask<>(() -> dialogue(channel, content));
            Thread.ofVirtual().name("clamd").start(asking);
            return asking.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new IOException(address + " did not answer within " + limit.toMillis() + " ms", late);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        } catch (ExecutionException failed) {
            throw new IOException(
                    address + ": " + (failed.getCause() == null ? failed : failed.getCause()).getMessage(), failed);
        }
    }

    private Reply dialogue(SocketChannel channel, Content content) throws IOException {
        channel.connect(address.resolved());
        write(channel, ByteBuffer.wrap("zINSTREAM\0".getBytes(StandardCharsets.US_ASCII)));
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = content.open()) {
            for (int read = in.readNBytes(chunk, 0, CHUNK); read > 0; read = in.readNBytes(chunk, 0, CHUNK)) {
                write(channel, ByteBuffer.allocate(4).putInt(read).flip());
                write(channel, ByteBuffer.wrap(chunk, 0, read));
            }
            write(channel, ByteBuffer.allocate(4).putInt(0).flip());
        } catch (IOException broken) {
            // It hangs up where it has heard enough, and says why before.
            String said = read(channel);
            if (said.isEmpty()) {
                throw broken;
            }
            return reply(said);
        }
        return reply(read(channel));
    }

    private static void write(SocketChannel channel, ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    private static String read(SocketChannel channel) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(REPLY_LIMIT);
        while (said.size() < REPLY_LIMIT && channel.read(buffer) >= 0) {
            said.write(buffer.array(), 0, buffer.position());
            buffer.clear();
            if (said.size() > 0 && said.toByteArray()[said.size() - 1] == 0) {
                break;
            }
        }
        return said.toString(StandardCharsets.UTF_8).replace("\0", "").strip();
    }

    private static Reply reply(String said) throws IOException {
        if (said.endsWith(" FOUND")) {
            int from = said.startsWith("stream: ") ? "stream: ".length() : 0;
            return new Reply.Found(said.substring(from, said.length() - " FOUND".length()));
        }
        if (said.endsWith(" OK") || said.equals("OK")) {
            return new Reply.Clean();
        }
        if (said.contains("size limit exceeded")) {
            return new Reply.TooLong();
        }
        throw new IOException(said.isEmpty() ? "it hung up" : "it says '" + said + "'");
    }
}
