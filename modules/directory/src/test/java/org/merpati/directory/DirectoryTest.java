package org.merpati.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.Modification;
import com.unboundid.ldap.sdk.ModificationType;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchResult;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldif.LDIFAddChangeRecord;
import com.unboundid.ldif.LDIFModifyChangeRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.merpati.cluster.Layout;
import org.merpati.cluster.NodeInfo;
import org.merpati.journal.StateMachine;
import org.merpati.kernel.Address;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Domain;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Ids;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;
import org.merpati.kernel.TryLater;

class DirectoryTest {
    private static final Address BUDI = Address.parse("budi@lvlogist.com");
    private static final Address ADMIN = Address.parse("admin@lvlogist.com");
    private static final int FEW = 1_000;

    @TempDir
    Path folder;

    private final AtomicLong index = new AtomicLong();

    /** A directory whose log is this test: each change is applied at once. */
    private Directory directory(DirectoryGroup group) {
        return directory(group, List.of(GroupName.shard(1), GroupName.shard(2)));
    }

    private Directory directory(DirectoryGroup group, List<GroupName> shards) {
        Directory.Writes writes = ldif -> {
            long at = index.incrementAndGet();
            BinaryReader answer = new BinaryReader(group.state().apply(at, 0, DirectoryState.command(ldif)));
            group.state().entryApplied(at);
            long took = answer.i64();
            if (!answer.flag()) {
                throw new Refused(Refused.Reason.CANNOT, answer.text());
            }
            return took;
        };
        Ids ids = new Ids(Clock.system(), new Random(1));
        return new Directory(group.copy(), writes, ids, () -> shards, FEW);
    }

    private Directory withPeople(DirectoryGroup group) {
        Directory directory = directory(group);
        directory.addDomain(Domain.parse("lvlogist.com"));
        directory.addAccount(ADMIN, "Admin", "secret", true, true);
        directory.addAccount(BUDI, "Budi", "rahasia", false, false);
        directory.addAlias(Address.parse("sales@lvlogist.com"), List.of(BUDI, Address.parse("x@example.org")));
        return directory;
    }

    @Test
    void addressesResolve() throws IOException {
        People people = withPeople(new DirectoryGroup(folder, SideTables.NONE)).people();
        assertThat(local(people, "Budi@LVLOGIST.com")).isEqualTo(BUDI);
        assertThat(local(people, "budi+lists@lvlogist.com")).isEqualTo(BUDI);
        assertThat(local(people, "postmaster@lvlogist.com")).isEqualTo(ADMIN);
        assertThat(local(people, "Abuse@lvlogist.com")).isEqualTo(ADMIN);
        assertThat(people.resolve(Address.parse("sales@lvlogist.com"))).isInstanceOf(People.Resolved.Several.class);
        assertThat(people.resolve(Address.parse("nobody@lvlogist.com"))).isInstanceOf(People.Resolved.Unknown.class);
        assertThat(people.resolve(Address.parse("a@example.org"))).isInstanceOf(People.Resolved.Outside.class);
    }

    @Test
    void accountsAreSpreadOverTheShardsThatWillHaveTheFewest() throws IOException {
        List<GroupName> shards = List.of(GroupName.shard(1), GroupName.shard(2), GroupName.shard(3));
        Directory directory = directory(new DirectoryGroup(folder, SideTables.NONE), shards);
        directory.addDomain(Domain.parse("lvlogist.com"));
        for (int i = 0; i < 6; i++) {
            directory.addAccount(Address.parse("a" + i + "@lvlogist.com"), "", "secret", false, false);
        }
        directory.beginMove(in(directory, shards.get(1)).getFirst().address(), shards.get(2));
        List<Account> leaving = in(directory, shards.get(0));
        assertThat(leaving).hasSize(2);
        directory.spread(leaving, shards.subList(1, 3));
        assertThat(in(directory, shards.get(0)))
                .as("the second has one that stays, and the third three")
                .allMatch(account -> account.bound().equals(shards.get(1)));
        assertThatThrownBy(() -> directory.spread(in(directory, shards.get(1)), List.of()))
                .isInstanceOf(Refused.class);
    }

