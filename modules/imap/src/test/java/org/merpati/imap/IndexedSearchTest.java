package org.merpati.imap;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.cluster.GroupSpec;
import org.merpati.imap.text.Parser;
import org.merpati.journal.Journal;
import org.merpati.journal.memory.MemoryJournals;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Flags;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.NodeName;
import org.merpati.mime.MessageText;
import org.merpati.store.Body;
import org.merpati.store.JournaledStore;
import org.merpati.store.MailStore;
import org.merpati.store.NewMessage;
import org.merpati.store.ShardState;
import org.merpati.store.search.SearchLimits;
import org.merpati.store.search.Where;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;

/** SEARCH over a store with an index answers as it does over one without. */
@Tag("slow")
class IndexedSearchTest {
    private static final GroupName SHARD = GroupName.shard(1);
    private static final List<String> WORDS =
            List.of("rapat", "Laporan", "kontainer", "straße", "ΟΔΟΣ", "会議", "é", "e\u0301", "a", "bc", "x@y", "!");

    @TempDir
    Path temp;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random chance = new Random(seed);
    private int denied;

    /** The store, which says of every message that it may hold a text. */
    private static MailStore withoutIndex(MailStore store) {
        return (MailStore) Proxy.newProxyInstance(
                MailStore.class.getClassLoader(), new Class<?>[] {MailStore.class}, (proxy, method, arguments) -> {
                    try {
                        LongPredicate all = uid -> true;
                        return method.getName().equals("mayHold") ? all : method.invoke(store, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private String words(int most) {
        StringBuilder text = new StringBuilder();
        for (int left = chance.nextInt(most + 1); left > 0; left--) {
            text.append(WORDS.get(chance.nextInt(WORDS.size()))).append(chance.nextBoolean() ? " " : "");
        }
        return text.toString();
    }

    private NewMessage message() {
        String text = "From: " + words(2) + "\r\nSubject: " + words(4) + "\r\nX-Cargo: " + words(2)
                + "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + words(30);
        return new NewMessage(
                Body.of(text.getBytes(StandardCharsets.UTF_8)),
                chance.nextBoolean() ? Flags.of("\\Seen") : Flags.NONE,
                OptionalLong.empty());
    }

    private String key(int depth) {
        String needle = words(2).replace("\"", "");
        byte[] octets = needle.getBytes(StandardCharsets.UTF_8);
        String literal = "{" + octets.length + "}\r\n" + needle;
        return switch (chance.nextInt(depth > 2 ? 7 : 10)) {
            case 0, 1 -> "TEXT " + literal;
            case 2 -> "BODY " + literal;
            case 3 -> "SUBJECT " + literal;
            case 4 -> "HEADER X-Cargo " + literal;
            case 5 -> "FROM " + literal;
            case 6 -> "SEEN";
            case 7 -> "NOT " + key(depth + 1);
            case 8 -> "OR " + key(depth + 1) + " " + key(depth + 1);
            default -> "(" + key(depth + 1) + " " + key(depth + 1) + ")";
        };
    }

    private static List<Long> search(Selected view, String text) {
        SearchCommand command = SearchCommand.parse(new Parser((" " + text).getBytes(StandardCharsets.UTF_8)), true);
        SearchCommand.Narrowing narrowing = new SearchCommand.Narrowing(view);
        List<Long> found = new ArrayList<>();
        for (int number = 1; number <= view.size(); number++) {
            Candidate candidate =
                    new Candidate(view, narrowing, number, Objects.requireNonNull(view.message(number)), 0);
            if (command.criteria().key().orElseThrow().matches(candidate)) {
                found.add(view.uid(number));
            }
        }
        return found;
    }

    private static Selected select(MailStore store) {
        return ImapFixture.select(store, true);
    }

    @Test
    void everyAnswerIsThatOfAScan() throws Exception {
        System.out.println("seed " + seed);
        NodeName here = new NodeName("here");
        GroupSpec spec = new GroupSpec(SHARD, List.of(here), Optional.empty(), here);
        VaultIdentity identity = new VaultIdentity(new Id(1, 2), SHARD);
        try (ShardState state = ShardState.open(
                        temp.resolve("vault"),
                        identity,
                        VaultLimits.DEFAULT,
                        temp.resolve("index"),
                        SearchLimits.DEFAULT);
                MemoryJournals journals = new MemoryJournals(here, Clock.system());
                Journal journal = journals.open(spec, state);
                JournaledStore store = new JournaledStore(
                        journal, state, new Ids(Clock.system(), chance), JournaledStore.Policy.DEFAULT)) {
            store.ensure(ImapFixture.BUDI);
            MailboxId inbox =
                    store.mailbox(ImapFixture.BUDI, "INBOX").orElseThrow().id();
            for (int round = 0; round < 40; round++) {
                for (int i = chance.nextInt(10); i >= 0; i--) {
                    store.append(ImapFixture.BUDI, inbox, List.of(message()));
                }
                Selected indexed = select(store);
                Selected scanned = select(withoutIndex(store));
                for (int i = 0; i < 25; i++) {
                    String text = key(0);
                    List<Long> answer = search(scanned, text);
                    assertThat(search(indexed, text))
                            .as("seed %d: %s", seed, text)
                            .isEqualTo(answer);
                }
                LongPredicate mayHold =
                        store.mayHold(ImapFixture.BUDI, indexed.view(), Where.TEXT, MessageText.fold("kontainer"));
                for (int number = 1; number <= indexed.size(); number++) {
                    denied += mayHold.test(indexed.uid(number)) ? 0 : 1;
                }
            }
            System.out.println(denied + " messages were not looked at");
            assertThat(denied).isPositive();
        }
    }
}
