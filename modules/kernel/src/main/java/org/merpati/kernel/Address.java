package org.merpati.kernel;

import java.util.Locale;

/**
 * A mailbox address (RFC 5321 §4.1.2): a local part without quotes and a domain. The local part keeps its case;
 * {@link #key} is the form to compare by.
 */
public record Address(String local, Domain domain) {
    private static final int LOCAL_LIMIT = 64;
    private static final String ATEXT_SPECIALS = "!#$%&'*+-/=?^_`{|}~.";

    public Address {
        if (local.isEmpty() || local.length() > LOCAL_LIMIT) {
            throw new Malformed("the local part of an address has 1 to " + LOCAL_LIMIT + " characters");
        }
    }

    /**
     * Reads {@code local@domain}; a quoted local part is unquoted.
     *
     * @throws Malformed if it is not an address
     */
    public static Address parse(String text) {
        int at = text.lastIndexOf('@');
        if (at <= 0 || at == text.length() - 1) {
            throw new Malformed("'" + text + "' is not an address: name@domain");
        }
        String local = text.substring(0, at);
        if (local.startsWith("\"") && local.endsWith("\"") && local.length() > 2) {
            local = local.substring(1, local.length() - 1).replaceAll("\\\\(.)", "$1");
        } else if (!isDotAtom(local)) {
            throw new Malformed("'" + text + "' is not an address: its local part has a character that needs quotes");
        }
        return new Address(local, Domain.parse(text.substring(at + 1)));
    }

    private static boolean isDotAtom(String local) {
        if (local.startsWith(".") || local.endsWith(".") || local.contains("..")) {
            return false;
        }
        return local.chars().allMatch(c -> c > 127 || Character.isLetterOrDigit(c) || ATEXT_SPECIALS.indexOf(c) >= 0);
    }

    /** The form that addresses are compared and looked up by: all lower case. */
    public String key() {
        return local.toLowerCase(Locale.ROOT) + "@" + domain;
    }

    /** The text form, with quotes where the local part needs them. */
    @Override
    public String toString() {
        String quoted = isDotAtom(local) ? local : "\"" + local.replaceAll("([\"\\\\])", "\\\\$1") + "\"";
        return quoted + "@" + domain;
    }
}
