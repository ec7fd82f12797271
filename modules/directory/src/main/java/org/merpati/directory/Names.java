package org.merpati.directory;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.RDN;
import org.merpati.kernel.Address;
import org.merpati.kernel.Domain;

/** The names of the tree and of its attributes. */
public final class Names {
    /** The root of the tree. */
    public static final String BASE = "o=merpati";

    public static final String DOMAIN_CLASS = "merpatiDomain";
    public static final String ACCOUNT_CLASS = "merpatiAccount";
    public static final String ALIAS_CLASS = "merpatiAlias";
    public static final String DOMAIN = "associatedDomain";
    public static final String ACCOUNT_ID = "merpatiAccountId";
    public static final String SHARD = "merpatiShard";
    /** A move of an account's mailboxes that is not done yet; see {@link Account.Move}. */
    public static final String MOVE = "merpatiMove";

    public static final String ADMIN = "merpatiAdmin";
    public static final String STATUS = "merpatiStatus";
    public static final String MUST_CHANGE = "merpatiMustChangePassword";
    public static final String QUOTA_OCTETS = "merpatiQuotaOctets";
    public static final String QUOTA_MESSAGES = "merpatiQuotaMessages";
    public static final String TARGET = "mailForwardingAddress";
    public static final String PASSWORD = "userPassword";
    public static final String SCRAM = "authPassword";
    /** Attributes that hold private keys; the value begins with the role that may know it and a colon. */
    public static final String PRIVATE_KEY = "merpatiPrivateKey";

    /** A line of the mail filter, of a person, a domain or the whole server. */
    public static final String FILTER_RULE = "merpatiFilterRule";
    /** The entry that holds the whole server's lines. */
    public static final String FILTER = "cn=filter,o=merpati";

    public static final String FILTER_CLASS = "merpatiFilter";

    /** Who may ask for admin operations over the network. */
    public static final String TOKEN = "merpatiToken";
    /** The entry that holds them. */
    public static final String TOKENS = "cn=tokens,o=merpati";

    public static final String TOKENS_CLASS = "merpatiTokens";

    /** How the cluster is laid out. */
    public static final String LAYOUT = "merpatiLayout";
    /** The entry that holds it. */
    public static final String LAYOUT_ENTRY = "cn=layout,o=merpati";

    public static final String LAYOUT_CLASS = "merpatiLayoutEntry";

    private Names() {}

    /** The entry of a domain. */
    public static String of(Domain domain) {
        return new DN(new RDN(DOMAIN, domain.value()), new RDN("o", "merpati")).toString();
    }

    /** The entry of an account or alias. */
    public static String of(Address address) {
        return new DN(
                        new RDN("uid", address.local().toLowerCase(java.util.Locale.ROOT)),
                        new RDN(DOMAIN, address.domain().value()),
                        new RDN("o", "merpati"))
                .toString();
    }
}
