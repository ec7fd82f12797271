package org.merpati.dev.copies;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * The least that a majority of the copies can cost: a writer takes everything that waits, up to what a batch of the
 * journal holds, syncs it to its own file while the others sync it to theirs, over sockets in clear, and goes on when
 * one of them has. No elections, no terms, no checksums, nobody reads it again.
 */
final class BareCopies implements AutoCloseable {
    private static final int BATCH = 960 * 1024;

    /** A caller's command. */
    private record Waiting(byte[] command, CompletableFuture<Void> safe) {}

    private final FileChannel file;
    private final List<DataOutputStream> others = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private CountDownLatch acknowledged = new CountDownLatch(0);
    private boolean closed;

    /** Connects with the others; without any, one copy is all there is. */
    BareCopies(Path folder, List<Integer> ports) throws IOException {
        file = open(folder);
        for (int port : ports) {
            Socket other = new Socket(InetAddress.getLoopbackAddress(), port);
            other.setTcpNoDelay(true);
            others.add(new DataOutputStream(other.getOutputStream()));
            DataInputStream answers = new DataInputStream(other.getInputStream());
            Thread.ofPlatform().daemon().start(() -> hear(answers));
        }
        Thread.ofPlatform().daemon().name("bare").start(this::write);
    }

    private static FileChannel open(Path folder) throws IOException {
        return FileChannel.open(
                folder.resolve("bare"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
    }

    /** Keeps a copy for the one that connects, until it goes. */
    static void follow(Path folder, int port) throws IOException {
        try (ServerSocket listener = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                Socket writer = listener.accept();
                FileChannel file = open(folder)) {
            writer.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(writer.getInputStream());
            DataOutputStream out = new DataOutputStream(writer.getOutputStream());
            for (int length = in.read() < 0 ? -1 : in.readInt();
                    length >= 0;
                    length = in.read() < 0 ? -1 : in.readInt()) {
                keep(file, ByteBuffer.wrap(in.readNBytes(length)));
                out.writeByte(1);
            }
        }
    }

    private static void keep(FileChannel file, ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            file.write(octets);
        }
        file.force(false);
    }

    private void hear(DataInputStream answers) {
        try {
            while (answers.read() >= 0) {
                synchronized (this) {
                    acknowledged.countDown();
                }
            }
        } catch (IOException gone) {
            // The copy has ended, with this process.
        }
    }

    /** Returns when the command is safe on a majority. */
    void submit(byte[] command) {
        Waiting mine = new Waiting(command, new CompletableFuture<>());
        synchronized (waiting) {
            waiting.add(mine);
            waiting.notifyAll();
        }
        mine.safe.join();
    }

    private void write() {
        try {
            for (List<Waiting> batch = take(); !batch.isEmpty(); batch = take()) {
                byte[] all =
                        new byte[batch.stream().mapToInt(w -> w.command.length).sum()];
                int at = 0;
                for (Waiting each : batch) {
                    System.arraycopy(each.command, 0, all, at, each.command.length);
                    at += each.command.length;
                }
                CountDownLatch one = new CountDownLatch(Math.min(1, others.size()));
                synchronized (this) {
                    acknowledged = one;
                }
                for (DataOutputStream other : others) {
                    ByteBuffer framed = ByteBuffer.allocate(5 + all.length);
                    other.write(framed.put((byte) 1).putInt(all.length).put(all).array());
                }
                keep(file, ByteBuffer.wrap(all));
                one.await();
                batch.forEach(w -> w.safe.complete(null));
            }
        } catch (IOException broken) {
            throw new java.io.UncheckedIOException(broken);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Waiting> take() throws InterruptedException {
        synchronized (waiting) {
            while (waiting.isEmpty() && !closed) {
                waiting.wait();
            }
            int octets = 0;
            int commands = 0;
            while (commands < waiting.size() && octets + waiting.get(commands).command.length <= BATCH) {
                octets += waiting.get(commands++).command.length;
            }
            List<Waiting> head = waiting.subList(0, commands);
            List<Waiting> batch = List.copyOf(head);
            head.clear();
            return batch;
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (waiting) {
            closed = true;
            waiting.notifyAll();
        }
        for (DataOutputStream other : others) {
            other.close();
        }
        file.close();
    }
}
