package org.merpati.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.merpati.imap.ImapFixture.ANDI;
import static org.merpati.imap.ImapFixture.BUDI;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Flags;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.merpati.store.Body;
import org.merpati.store.FlagChange;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.NewMessage;
import org.merpati.store.View;
import org.merpati.store.people.Rights;

/** Mailboxes of others in another shard: messages go there and come from there, also when something fails. */
class OthersTest {
    private static final String DONE = "\"Other Users/andi/Done\"";

    private final MemoryStore budis = new MemoryStore(ImapFixture.STOPPED::millis);
    private final MemoryStore andis = new MemoryStore(ImapFixture.STOPPED::millis);

    /** Fails from a call on, and what the call that fails did may have been done. */
    private static final class Trouble {
        private final Failure failure;
        private final boolean done;
        private int left;

        Trouble(int calls, boolean done, Failure failure) {
            this.left = calls;
            this.done = done;
            this.failure = failure;
        }

        /** The store, in which the calls that change messages fail. */
        MailStore in(MailStore store) {
            Set<String> changes = Set.of("append", "flags", "expunge", "move", "copy", "replace", "body", "view");
            return (MailStore) Proxy.newProxyInstance(
                    MailStore.class.getClassLoader(), new Class<?>[] {MailStore.class}, (proxy, method, arguments) -> {
                        boolean fails = changes.contains(method.getName()) && left-- <= 0;
                        if (fails && !(done && left == -1)) {
                            throw failure;
                        }
                        try {
                            Object answer = method.invoke(store, arguments);
                            if (fails) {
                                throw failure;
                            }
                            return answer;
                        } catch (InvocationTargetException thrown) {
                            throw thrown.getCause();
                        }
                    });
        }
    }

    /** Budi with messages in INBOX, and Andi's mailbox in which he may do everything. */
    private OthersTest with(int messages) {
        budis.ensure(BUDI);
        andis.ensure(ANDI);
        for (int i = 0; i < messages; i++) {
            NewMessage message = new NewMessage(
                    Body.of(text(i)), Flags.of("\\Seen", "\\Flagged", "word"), OptionalLong.of(1_000L * i));
            budis.append(BUDI, box(budis, BUDI, "INBOX").id(), List.of(message));
        }
        Mailbox done = andis.create(ANDI, "Done", Set.of());
        andis.grant(ANDI, done.id(), BUDI, FlagChange.Kind.SET, Rights.ALL);
        return this;
    }