    /** Whoever slows guesses down hears of each wrong password, also while nothing keeps the copy up to date. */
    @Test
    void aCopyThatLagsJudgesPasswordsButNotNames() throws IOException {
        DirectoryGroup group = new DirectoryGroup(folder, SideTables.NONE);
        Directory directory = withPeople(group);
        try (Logins logins = new Logins(directory, Clock.system(), 1)) {
            group.copy().keptBy(() -> false);
            assertThatThrownBy(() -> logins.check("nobody@lvlogist.com", "rahasia"))
                    .isInstanceOf(TryLater.class);
            assertThatThrownBy(() -> logins.check(BUDI.key(), "a guess")).isInstanceOf(Refused.class);
            assertThat(logins.check(BUDI.key(), "rahasia").address()).isEqualTo(BUDI);
            assertThat(directory.missing(Refused.Reason.NONEXISTENT, "there is no account 1"))
                    .isInstanceOf(TryLater.class)
                    .hasMessageContaining("not up to date, as far as it goes there is no account 1");
            assertThatThrownBy(() -> directory.setPassword(Address.parse("z@lvlogist.com"), "p"))
                    .isInstanceOf(TryLater.class);
            assertThatThrownBy(() -> directory.removeToken("one")).isInstanceOf(TryLater.class);
            group.copy().keptBy(() -> true);
            assertThat(directory.missing(Refused.Reason.NONEXISTENT, "there is no account 1"))
                    .isInstanceOf(Refused.class)
                    .hasMessage("there is no account 1");
            assertThatThrownBy(() -> logins.check("nobody@lvlogist.com", "rahasia"))
                    .isInstanceOf(Refused.class);
        }
    }

    private static List<Account> in(Directory directory, GroupName shard) {
        List<Account> accounts = new ArrayList<>();
        directory.people().accounts().forEach(accounts::add);
        accounts.removeIf(account -> !account.shard().equals(shard));
        return accounts;
    }

    private static Address local(People people, String address) {
        return ((People.Resolved.Local) people.resolve(Address.parse(address)))
                .account()
                .address();
    }

    private static Layout layout() {
        NodeInfo node = new NodeInfo(new NodeName("n1"), "127.0.0.1", Set.of(Role.MAILBOX), 1, 2, 3);
        return Layout.seed(List.of(node));
    }

    private static Layout without(Layout layout, GroupName shard) {
        return new Layout(
                layout.version() + 1,
                layout.nodes(),
                List.of(),
                Set.of(shard),
                layout.removed(),
                layout.leaving(),
                layout.anew(),
                layout.continued());
    }

    @Test
    void theLayoutChangesOnlyFromWhatItWas() throws IOException {
        Directory directory = withPeople(new DirectoryGroup(folder, SideTables.NONE));
        assertThat(directory.people().layout()).isEmpty();
        Layout seed = layout();
        Layout first = seed.with(new NodeInfo(new NodeName("n2"), "127.0.0.2", Set.of(Role.PROXY), 1, 2, 3));
        Layout other = seed.with(new NodeInfo(new NodeName("n3"), "127.0.0.3", Set.of(Role.PROXY), 1, 2, 3));
        assertThat(directory.layOut(first, first)).isFalse();
        assertThat(directory.layOut(seed, first)).isTrue();
        assertThat(directory.layOut(seed, other)).isFalse();
        assertThat(directory.people().layout()).contains(first);
        Layout second = first.with(new NodeInfo(new NodeName("n3"), "127.0.0.3", Set.of(Role.PROXY), 1, 2, 3));
        assertThat(directory.layOut(first, second)).isTrue();
        byte[] kept = directory.copy().tree().ldif();
        assertThat(Tree.of(kept).people().layout()).contains(second);
    }

