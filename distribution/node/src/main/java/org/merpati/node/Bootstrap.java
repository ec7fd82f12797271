package org.merpati.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.merpati.cluster.Pem;
import org.merpati.directory.Credentials;
import org.merpati.directory.People;
import org.merpati.kernel.Address;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first entries of a new directory: the domain and its administrator, whose hashes 'merpati init' left in the file
 * {@code bootstrap} of the first directory node. The file is deleted when they are in.
 */
final class Bootstrap {
    private static final Logger LOG = LoggerFactory.getLogger(Bootstrap.class);
    private static final String FILE = "bootstrap";
    private static final long PAUSE_NANOS = 200_000_000;

    private Bootstrap() {}

    static void write(Path data, Address administrator, Credentials credentials) throws IOException {
        Pem.writeSecret(
                data.resolve(FILE),
                administrator + "\n" + credentials.hash() + "\n"
                        + credentials.scram().orElse("") + "\n");
    }

    /** Whether that is still to be done here: the cluster was just made, and nobody has voted in it before. */
    static boolean pending(Path data) {
        return Files.exists(data.resolve(FILE));
    }

    /** Does it in the background, as soon as the directory has a leader. */
    static void begin(NodeContext node) {
        Path file = node.config().data().resolve(FILE);
        if (Files.exists(file)) {
            Thread.ofVirtual().name("bootstrap").start(() -> run(node, file));
        }
    }

    private static void run(NodeContext node, Path file) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                List<String> lines = Files.readAllLines(file);
                enter(node, Address.parse(lines.get(0)), new Credentials(lines.get(1), Optional.of(lines.get(2))));
                Files.delete(file);
                LOG.info("the directory has its first domain and administrator");
                return;
            } catch (TryLater notYet) {
                LockSupport.parkNanos(PAUSE_NANOS);
            } catch (IOException | Failure wrong) {
                LOG.error("the first entries of the directory could not be made from {}: {}", file, wrong.getMessage());
                return;
            }
        }
    }

    private static void enter(NodeContext node, Address administrator, Credentials credentials) {
        People people = node.directory().people();
        Domain domain = administrator.domain();
        if (!people.hosts(domain)) {
            once(() -> node.directory().addDomain(domain));
        }
        if (node.directory().people().login(administrator.key()).isEmpty()) {
            once(() -> node.directory().addAccount(administrator, "Administrator", credentials, true, true));
        }
    }

    /** Makes something that may be there from an earlier try whose answer was lost; whether it was made now. */
    static boolean once(Runnable make) {
        try {
            make.run();
            return true;
        } catch (Refused refused) {
            if (refused.reason() != Refused.Reason.ALREADY_EXISTS) {
                throw refused;
            }
            return false;
        }
    }
}