    private static byte[] text(int i) {
        return ("Subject: " + i + "\r\n\r\n" + i + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static Mailbox box(MailStore store, AccountId account, String name) {
        return store.mailbox(account, name).orElseThrow();
    }

    /** The texts in a mailbox. */
    private static List<String> texts(MailStore store, AccountId account, String name) throws IOException {
        View view = store.view(account, box(store, account, name).id());
        List<String> texts = new ArrayList<>();
        for (int place = 0; place < view.size(); place++) {
            Body body = store.body(account, view.mailbox().id(), view.message(place));
            texts.add(new String(body.bytes(), StandardCharsets.US_ASCII));
        }
        return texts;
    }

    /** Budi says lines, one after the other; the answers to the last. */
    private static List<String> say(ImapFixture fixture, String... lines) throws IOException {
        List<String> answers = new ArrayList<>();
        try (Socket socket = fixture.connect()) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            in.readLine();
            for (String line : List.of(lines)) {
                answers.clear();
                socket.getOutputStream().write(("a " + line + "\r\n").getBytes(StandardCharsets.UTF_8));
                do {
                    answers.add(String.valueOf(in.readLine()));
                } while (!answers.getLast().startsWith("a ")
                        && !answers.getLast().equals("null"));
            }
        }
        return answers;
    }

    private static List<String> say(MailStore budis, MailStore andis, String... lines) throws IOException {
        try (ImapFixture fixture = new ImapFixture(budis, andis)) {
            return say(fixture, lines);
        }
    }

    @Test
    void manyMessagesAreCopiedAndMovedToAnotherShardWithAllThatTheyHave() throws IOException {
        with(1_200);
        List<String> all = texts(budis, BUDI, "INBOX");
        String login = "LOGIN budi secret";
        assertThat(say(budis, andis, login, "SELECT INBOX", "COPY 1:* " + DONE).getLast())
                .matches("a OK \\[COPYUID \\d+ 1:1200 1:1200\\] done");
        assertThat(texts(andis, ANDI, "Done")).isEqualTo(all);
        View done = andis.view(ANDI, box(andis, ANDI, "Done").id());
        for (int place = 0; place < done.size(); place++) {
            assertThat(done.message(place).flags()).isEqualTo(Flags.of("\\Seen", "\\Flagged", "word"));
            assertThat(done.message(place).internalDate()).isEqualTo(1_000L * place);
        }
        List<String> moved = say(budis, andis, login, "SELECT INBOX", "MOVE 1:1000 " + DONE);
        assertThat(moved.getFirst()).matches("\\* OK \\[COPYUID \\d+ 1:1000 1201:2200\\] moved");
        assertThat(moved).hasSize(1_002);
        assertThat(texts(budis, BUDI, "INBOX")).isEqualTo(all.subList(1_000, 1_200));
        assertThat(texts(andis, ANDI, "Done")).hasSize(2_200);
        assertThat(say(budis, andis, login, "STATUS \"Other Users/ANDI/Done\" (MESSAGES)"))
                .containsExactly("* STATUS \"Other Users/andi/Done\" (MESSAGES 2200)", "a OK done");
        List<String> back = say(budis, andis, login, "SELECT " + DONE, "UID MOVE 1 INBOX");
        assertThat(back.getFirst()).matches("\\* OK \\[COPYUID \\d+ 1 1201\\] moved");
        assertThat(texts(budis, BUDI, "INBOX")).endsWith(all.getFirst());
        assertThat(texts(andis, ANDI, "Done")).hasSize(2_199);
    }

    @Test
    void whereverAMoveFailsNothingIsLost() throws IOException {
        int failed = 0;
        for (int calls = 0; ; calls++) {
            boolean ok = true;
            for (boolean done : new boolean[] {false, true}) {
                OthersTest here = new OthersTest().with(3);
                Trouble trouble = new Trouble(calls, done, new TryLater("it is slow"));
                List<String> before = texts(here.budis, BUDI, "INBOX");
                String answer = say(
                                trouble.in(here.budis),
                                trouble.in(here.andis),
                                "LOGIN budi secret",
                                "SELECT INBOX",
                                "MOVE 1:2 " + DONE)
                        .getLast();
                List<String> left = texts(here.budis, BUDI, "INBOX");
                List<String> there = texts(here.andis, ANDI, "Done");
                Set<String> either = new TreeSet<>(left);
                either.addAll(there);
                assertThat(either).as("trouble at call " + calls).containsAll(before);
                assertThat(left).contains(before.getLast());
                if (answer.startsWith("a OK")) {
                    assertThat(left).containsExactly(before.getLast());
                    assertThat(there).isEqualTo(before.subList(0, 2));
                } else {
                    failed++;
                    ok = false;
                }
            }
            if (ok) {
                break;
            }
        }
        assertThat(failed).isGreaterThan(8);
    }

    @Test
    void whatWasCopiedIsTakenBackWhereNotAllCanBe() throws IOException {
        with(1_200);
        MailStore narrow = (MailStore) Proxy.newProxyInstance(
                MailStore.class.getClassLoader(), new Class<?>[] {MailStore.class}, (proxy, method, arguments) -> {
                    boolean full = method.getName().equals("append")
                            && box(andis, ANDI, "Done").messages() == 1_024;
                    if (full) {
                        throw new Refused(Refused.Reason.OVER_QUOTA, "the account would exceed its quota");
                    }
                    return method.invoke(andis, arguments);
                });
        String login = "LOGIN budi secret";
        assertThat(say(budis, narrow, login, "SELECT INBOX", "MOVE 1:* " + DONE).getLast())
                .startsWith("a NO [OVERQUOTA]");
        assertThat(texts(andis, ANDI, "Done")).isEmpty();
        assertThat(texts(budis, BUDI, "INBOX")).hasSize(1_200);
    }

    @Test
    void largeMessagesGoBetweenAccountsOfStoresOnDisks(@TempDir Path temp) throws IOException {
        try (DiskStore one = new DiskStore(temp.resolve("one"), ImapFixture.STOPPED);
                DiskStore two = new DiskStore(temp.resolve("two"), ImapFixture.STOPPED)) {
            one.store().ensure(BUDI);
            two.store().ensure(ANDI);
            two.store().grant(ANDI, box(two.store(), ANDI, "Archive").id(), BUDI, FlagChange.Kind.SET, Rights.ALL);
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String header = "Subject: " + i + "\r\nReferences: " + "<a@b>\r\n ".repeat(3_000) + "\r\n\r\n";
                String body = i % 20 == 0 ? "0123456789abcdef".repeat(400_000) : "x";
                texts.add(header + i + body);
                NewMessage message = new NewMessage(
                        Body.of(texts.get(i).getBytes(StandardCharsets.US_ASCII)), Flags.NONE, OptionalLong.empty());
                one.store().append(BUDI, box(one.store(), BUDI, "INBOX").id(), List.of(message));
            }
            String[] lines = {"LOGIN budi secret", "SELECT INBOX", "MOVE 1:* \"Other Users/andi/Archive\""};
            assertThat(say(one.store(), two.store(), lines).getFirst()).matches(".* 1:40 1:40\\] moved");
            assertThat(texts(two.store(), ANDI, "Archive")).isEqualTo(texts);
            assertThat(texts(one.store(), BUDI, "INBOX")).isEmpty();
        }
    }

