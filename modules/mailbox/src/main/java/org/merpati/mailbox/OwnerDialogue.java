package org.merpati.mailbox;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import org.merpati.cluster.Ticket;
import org.merpati.directory.Account;
import org.merpati.imap.ImapService;
import org.merpati.imap.Logins;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Failure;
import org.merpati.kernel.TryLater;
import org.merpati.store.MailStore;
import org.merpati.wire.Connection;
import org.merpati.wire.Dialogue;

/**
 * IMAP for a proxy: over mutual TLS, the proxy introduces an account that it has checked, and its client's connection
 * goes on here. The line after our greeting is {@code tag account ticket client}; the answer is {@code OK} and the IMAP
 * session behind it, {@code MOVED group node epoch}, or {@code NO} and a sentence.
 */
final class OwnerDialogue implements Dialogue {
    private static final int LINE_LIMIT = 4096;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Shards shards;
    private final ImapService imap;

    OwnerDialogue(Shards shards, ImapService imap) {
        this.shards = shards;
        this.imap = imap;
    }

    @Override
    public void serve(Connection connection) throws IOException {
        connection.idleTimeout(PATIENCE);
        String nonce = Ticket.nonce();
        connection.say("MERPATI " + nonce);
        String[] words = connection.line(LINE_LIMIT).split(" ", -1);
        Optional<X509Certificate> proxy = connection.peerCertificate();
        if (words.length != 4
                || proxy.isEmpty()
                || !proxy.get().getSubjectX500Principal().getName().contains("OU=proxy")
                || !Ticket.verify(proxy.get(), words[2], nonce, words[1], words[3])) {
            connection.say("NO the introduction is not a proxy's");
            return;
        }
        try {
            Account account = shards.account(AccountId.parse(words[1]));
            MailStore store = shards.of(account);
            store.ensure(account.id());
            store.fresh();
            connection.say("OK");
            Connection introduced = new Introduced(connection, words[3]);
            introduced.idleTimeout(ImapService.Settings.DEFAULTS.idle());
            String user = account.address().toString();
            imap.serve(introduced, new Logins.Account(user, account.id(), store), words[0]);
        } catch (TryLater later) {
            connection.say(later.moved()
                    .map(r -> "MOVED " + r.group() + " " + r.node() + " " + r.epoch())
                    .orElse("NO " + later.sentence()));
        } catch (Failure refused) {
            connection.say("NO " + refused.sentence());
        }
    }
}
