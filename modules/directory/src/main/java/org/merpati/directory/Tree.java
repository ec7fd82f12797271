package org.merpati.directory;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResult;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.schema.Schema;
import com.unboundid.ldif.LDIFAddChangeRecord;
import com.unboundid.ldif.LDIFChangeRecord;
import com.unboundid.ldif.LDIFDeleteChangeRecord;
import com.unboundid.ldif.LDIFException;
import com.unboundid.ldif.LDIFModifyChangeRecord;
import com.unboundid.ldif.LDIFReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.merpati.cluster.LayoutText;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.Domain;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Quota;

/**
 * The entries of the directory in memory (UnboundID's in-memory server, without a socket) and the typed index beside
 * them. One thread changes it; anyone may read.
 */
final class Tree {
    /** Why an entry is not added that is here. */
    static final String EXISTS = "it exists already";

    /** The most lines that one scope says to the mail filter. */
    private static final int FILTER_RULES = 2000;

    private static final int TOKENS = 200;

    private final InMemoryDirectoryServer server;
    private volatile People people = People.NONE;

    /** An empty tree with its root. */
    Tree() {
        try {
            InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(Names.BASE);
            config.setGenerateOperationalAttributes(false);
            config.setSchema(schema());
            server = new InMemoryDirectoryServer(config);
            server.add(new Entry("dn: " + Names.BASE, "objectClass: top", "objectClass: organization", "o: merpati"));
        } catch (LDAPException | LDIFException bug) {
            throw new IllegalStateException("the directory cannot be made", bug);
        }
    }

    private static Schema schema() throws LDAPException {
        try (InputStream in = Tree.class.getResourceAsStream("schema.ldif")) {
            if (in == null) {
                throw new IllegalStateException("schema.ldif is missing from the jar");
            }
            Schema own = Schema.getSchema(in);
            return Schema.mergeSchemas(Schema.getDefaultStandardSchema(), own);
        } catch (IOException | LDIFException bug) {
            throw new IllegalStateException(bug);
        }
    }

    People people() {
        return people;
    }

    /** Searches the entries. */
    SearchResult search(SearchRequest request) {
        try {
            return server.search(request);
        } catch (com.unboundid.ldap.sdk.LDAPSearchException failed) {
            return failed.getSearchResult();
        }
    }

    /** Reads one entry. */
    Optional<SearchResultEntry> entry(String dn) {
        try {
            return Optional.ofNullable(server.getEntry(dn));
        } catch (LDAPException noDn) {
            return Optional.empty();
        }
    }

    /**
     * Carries out a change record.
     *
     * @return what forbids it, or nothing
     */
    Optional<String> apply(String ldif) {
        try {
            LDIFChangeRecord record = LDIFReader.decodeChangeRecord(ldif.split("\r?\n"));
            People after = indexed(record);
            switch (record) {
                case LDIFAddChangeRecord add -> server.add(add.getEntryToAdd());
                case LDIFModifyChangeRecord modify -> server.modify(modify.getDN(), modify.getModifications());
                case LDIFDeleteChangeRecord delete -> server.delete(delete.getDN());
                default -> {
                    return Optional.of("entries cannot be renamed here: add the new one, then delete the old one");
                }
            }
            people = after;
            return Optional.empty();
        } catch (LDAPException refused) {
            return Optional.of(sentence(refused));
        } catch (LDIFException | Malformed wrong) {
            return Optional.of(String.valueOf(wrong.getMessage()));
        }
    }

    private static String sentence(LDAPException refused) {
        if (refused.getResultCode().equals(ResultCode.ENTRY_ALREADY_EXISTS)) {
            return EXISTS;
        }
        return refused.getResultCode().equals(ResultCode.NO_SUCH_OBJECT)
                ? "the entry, or the one above it, does not exist"
                : String.valueOf(refused.getMessage());
    }

    /** The index as it will be after the change. */
    private People indexed(LDIFChangeRecord record) throws LDAPException, LDIFException {
        Entry before = server.getEntry(record.getDN());
        if (record instanceof LDIFAddChangeRecord add) {
            if (before != null) {
                throw new Malformed(EXISTS);
            }
            return with(people, add.getEntryToAdd());
        }
        if (before == null) {
            throw new Malformed("the entry does not exist");
        }
        if (record instanceof LDIFModifyChangeRecord modify) {
            return with(people, Entry.applyModifications(before, false, modify.getModifications()));
        }
        return record instanceof LDIFDeleteChangeRecord ? without(people, before) : people;
    }

    private static People with(People people, Entry entry) {
        if (entry.hasObjectClass(Names.DOMAIN_CLASS)) {
            String domain = value(entry, Names.DOMAIN);
            return people.with(new Domain(domain), entry.getDN()).withFilterRules(domain, filterRules(entry));
        }
        if (entry.hasObjectClass(Names.ACCOUNT_CLASS)) {
            Account account = account(entry);
            hosted(people, account.address());
            return people.with(account).withFilterRules(account.address().key(), filterRules(entry));
        }
        if (entry.hasObjectClass(Names.ALIAS_CLASS)) {
            Address alias = Address.parse(value(entry, "mail"));
            hosted(people, alias);
            List<Address> targets = Arrays.stream(entry.getAttributeValues(Names.TARGET))
                    .map(Address::parse)
                    .toList();
            return people.with(alias, targets);
        }
        if (entry.hasObjectClass(Names.TOKENS_CLASS)) {
            return people.withTokens(tokens(entry));
        }
        if (entry.hasObjectClass(Names.LAYOUT_CLASS)) {
            return people.with(LayoutText.parse(value(entry, Names.LAYOUT)));
        }
        return entry.hasObjectClass(Names.FILTER_CLASS) ? people.withFilterRules("", filterRules(entry)) : people;
    }

