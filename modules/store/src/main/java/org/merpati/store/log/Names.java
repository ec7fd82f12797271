package org.merpati.store.log;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import org.merpati.kernel.Refused;

/** The lawful form of mailbox names; proposers bring names into it, so that no copy's Unicode tables matter. */
public final class Names {
    /** The mailbox that every account has. */
    public static final String INBOX = "INBOX";

    private static final int OCTETS = 1000;
    private static final int LEVELS = 50;

    private Names() {}

    /**
     * The name in NFC, with INBOX in capitals as the first level.
     *
     * @throws Refused if a mailbox cannot be called so
     */
    public static String lawful(String name) {
        String nfc = spelled(name);
        if (nfc.isEmpty() || nfc.startsWith("/") || nfc.endsWith("/") || nfc.contains("//")) {
            throw new Refused(Refused.Reason.CANNOT, "a level of the mailbox name '" + nfc + "' is empty");
        }
        if (nfc.getBytes(StandardCharsets.UTF_8).length > OCTETS) {
            throw new Refused(Refused.Reason.LIMIT, "a mailbox name has at most " + OCTETS + " octets in UTF-8");
        }
        if (levels(nfc) > LEVELS) {
            throw new Refused(Refused.Reason.LIMIT, "a mailbox name has at most " + LEVELS + " levels");
        }
        for (int i = 0; i < nfc.length(); i++) {
            char c = nfc.charAt(i);
            if (Character.isISOControl(c) || c == '*' || c == '%' || c == '\u2028' || c == '\u2029') {
                throw new Refused(
                        Refused.Reason.CANNOT, "a mailbox name has no control characters and neither '*' nor '%'");
            }
        }
        return nfc;
    }

    /** The name as it would be stored, lawful or not. */
    public static String spelled(String name) {
        String nfc = Normalizer.normalize(name, Normalizer.Form.NFC);
        int end = nfc.indexOf('/') < 0 ? nfc.length() : nfc.indexOf('/');
        return nfc.substring(0, end).matches("(?i)inbox") ? INBOX + nfc.substring(end) : nfc;
    }

    /** How many levels a name has. */
    public static int levels(String name) {
        return (int) name.chars().filter(c -> c == '/').count() + 1;
    }
}