    @Test
    void aShardWithAccountsIsNotEndedAndAnEndedOneTakesNone() throws IOException {
        Directory directory = withPeople(new DirectoryGroup(folder, SideTables.NONE));
        Layout full = without(layout(), GroupName.shard(1));
        assertThatThrownBy(() -> directory.layOut(layout(), full))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("that shard is ended");
        assertThat(directory.people().layout()).isEmpty();
        assertThat(directory.layOut(layout(), without(layout(), GroupName.shard(3))))
                .isTrue();
        LDIFModifyChangeRecord move = new LDIFModifyChangeRecord(
                Names.of(BUDI), new Modification(ModificationType.REPLACE, Names.SHARD, "shard-3"));
        assertThatThrownBy(() -> directory.change(move)).hasMessageContaining("that shard is ended");
    }

    @Test
    void accountsAreSpreadOverTheShards() throws IOException {
        Directory directory = withPeople(new DirectoryGroup(folder, SideTables.NONE));
        directory.addAccount(Address.parse("a@lvlogist.com"), "A", "p", false, false);
        directory.addAccount(Address.parse("b@lvlogist.com"), "B", "p", false, false);
        assertThat(directory.people().perShard())
                .containsEntry(GroupName.shard(1), 2)
                .containsEntry(GroupName.shard(2), 2);
    }

