package org.merpati.imap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.merpati.imap.people.Logins;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailboxId;
import org.merpati.store.Body;
import org.merpati.store.FlagChange;
import org.merpati.store.NewMessage;
import org.merpati.store.View;

/** A model of a client that believes only untagged responses stays equal to the mailbox, whoever writes beside it. */
class SelectedTest {
    private static final Pattern FETCH = Pattern.compile("\\* (\\d+) FETCH \\(UID (\\d+) FLAGS \\((.*)\\)\\)");

    /** What a client knows: UIDs by number and their flags; a message it was told of by EXISTS alone has none yet. */
    private static final class Client {
        final List<Long> uids = new ArrayList<>();
        final List<String> flags = new ArrayList<>();
        int size;

        void hear(String said, boolean mayRenumber) {
            for (String line : said.split("\r\n", -1)) {
                Matcher fetch = FETCH.matcher(line);
                if (line.endsWith(" EXPUNGE")) {
                    assertThat(mayRenumber).isTrue();
                    int number = number(line);
                    assertThat(number).isBetween(1, size);
                    uids.remove(number - 1);
                    flags.remove(number - 1);
                    size--;
                } else if (line.endsWith(" EXISTS")) {
                    assertThat(number(line)).isGreaterThanOrEqualTo(size);
                    size = number(line);
                } else if (fetch.matches()) {
                    int number = Integer.parseInt(fetch.group(1));
                    assertThat(number).isBetween(1, size);
                    assertThat(uids.get(number - 1)).isEqualTo(Long.parseLong(fetch.group(2)));
                    flags.set(
                            number - 1, fetch.group(3).replace(" \\Recent", "").replace("\\Recent", ""));
                }
            }
        }

        private static int number(String line) {
            return Integer.parseInt(line.split(" ", 3)[1]);
        }
    }

    private final MemoryStore store = new MemoryStore(() -> ImapFixture.NOW);
    private final Logins.Account account = new Logins.Account("budi", ImapFixture.BUDI, store);
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Reply reply = new Reply(said);

    private MailboxId inbox() {
        store.ensure(account.id());
        return store.mailbox(account.id(), "INBOX").orElseThrow().id();
    }

    @Test
    void aClientThatBelievesUntaggedResponsesIsNeverWrong() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random chance = new Random(seed);
        MailboxId inbox = inbox();
        for (int round = 0; round < 100; round++) {
            Selected selected = ImapFixture.select(store, false);
            Client client = new Client();
            client.size = selected.size();
            learn(client, selected);
            for (int step = 0; step < 40; step++) {
                for (int n = chance.nextInt(4); n > 0; n--) {
                    write(chance, inbox);
                }
                boolean mayRenumber = chance.nextBoolean();
                if (chance.nextInt(3) == 0 && selected.size() > 0) {
                    own(chance, selected, client);
                }
                check(client, selected, mayRenumber, seed);
            }
        }
    }

    private void check(Client client, Selected selected, boolean mayRenumber, long seed) throws Exception {
        selected.sync(reply, mayRenumber);
        reply.flush();
        client.hear(said.toString(StandardCharsets.US_ASCII), mayRenumber);
        said.reset();
        learn(client, selected);
        assertThat(client.size).as("seed %s", seed).isEqualTo(selected.size());
        View now = store.view(account.id(), selected.id());
        for (int number = 1; number <= client.size; number++) {
            int place = now.place(client.uids.get(number - 1));
            if (place >= 0) {
                assertThat(client.flags.get(number - 1))
                        .as("seed %s, message %s", seed, number)
                        .isEqualTo(now.message(place).flags().toString());
            } else {
                assertThat(mayRenumber).isFalse();
            }
        }
        if (mayRenumber) {
            assertThat(client.size).isEqualTo(now.size());
        }
    }

    /** The client fetches what it only knows by number. */
    private static void learn(Client client, Selected selected) {
        while (client.uids.size() < client.size) {
            int number = client.uids.size() + 1;
            client.uids.add(selected.uid(number));
            var message = selected.message(number);
            client.flags.add(message == null ? "" : message.flags().toString());
        }
    }

    private void own(Random chance, Selected selected, Client client) {
        int number = 1 + chance.nextInt(selected.size());
        List<Long> uids = List.of(selected.uid(number));
        FlagChange change = change(chance);
        boolean silent = chance.nextBoolean();
        var stored = store.flags(account.id(), selected.id(), uids, change, OptionalLong.empty());
        selected.stored(stored, silent ? List.of() : uids);
        if (silent && !stored.changed().isEmpty()) {
            View now = store.view(account.id(), selected.id());
            client.flags.set(
                    number - 1, now.message(now.place(uids.getFirst())).flags().toString());
        }
    }

    private static FlagChange change(Random chance) {
        FlagChange.Kind kind = List.of(FlagChange.Kind.SET, FlagChange.Kind.ADD, FlagChange.Kind.REMOVE)
                .get(chance.nextInt(3));
        return new FlagChange(
                kind,
                Flags.of(List.of("\\Seen", "\\Flagged", "\\Deleted", "k" + chance.nextInt(3))
                        .get(chance.nextInt(4))));
    }

    private void write(Random chance, MailboxId inbox) {
        View view = store.view(account.id(), inbox);
        int what = chance.nextInt(4);
        if (what == 0 || view.size() == 0) {
            Body body = Body.of("x".getBytes(StandardCharsets.US_ASCII));
            store.append(account.id(), inbox, List.of(new NewMessage(body, Flags.NONE, OptionalLong.empty())));
            return;
        }
        List<Long> uids = List.of(view.message(chance.nextInt(view.size())).uid());
        if (what == 1) {
            store.flags(
                    account.id(),
                    inbox,
                    uids,
                    new FlagChange(FlagChange.Kind.ADD, Flags.of("\\Deleted")),
                    OptionalLong.empty());
            store.expunge(account.id(), inbox, uids);
        } else {
            store.flags(account.id(), inbox, uids, change(chance), OptionalLong.empty());
        }
    }
}