    @Test
    void aSessionGoesOnWhereAnothersMailboxesAreServedElsewhere() throws IOException {
        with(1);
        Route route = new Route(GroupName.shard(2), new NodeName("elsewhere"), new Epoch(3));
        String login = "LOGIN budi secret";
        try (ImapFixture fixture = new ImapFixture(budis, andis)) {
            assertThat(say(fixture, login, "SUBSCRIBE " + DONE, "LIST \"\" O*")).hasSize(2);
            andis.away(new TryLater("it is led elsewhere", route));
            for (String line : List.of(
                    "SELECT " + DONE,
                    "STATUS " + DONE + " (MESSAGES)",
                    "MYRIGHTS " + DONE,
                    "CREATE \"Other Users/andi/Done/x\"",
                    "APPEND " + DONE + " {1+}\r\nx")) {
                assertThat(say(fixture, login, line)).containsExactly("a NO [UNAVAILABLE] it is led elsewhere");
                assertThat(say(fixture, login, line, "SELECT INBOX", "COPY 1 " + DONE, "NOOP"))
                        .containsExactly("a OK done");
            }
            assertThat(say(fixture, login, "LIST \"\" *").getLast()).isEqualTo("a OK done");
            assertThat(say(fixture, login, "LSUB \"\" O*"))
                    .as("it may be there")
                    .containsExactly("* LSUB () \"/\" \"Other Users/andi/Done\"", "a OK done");
            andis.away(null);
            assertThat(say(fixture, login, "LIST \"\" O*")).hasSize(2);
        }
    }

    /** So a shard that does not answer holds the others up no longer than itself. */
    @Test
    void allShardsAreAskedAtOnceWhatIsShared() throws IOException {
        with(0);
        CyclicBarrier asked = new CyclicBarrier(2);
        assertThat(say(meeting(asked, budis), meeting(asked, andis), "LOGIN budi secret", "LIST \"\" O*"))
                .hasSize(2);
    }

    /** A store that says what is shared when another is asked too. */
    private static MailStore meeting(CyclicBarrier asked, MailStore store) {
        return (MailStore) Proxy.newProxyInstance(
                MailStore.class.getClassLoader(), new Class<?>[] {MailStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("sharedWith")) {
                        asked.await(5, TimeUnit.SECONDS);
                    }
                    return method.invoke(store, arguments);
                });
    }

    @Test
    void whoIsGoneIsShownByHerAccountAndCanBeTakenOffTheList() throws IOException {
        with(0);
        AccountId gone = new AccountId(new Id(9, 9));
        Mailbox inbox = box(budis, BUDI, "INBOX");
        budis.grant(BUDI, inbox.id(), gone, FlagChange.Kind.SET, Rights.parse("lr"));
        String login = "LOGIN budi secret";
        assertThat(say(budis, andis, login, "GETACL INBOX").getFirst()).endsWith(" \"" + gone + "\" lr");
        assertThat(say(budis, andis, login, "DELETEACL INBOX " + gone)).containsExactly("a OK done");
        assertThat(budis.acl(BUDI, inbox.id())).isEmpty();
    }
}
