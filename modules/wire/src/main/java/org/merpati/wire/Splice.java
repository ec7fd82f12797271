package org.merpati.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;

/** Joins two connections: what one sends, the other receives, until either ends. */
public final class Splice {
    private static final int CHUNK = 16 * 1024;

    private Splice() {}

    /** Joins until one side ends, then closes both. */
    public static void join(Connection a, Connection b) {
        CountDownLatch ended = new CountDownLatch(1);
        Thread back = Thread.ofVirtual().name(b.name() + "-splice").start(() -> {
            copy(b, a);
            ended.countDown();
        });
        copy(a, b);
        try {
            ended.await();
            back.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Connection from, Connection to) {
        byte[] chunk = new byte[CHUNK];
        try {
            InputStream in = from.in();
            OutputStream out = to.out();
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                out.write(chunk, 0, n);
                if (in.available() == 0) {
                    out.flush();
                }
            }
        } catch (IOException gone) {
            // One of the two went away: the other is told by the close below.
        } finally {
            to.close();
            from.close();
        }
    }
}
