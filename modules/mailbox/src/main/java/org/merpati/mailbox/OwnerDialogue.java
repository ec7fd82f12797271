package org.merpati.mailbox;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import org.merpati.cluster.Ticket;
import org.merpati.directory.Account;
import org.merpati.imap.ImapService;
import org.merpati.imap.people.Logins;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.smtp.Maildrop;
import org.merpati.smtp.Pop3Service;
import org.merpati.store.MailStore;
import org.merpati.wire.Connection;
import org.merpati.wire.Dialogue;
import org.merpati.wire.LocalDoor;

/**
 * IMAP and POP3 for a proxy: over mutual TLS, the proxy introduces an account that it has checked, and its client's
 * connection goes on here. The line after our greeting is {@code tag account ticket client}, where {@code +}, which is
 * no tag of IMAP, asks for POP3; the answer is {@code OK} and the session behind it, {@code MOVED group node epoch},
 * {@code NO} and a sentence, or {@code REFUSED}, a reason and a sentence. The proxy of this very node needs none of it.
 */
final class OwnerDialogue implements Dialogue, LocalDoor.Owner {
    private static final int LINE_LIMIT = 4096;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String POP3 = "+";

    private final Shards shards;
    private final ImapService imap;
    private final Pop3Service pop3;
    private final Maildrops maildrops;

    OwnerDialogue(Shards shards, ImapService imap, Pop3Service pop3, Maildrops maildrops) {
        this.shards = shards;
        this.imap = imap;
        this.pop3 = pop3;
        this.maildrops = maildrops;
    }

    @Override
    public void serve(Connection connection) throws IOException {
        connection.idleTimeout(PATIENCE);
        String nonce = Ticket.nonce();
        connection.say("MERPATI " + nonce);
        String[] words = connection.line(LINE_LIMIT).split(" ", -1);
        Optional<X509Certificate> proxy = connection.peerCertificate();
        if (words.length != 4 || proxy.isEmpty() || !Ticket.verify(proxy.get(), words[2], nonce, words[1], words[3])) {
            connection.say("NO the introduction is not a proxy's");
            return;
        }
        try {
            Account account = shards.account(AccountId.parse(words[1]));
            Connection introduced = new Introduced(connection, words[3]);
            if (words[0].equals(POP3)) {
                Maildrop maildrop = maildrops.open(account);
                connection.say("OK");
                pop3.serve(introduced, maildrop);
            } else {
                imap(words[0], account, introduced);
            }
        } catch (TryLater later) {
            connection.say(later.moved()
                    .map(r -> "MOVED " + r.group() + " " + r.node() + " " + r.epoch())
                    .orElse("NO " + later.sentence()));
        } catch (Refused refused) {
            connection.say("REFUSED " + refused.reason() + " " + refused.sentence());
        } catch (Failure malformed) {
            connection.say("NO " + malformed.sentence());
        }
    }

    @Override
    public boolean serve(Connection client, String tag, AccountId id) throws IOException {
        Account account = shards.account(id);
        MailStore store;
        try {
            store = shards.of(account);
            store.ensure(id);
            store.fresh();
        } catch (TryLater elsewhere) {
            return false;
        }
        client.idleTimeout(ImapService.Settings.DEFAULTS.idle());
        imap.serve(client, new Logins.Account(account.address().toString(), id, store), tag);
        return true;
    }

    private void imap(String tag, Account account, Connection client) throws IOException {
        MailStore store = shards.of(account);
        store.ensure(account.id());
        store.fresh();
        client.say("OK");
        client.idleTimeout(ImapService.Settings.DEFAULTS.idle());
        imap.serve(client, new Logins.Account(account.address().toString(), account.id(), store), tag);
    }
}
