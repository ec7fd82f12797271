package org.merpati.proxy;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.merpati.directory.Account;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Refused;
import org.merpati.wire.Connection;
import org.merpati.wire.Dialogue;
import org.merpati.wire.PreLogin;
import org.merpati.wire.Splice;

/** IMAP's front door: answers what comes before a login, and splices the client with the owner of its mailboxes. */
final class ImapFront implements Dialogue {
    private static final Duration BEFORE_LOGIN = Duration.ofMinutes(2);

    private final PreLogin.Settings settings;
    private final OwnerLink link;

    ImapFront(PreLogin.Settings settings, OwnerLink link) {
        this.settings = settings;
        this.link = link;
    }

    @Override
    public void serve(Connection client) throws IOException {
        client.idleTimeout(BEFORE_LOGIN);
        PreLogin login = new PreLogin(client, settings);
        login.greet();
        for (Optional<PreLogin.Credentials> given = login.next(); given.isPresent(); given = login.next()) {
            String tag = given.get().tag();
            try {
                Account account = link.judge(
                        given.get().user(), given.get().password(), given.get().authorization());
                if (link.servedHere(account, tag, client)) {
                    return;
                }
                Connection owner = link.open(account, tag, client);
                client.idleTimeout(Duration.ZERO);
                owner.idleTimeout(Duration.ZERO);
                Splice.join(client, owner);
                return;
            } catch (Refused refused) {
                client.say(tag + " NO [" + code(refused.reason()) + "] " + refused.sentence());
            } catch (Failure later) {
                client.say(tag + " NO [UNAVAILABLE] " + later.sentence());
            }
        }
    }

    private static String code(Refused.Reason reason) {
        return switch (reason) {
            case EXPIRED -> "EXPIRED";
            case NO_PERMISSION -> "AUTHORIZATIONFAILED";
            default -> "AUTHENTICATIONFAILED";
        };
    }
}