    @Test
    void whatCannotBeIsRefusedWithASentence() throws IOException {
        Directory directory = withPeople(new DirectoryGroup(folder, SideTables.NONE));
        assertThatThrownBy(() -> directory.addAccount(BUDI, "B", "p", false, false))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("exists already");
        assertThatThrownBy(() -> directory.addAccount(Address.parse("a@example.org"), "A", "p", false, false))
                .hasMessageContaining("'merpati domain add example.org' first");
        assertThatThrownBy(() -> directory.addAlias(BUDI, List.of(ADMIN))).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> directory.setPassword(Address.parse("z@lvlogist.com"), "p"))
                .hasMessageContaining("there is no account z@lvlogist.com");
    }

    @Test
    void aCheckpointHoldsEverythingAndIsVerified() throws IOException {
        DirectoryGroup group = new DirectoryGroup(folder.resolve("a"), SideTables.NONE);
        withPeople(group);
        assertThat(group.state().checkpoint()).isEqualTo(index.get());
        DirectoryGroup again = new DirectoryGroup(folder.resolve("a"), SideTables.NONE);
        assertThat(again.state().checkpointed()).isEqualTo(index.get());
        assertThat(local(again.copy().tree().people(), "budi@lvlogist.com")).isEqualTo(BUDI);

        DirectoryGroup other = new DirectoryGroup(folder.resolve("b"), SideTables.NONE);
        try (StateMachine.Pinned pinned = group.state().pin();
                StateMachine.Installation install = other.state().install(pinned.index(), pinned.files())) {
            StateMachine.CheckpointFile file = pinned.files().getFirst();
            byte[] content = pinned.open(file.name()).readAllBytes();
            byte[] damaged = content.clone();
            damaged[damaged.length / 2] ^= 1;
            assertThatThrownBy(() -> install.put(file, new ByteArrayInputStream(damaged)))
                    .isInstanceOf(IOException.class);
            install.put(file, new ByteArrayInputStream(content));
            install.commit();
        }
        assertThat(local(other.copy().tree().people(), "budi@lvlogist.com")).isEqualTo(BUDI);
        assertThat(other.copy().index()).isEqualTo(index.get());

        Path file = folder.resolve("a").resolve("directory-%019d".formatted(index.get()));
        byte[] octets = Files.readAllBytes(file);
        octets[octets.length - 3] ^= 1;
        Files.write(file, octets);
        assertThatThrownBy(() -> new DirectoryGroup(folder.resolve("a"), SideTables.NONE))
                .hasMessageContaining("is damaged");
    }

    @ParameterizedTest
    @CsvSource({"SHA-1, {SSHA}", "SHA-512, {SSHA512}"})
    void importedHashesVerify(String algorithm, String scheme) throws Exception {
        byte[] digest = MessageDigest.getInstance(algorithm).digest("rahasiasalt".getBytes(StandardCharsets.UTF_8));
        byte[] both = Arrays.copyOf(digest, digest.length + 4);
        System.arraycopy("salt".getBytes(StandardCharsets.UTF_8), 0, both, digest.length, 4);
        String hash = scheme + Base64.getEncoder().encodeToString(both);
        assertThat(Credentials.imported(hash).verify("rahasia")).isTrue();
        assertThat(Credentials.imported(hash).verify("falsch")).isFalse();
        assertThatThrownBy(() -> Credentials.imported("{CRYPT}x")).isInstanceOf(Malformed.class);
        assertThatThrownBy(() -> Credentials.imported(scheme + "c2hvcnQ="))
                .hasMessageContaining("what follows " + scheme + " is no hash of it");
        assertThatThrownBy(() -> Credentials.imported("{PBKDF2-SHA512}1000$x")).isInstanceOf(Malformed.class);
    }

    @Test
    void aPasswordLeavesAHashAndScramKeysAndNothingElse() {
        Credentials credentials = Credentials.of("rahasia", FEW);
        assertThat(credentials.hash()).startsWith("{PBKDF2-SHA512}1000$").doesNotContain("rahasia");
        assertThat(credentials.verify("rahasia")).isTrue();
        assertThat(credentials.verify("Rahasia")).isFalse();
        assertThat(credentials.verify("")).isFalse();
        assertThat(credentials.scramKeys().orElseThrow().storedKey()).hasSize(32);
        assertThat(credentials.toString()).doesNotContain("$");
    }

    @Test
    void loginsAreCheckedAndForgottenWhenThePasswordChanges() throws IOException {
        Directory directory = withPeople(new DirectoryGroup(folder, SideTables.NONE));
        try (Logins logins = new Logins(directory, Clock.system(), 1)) {
            assertThat(logins.check("budi@lvlogist.com", "rahasia").address()).isEqualTo(BUDI);
            assertThat(logins.check("BUDI@lvlogist.com", "rahasia").address()).isEqualTo(BUDI);
            assertThatThrownBy(() -> logins.check("budi@lvlogist.com", "x")).hasMessage("name or password is wrong");
            assertThatThrownBy(() -> logins.check("who@lvlogist.com", "x")).hasMessage("name or password is wrong");
            directory.setPassword(BUDI, "baru");
            assertThatThrownBy(() -> logins.check("budi@lvlogist.com", "rahasia"))
                    .isInstanceOf(Refused.class);
            assertThat(logins.check("budi@lvlogist.com", "baru").mustChange()).isFalse();
            assertThat(logins.check("admin@lvlogist.com", "secret").mustChange())
                    .isTrue();
            directory.setPassword(ADMIN, "chosen");
            assertThat(logins.check("admin@lvlogist.com", "chosen").mustChange())
                    .isFalse();
        }
    }

    @Test
    void aNodeIsNotToldTheKeysOfRolesThatItDoesNotRun() throws Exception {
        DirectoryGroup group = new DirectoryGroup(folder, SideTables.NONE);
        Directory directory = withPeople(group);
        Entry entry = new Entry(
                "dn: associatedDomain=example.org,o=merpati",
                "objectClass: merpatiDomain",
                "associatedDomain: example.org",
                "merpatiPrivateKey: mta:DKIM",
                "merpatiPrivateKey: proxy:TLS");
        directory.change(new LDIFAddChangeRecord(entry));
        LiveCopy.Change.OfEntries entries = (LiveCopy.Change.OfEntries)
                group.copy().since(index.get() - 1).orElseThrow().getFirst();
        String change = entries.ldif();
        assertThat(change).contains("DKIM").contains("TLS");
        assertThat(LiveCopy.filtered(change, Set.of(Role.MTA))).contains("DKIM").doesNotContain("TLS");
        assertThat(LiveCopy.filtered(change, Set.of(Role.WITNESS)))
                .doesNotContain("DKIM")
                .doesNotContain("TLS");
        assertThat(new String(group.copy().filteredLdif(Set.of(Role.PROXY)), StandardCharsets.UTF_8))
                .doesNotContain("DKIM")
                .contains("TLS");
    }

    @Test
    void ofAChangeOfAForeignKeyAloneANodeLearnsItsIndex() throws Exception {
        DirectoryGroup group = new DirectoryGroup(folder, SideTables.NONE);
        Directory directory = withPeople(group);
        LiveCopy follower = new LiveCopy();
        follower.replace(Tree.of(group.copy().filteredLdif(Set.of(Role.PROXY))), index.get());
        directory.change(new LDIFModifyChangeRecord(
                "associatedDomain=lvlogist.com,o=merpati",
                new Modification(ModificationType.ADD, "merpatiPrivateKey", "mta:DKIM")));
        LiveCopy.Change.OfEntries change = (LiveCopy.Change.OfEntries)
                group.copy().since(follower.index()).orElseThrow().getFirst();
        String told = LiveCopy.filtered(change.ldif(), Set.of(Role.PROXY));
        assertThat(told).isEmpty();
        follower.follow(new LiveCopy.Change.OfEntries(change.index(), told));
        assertThat(follower.index()).isEqualTo(change.index());
    }

    @Test
    void aQuotaIsSetChangedAndLifted() throws IOException {
        Directory directory = withPeople(new DirectoryGroup(folder, SideTables.NONE));
        assertThat(directory.people().login(BUDI.key()).orElseThrow().quota()).isEqualTo(Quota.NONE);
        directory.setQuota(BUDI, new Quota(1000, 5));
        assertThat(directory.people().login(BUDI.key()).orElseThrow().quota()).isEqualTo(new Quota(1000, 5));
        directory.setQuota(BUDI, new Quota(0, 6));
        assertThat(directory.people().login(BUDI.key()).orElseThrow().quota()).isEqualTo(new Quota(0, 6));
        assertThatThrownBy(() -> directory.setQuota(Address.parse("nobody@lvlogist.com"), Quota.NONE))
                .hasMessageContaining("there is no account");
    }

    /** The folder under test resources was written by version 1 of the checkpoint and must be readable for ever. */
    @Test
    void theGoldenDirectoryOfVersionOneOpens(@TempDir Path temp) throws IOException {
        Path golden = Path.of("src/test/resources/golden/directory-1");
        if (Boolean.getBoolean("golden.write") && !Files.exists(golden)) {
            DirectoryGroup group = new DirectoryGroup(folder, SideTables.NONE);
            withPeople(group);
            group.state().checkpoint();
            copy(folder, golden);
        }
        copy(golden, temp.resolve("directory"));
        DirectoryGroup opened = new DirectoryGroup(temp.resolve("directory"), SideTables.NONE);
        People people = directory(opened).people();
        assertThat(opened.state().checkpointed()).isEqualTo(4);
        assertThat(local(people, "budi@lvlogist.com")).isEqualTo(BUDI);
        assertThat(people.resolve(Address.parse("sales@lvlogist.com"))).isInstanceOf(People.Resolved.Several.class);
        Account budi = people.login(BUDI.key()).orElseThrow();
        try (Logins logins = new Logins(directory(opened), Clock.system(), 1)) {
            assertThat(logins.check("budi@lvlogist.com", "rahasia").id()).isEqualTo(budi.id());
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
            }
        }
    }

    @Test
    void ldapBindsAndSearches() throws Exception {
        DirectoryGroup group = new DirectoryGroup(folder, SideTables.NONE);
        Directory directory = withPeople(group);
        try (Logins logins = new Logins(directory, Clock.system(), 1);
                LdapService ldap = new LdapService(
                        new InetSocketAddress("127.0.0.1", 0),
                        SSLContext.getDefault(),
                        false,
                        true,
                        directory,
                        logins);
                LDAPConnection client = new LDAPConnection("127.0.0.1", ldap.port())) {
            assertThat(client.getRootDSE().getNamingContextDNs()).containsExactly("o=merpati");
            assertThatThrownBy(() -> client.search("o=merpati", SearchScope.SUB, "(mail=*)"))
                    .isInstanceOf(LDAPException.class);
            assertThatThrownBy(() -> client.bind("budi@lvlogist.com", "wrong"))
                    .isInstanceOfSatisfying(
                            LDAPException.class,
                            e -> assertThat(e.getResultCode()).isEqualTo(ResultCode.INVALID_CREDENTIALS));
            assertThatThrownBy(() -> client.bind("admin@lvlogist.com", "secret"))
                    .as("a password that was given, and not chosen yet")
                    .isInstanceOf(LDAPException.class)
                    .hasMessageContaining("choose your own");
            client.bind("uid=budi,associatedDomain=lvlogist.com,o=merpati", "rahasia");
            SearchResult found = client.search("o=merpati", SearchScope.SUB, "(mail=budi*)");
            assertThat(found.getEntryCount()).isEqualTo(1);
            assertThat(found.getSearchEntries().getFirst().hasAttribute("userPassword"))
                    .isFalse();
            assertThatThrownBy(() -> client.search("o=merpati", SearchScope.SUB, "(userPassword={P*)"))
                    .isInstanceOf(LDAPException.class);
            assertThat(client.search("o=merpati", SearchScope.SUB, "(mail=siti*)")
                            .getEntryCount())
                    .isZero();
            group.copy().keptBy(() -> false);
            assertThat(client.search("o=merpati", SearchScope.SUB, "(mail=budi*)")
                            .getEntryCount())
                    .isEqualTo(1);
            assertThatThrownBy(() -> client.search("o=merpati", SearchScope.SUB, "(mail=siti*)"))
                    .isInstanceOfSatisfying(
                            LDAPException.class,
                            e -> assertThat(e.getResultCode()).isEqualTo(ResultCode.BUSY));
        }
    }

    @Test
    void ldapRefusesPasswordsInClear() throws Exception {
        Directory directory = withPeople(new DirectoryGroup(folder, SideTables.NONE));
        try (Logins logins = new Logins(directory, Clock.system(), 1);
                LdapService ldap = new LdapService(
                        new InetSocketAddress("127.0.0.1", 0),
                        SSLContext.getDefault(),
                        false,
                        false,
                        directory,
                        logins);
                LDAPConnection client = new LDAPConnection("127.0.0.1", ldap.port())) {
            assertThatThrownBy(() -> client.bind("budi@lvlogist.com", "rahasia"))
                    .isInstanceOfSatisfying(
                            LDAPException.class,
                            e -> assertThat(e.getResultCode()).isEqualTo(ResultCode.CONFIDENTIALITY_REQUIRED));
        }
    }

    @Test
    void aTokenIsAddedOnceAndEnded() throws IOException {
        Directory directory = withPeople(new DirectoryGroup(folder, SideTables.NONE));
        AdminToken one = new AdminToken("one", false, 1, 2, AdminToken.hash("x"));
        AdminToken two = new AdminToken("two", true, 1, AdminToken.NEVER, AdminToken.hash("y"));
        directory.addToken(one);
        directory.addToken(two);
        assertThat(directory.people().tokens()).containsExactlyInAnyOrder(one, two);
        assertThatThrownBy(() -> directory.addToken(new AdminToken("one", true, 3, 4, AdminToken.hash("z"))))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("there is a token 'one' already");
        AdminToken atOnce = new AdminToken("two", false, 5, 6, AdminToken.hash("elsewhere"));
        assertThatThrownBy(() -> directory.change(new LDIFModifyChangeRecord(
                        Names.TOKENS, new Modification(ModificationType.ADD, Names.TOKEN, atOnce.toString()))))
                .as("made on another node at the same time")
                .isInstanceOf(Refused.class)
                .hasMessageContaining("there is a token of that name already");
        directory.removeToken("one");
        directory.removeToken("two");
        assertThat(directory.people().tokens()).isEmpty();
        assertThatThrownBy(() -> directory.removeToken("one"))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("there is no token 'one'");
        directory.addToken(one);
        assertThat(directory.people().tokens()).containsExactly(one);
    }
}