    private static List<String> filterRules(Entry entry) {
        String[] lines = entry.getAttributeValues(Names.FILTER_RULE);
        if (lines != null && lines.length > FILTER_RULES) {
            throw new Malformed("the mail filter has " + FILTER_RULES + " lines there, the most it can have");
        }
        return lines == null ? List.of() : List.of(lines);
    }

    private static List<AdminToken> tokens(Entry entry) {
        String[] tokens = entry.getAttributeValues(Names.TOKEN);
        if (tokens != null && tokens.length > TOKENS) {
            throw new Malformed("there are " + TOKENS + " tokens, the most there can be");
        }
        List<AdminToken> all = tokens == null
                ? List.of()
                : Arrays.stream(tokens).map(AdminToken::parse).toList();
        if (all.stream().map(AdminToken::name).distinct().count() < all.size()) {
            throw new Malformed("there is a token of that name already");
        }
        return all;
    }

    private static void hosted(People people, Address address) {
        if (!people.hosts(address.domain())) {
            throw new Malformed("the domain " + address.domain() + " is not one of ours: 'merpati domain add "
                    + address.domain() + "' first");
        }
    }

    private static People without(People people, Entry entry) {
        if (entry.hasObjectClass(Names.DOMAIN_CLASS)) {
            return people.withoutDomain(new Domain(value(entry, Names.DOMAIN)));
        }
        if (entry.hasObjectClass(Names.FILTER_CLASS)) {
            return people.withFilterRules("", List.of());
        }
        if (entry.hasObjectClass(Names.TOKENS_CLASS)) {
            return people.withTokens(List.of());
        }
        if (entry.hasObjectClass(Names.LAYOUT_CLASS)) {
            throw new Malformed("the layout of the cluster is changed, not deleted");
        }
        boolean mail = entry.hasObjectClass(Names.ACCOUNT_CLASS) || entry.hasObjectClass(Names.ALIAS_CLASS);
        return mail ? people.without(Address.parse(value(entry, "mail")).key()) : people;
    }

    private static Account account(Entry entry) {
        return new Account(
                AccountId.parse(value(entry, Names.ACCOUNT_ID)),
                Address.parse(value(entry, "mail")),
                value(entry, "cn"),
                new GroupName(value(entry, Names.SHARD)),
                new Credentials(
                        value(entry, Names.PASSWORD), Optional.ofNullable(entry.getAttributeValue(Names.SCRAM))),
                "TRUE".equals(entry.getAttributeValue(Names.ADMIN)),
                !"closed".equals(entry.getAttributeValue(Names.STATUS)),
                "TRUE".equals(entry.getAttributeValue(Names.MUST_CHANGE)),
                new Quota(number(entry, Names.QUOTA_OCTETS), number(entry, Names.QUOTA_MESSAGES)),
                Optional.ofNullable(entry.getAttributeValue(Names.MOVE)).map(Account.Move::parse));
    }

    /** The number in an attribute; 0 if it is absent. */
    private static long number(Entry entry, String attribute) {
        String value = entry.getAttributeValue(attribute);
        try {
            return value == null ? 0 : Long.parseLong(value);
        } catch (NumberFormatException word) {
            throw new Malformed(
                    "the attribute " + attribute + " of " + entry.getDN() + " is a number, not '" + value + "'");
        }
    }

    private static String value(Entry entry, String attribute) {
        String value = entry.getAttributeValue(attribute);
        if (value == null) {
            throw new Malformed("the entry " + entry.getDN() + " needs the attribute " + attribute);
        }
        return value;
    }

    /** All entries below the root, parents first, in LDIF. */
    byte[] ldif() {
        try {
            List<SearchResultEntry> entries =
                    new ArrayList<>(server.search(Names.BASE, SearchScope.SUB, "(objectClass=*)")
                            .getSearchEntries());
            entries.removeIf(e -> e.getDN().equals(Names.BASE));
            entries.sort((a, b) -> {
                int depth = Integer.compare(depth(a), depth(b));
                return depth != 0 ? depth : a.getDN().compareTo(b.getDN());
            });
            StringBuilder text = new StringBuilder();
            for (SearchResultEntry entry : entries) {
                text.append(entry.toLDIFString()).append('\n');
            }
            return text.toString().getBytes(StandardCharsets.UTF_8);
        } catch (LDAPException bug) {
            throw new IllegalStateException(bug);
        }
    }

    private static int depth(Entry entry) {
        try {
            return entry.getParsedDN().getRDNs().length;
        } catch (LDAPException bug) {
            throw new IllegalStateException(bug);
        }
    }

    /**
     * A tree from LDIF.
     *
     * @throws IOException if it cannot be read
     */
    static Tree of(byte[] ldif) throws IOException {
        Tree tree = new Tree();
        try (LDIFReader reader = new LDIFReader(new ByteArrayInputStream(ldif))) {
            for (Entry entry = reader.readEntry(); entry != null; entry = reader.readEntry()) {
                People after = with(tree.people, entry);
                tree.server.add(entry);
                tree.people = after;
            }
        } catch (LDIFException | LDAPException damaged) {
            throw new IOException("the directory's entries cannot be read: " + damaged.getMessage(), damaged);
        }
        return tree;
    }
}
