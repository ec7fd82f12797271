package org.merpati.dev;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Debian's Dovecot 2.3 on a loopback port, with everything at its default but for where it lies and who logs in: what
 * ours is compared with. Accounts are made when they first log in; all have one password. Needs root.
 */
public final class Dovecot implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/dovecot");
    private static final Path LMTP = Path.of("/usr/lib/dovecot/lmtp");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int OWNER = 5_000;

    private final Process process;
    private final int port;
    private final int lmtp;

    private Dovecot(Process process, int port, int lmtp) {
        this.process = process;
        this.port = port;
        this.lmtp = lmtp;
    }

    /** Whether it is installed here, and may be started. */
    public static boolean here() {
        return Files.isExecutable(PROGRAM) && Files.isWritable(Path.of("/etc"));
    }

    /** Whether it can take mail by LMTP, too; Debian has that in {@code dovecot-lmtpd}. */
    static boolean delivers() {
        return here() && Files.isExecutable(LMTP);
    }

    /**
     * Starts it.
     *
     * @param folder where everything of it lies
     * @param format {@code maildir} or {@code mdbox}
     * @throws IOException if it does not come up
     */
    public static Dovecot start(Path folder, String format, String password) throws IOException {
        return start(folder, format, password, "dovecot.conf");
    }

    /** Starts it so that its people may share mailboxes (RFC 4314). */
    public static Dovecot startSharing(Path folder, String format, String password) throws IOException {
        return start(folder, format, password, "dovecot.conf", "dovecot-sharing.conf");
    }

    /** Starts it so that it takes mail by LMTP (RFC 2033), too. */
    static Dovecot startDelivering(Path folder, String format, String password) throws IOException {
        return start(folder, format, password, "dovecot.conf", "dovecot-lmtp.conf");
    }

    private static Dovecot start(Path folder, String format, String password, String... templates) throws IOException {
        Path home = Files.createDirectories(folder.toAbsolutePath());
        Files.createDirectories(home.resolve("mail"));
        int port;
        int lmtp;
        try (ServerSocket free = new ServerSocket(0);
                ServerSocket another = new ServerSocket(0)) {
            port = free.getLocalPort();
            lmtp = another.getLocalPort();
        }
        StringBuilder text = new StringBuilder();
        for (String template : templates) {
            text.append(configuration(template, home, format, password, port, lmtp));
        }
        Path conf = Files.writeString(home.resolve("dovecot.conf"), text);
        own(home.resolve("mail"));
        Process process = new ProcessBuilder(PROGRAM.toString(), "-F", "-c", conf.toString())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("out").toFile())
                .start();
        Dovecot started = new Dovecot(process, port, lmtp);
        try {
            Await.until(() -> "Dovecot listens: " + said(home), PATIENCE, started::listens);
        } catch (RuntimeException silent) {
            started.close();
            throw new IOException("Dovecot does not come up", silent);
        }
        return started;
    }

    private static String configuration(String name, Path home, String format, String password, int port, int lmtp)
            throws IOException {
        try (InputStream template = Objects.requireNonNull(Dovecot.class.getResourceAsStream(name), name)) {
            String text = new String(template.readAllBytes(), StandardCharsets.UTF_8);
            return text.formatted(home, format, OWNER, password, port, lmtp);
        }
    }

    private static void own(Path folder) throws IOException {
        Files.setAttribute(folder, "unix:uid", OWNER);
        Files.setAttribute(folder, "unix:gid", OWNER);
    }

    private static String said(Path home) {
        try {
            return Files.readString(home.resolve("out"));
        } catch (IOException nothing) {
            return "";
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            return process.isAlive();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Where it listens, host:port. */
    public String imap() {
        return "127.0.0.1:" + port;
    }

    /** Where it takes mail, host:port, if it was started so. */
    String lmtp() {
        return "127.0.0.1:" + lmtp;
    }

    /** The process whose children do the work. */
    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** The version, as it says it. */
    static String version() {
        try {
            Process asked = new ProcessBuilder(PROGRAM.toString(), "--version").start();
            return new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException cannot) {
            throw new UncheckedIOException(cannot);
        }
    }
}
