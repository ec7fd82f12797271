package org.merpati.proxy;

import java.util.Optional;
import org.merpati.smtp.Pop3Door;
import org.merpati.wire.Connection;

/** POP3's front door: whoever logs in is served by the owner of the maildrop, which knows if a session has it. */
final class Pop3Front implements Pop3Door {
    private static final String POP3 = "+";

    private final OwnerLink link;

    Pop3Front(OwnerLink link) {
        this.link = link;
    }

    @Override
    public Entered enter(Connection client, String user, String password, String authorization) {
        return new Entered.Elsewhere(link.open(link.judge(user, Optional.of(password), authorization), POP3, client));
    }
}
