package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.DeliveryId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.TryLater;
import org.merpati.store.people.Rights;

/**
 * Shards against maps, through crashes and checkpoints, and with two of them through moves of accounts; a second copy
 * of each log has the same files.
 */
final class ShardModel {
    private static final List<AccountId> ACCOUNTS = List.of(Shard.BUDI, Shard.SITI, new AccountId(new Id(13, 7)));
    private static final List<String> NAMES = List.of("INBOX", "Sent", "Trash", "Work", "Work/Old");
    private static final List<String> FLAGS = List.of("\\Seen", "\\Deleted", "\\Flagged", "$Junk", "Blue");

    private record Expected(Flags flags, String text) {}

    private static final List<FlagChange.Kind> KINDS =
            List.of(FlagChange.Kind.SET, FlagChange.Kind.ADD, FlagChange.Kind.REMOVE);

    private final Map<AccountId, Map<String, NavigableMap<Long, Expected>>> model = new TreeMap<>();
    private final Map<MailId, List<Long>> delivered = new TreeMap<>();
    private final Random chance;
    private final List<Shard> shards;
    private final Map<AccountId, Shard> homes = new TreeMap<>();
    private int moves;

    /** With one shard nothing moves; with two, accounts move between them. */
    ShardModel(Path folder, long seed, int count) {
        this.chance = new Random(seed);
        this.shards = IntStream.range(0, count)
                .mapToObj(i -> new Shard(folder.resolve("shard-" + i), seed + 1_000_000L * i))
                .toList();
        ACCOUNTS.forEach(account -> homes.put(account, shards.getFirst()));
    }

    private Shard home(AccountId account) {
        return Objects.requireNonNull(homes.get(account));
    }

    private MailStore store(AccountId account) {
        return home(account).store();
    }

    void run(Path copies) throws Exception {
        for (AccountId account : ACCOUNTS) {
            store(account).ensure(account);
            store(account).create(account, "Work/Old", Set.of());
            Map<String, NavigableMap<Long, Expected>> mailboxes = new TreeMap<>();
            NAMES.forEach(name -> mailboxes.put(name, new TreeMap<>()));
            model.put(account, mailboxes);
        }
        for (int step = 0; step < 500; step++) {
            step();
            if (chance.nextInt(60) == 0) {
                any().checkpoint();
            }
            if (chance.nextInt(40) == 0) {
                any().crash();
            }
            if (shards.size() > 1 && chance.nextInt(20) == 0) {
                move(ACCOUNTS.get(chance.nextInt(ACCOUNTS.size())));
            }
        }
        for (AccountId account : ACCOUNTS) {
            for (String name : NAMES) {
                compare(account, name);
            }
        }
        for (int i = 0; i < shards.size(); i++) {
            compareWithASecondCopy(shards.get(i), copies.resolve("copy-" + i));
            shards.get(i).close();
        }
    }

    private Shard any() {
        return shards.get(chance.nextInt(shards.size()));
    }

    /** Moves an account to the other shard, while it goes on being used, and whichever shard crashes meanwhile. */
    private void move(AccountId account) {
        Shard from = home(account);
        Shard to = shards.get(1 - shards.indexOf(from));
        Id move = new Id(77, ++moves);
        for (int pass = chance.nextInt(3); pass > 0; pass--) {
            to.moves().pull(from.moves().origin(), account, move, false, octets -> {});
            for (int i = chance.nextInt(10); i > 0; i--) {
                step();
            }
            perhapsCrash();
        }
        from.moves().origin().fence(account, move, GroupName.shard(2));
        assertThatThrownBy(() -> from.store().mailboxes(account)).isInstanceOf(TryLater.class);
        assertThatThrownBy(() -> from.store().create(account, "New", Set.of())).isInstanceOf(TryLater.class);
        perhapsCrash();
        to.moves().pull(from.moves().origin(), account, move, true, octets -> {});
        perhapsCrash();
        assertThat(to.moves().pull(from.moves().origin(), account, move, true, octets -> {}))
                .as("a pass over what is equal")
                .isZero();
        assertThatThrownBy(() -> to.store().mailboxes(account)).isInstanceOf(TryLater.class);
        assertThat(to.moves().adopted(account, move)).isFalse();
        to.moves().adopt(account, move);
        to.moves().adopt(account, move);
        assertThat(to.moves().adopted(account, move)).isTrue();
        homes.put(account, to);
        while (from.moves().origin().forget(account, move)) {
            perhapsCrash();
        }
        assertThatThrownBy(() -> from.store().ensure(account)).isInstanceOf(TryLater.class);
    }

    private void perhapsCrash() {
        if (chance.nextInt(4) == 0) {
            any().crash();
        }
    }

    private static void compareWithASecondCopy(Shard shard, Path folder) throws Exception {
        shard.checkpoint();
        try (ShardState copy = Shard.open(folder, Shard.SMALL)) {
            for (int i = 1; i <= shard.journal.size(); i++) {
                shard.journal.play(i, copy);
            }
            copy.vault().finish();
            try (var pin = copy.vault().pin()) {
                assertThat(pin.files()).isEqualTo(shard.files());
            }
            assertThat(copy.verify()).isEmpty();
        }
    }

    private void step() {
        AccountId account = ACCOUNTS.get(chance.nextInt(ACCOUNTS.size()));
        String name = NAMES.get(chance.nextInt(NAMES.size()));
        switch (chance.nextInt(13)) {
            case 0, 1, 2 -> append(account, name);
            case 3, 4 -> deliver();
            case 5, 6, 7 -> flags(account, name);
            case 8 -> copy(account, name, NAMES.get(chance.nextInt(NAMES.size())), false);
            case 9 -> copy(account, name, NAMES.get(chance.nextInt(NAMES.size())), true);
            case 10 -> expunge(account, name);
            case 11 -> grant(account, name);
            default -> recreate(account);
        }
    }

    private MailboxId id(AccountId account, String name) {
        return store(account).mailbox(account, name).orElseThrow().id();
    }

    private NavigableMap<Long, Expected> expected(AccountId account, String name) {
        return model.getOrDefault(account, Map.of()).getOrDefault(name, new TreeMap<>());
    }

    private Flags randomFlags() {
        List<String> names = new ArrayList<>(FLAGS);
        names.removeIf(name -> chance.nextInt(3) > 0);
        return Flags.of(names);
    }

    private String randomText() {
        int size = chance.nextInt(40) == 0 ? 700_000 : chance.nextInt(3000);
        return "Message-ID: <" + chance.nextInt(20) + "@x>\r\n\r\n" + "y".repeat(size) + chance.nextLong();
    }

    private void append(AccountId account, String name) {
        List<NewMessage> messages = new ArrayList<>();
        List<Expected> texts = new ArrayList<>();
        for (int i = chance.nextInt(3); i >= 0; i--) {
            texts.add(new Expected(randomFlags(), randomText()));
            byte[] octets = texts.getLast().text().getBytes(StandardCharsets.UTF_8);
            messages.add(new NewMessage(Body.of(octets), texts.getLast().flags(), OptionalLong.empty()));
        }
        var appended = store(account).append(account, id(account, name), messages);
        for (int i = 0; i < texts.size(); i++) {
            expected(account, name).put(appended.get(i).uid(), texts.get(i));
        }
    }

    private void deliver() {
        boolean again = !delivered.isEmpty() && chance.nextInt(3) == 0;
        MailId mail = again
                ? new ArrayList<>(delivered.keySet()).get(chance.nextInt(delivered.size()))
                : new MailId(new Id(1_750_000_000_000L << 16, delivered.size()));
        String text = "text of " + mail;
        List<Delivery.Recipient> recipients = new ArrayList<>();
        for (int i = 0; i < ACCOUNTS.size(); i++) {
            recipients.add(new Delivery.Recipient(
                    new DeliveryId(mail, i), ACCOUNTS.get(i), "X-Place: " + i + "\r\n", "Work", Flags.NONE));
        }
        Map<DeliveryId, Delivery.Outcome> outcomes = new HashMap<>();
        for (Shard shard : shards) {
            List<Delivery.Recipient> here = recipients.stream()
                    .filter(recipient -> home(recipient.account()).equals(shard))
                    .toList();
            if (!here.isEmpty()) {
                var told =
                        shard.store().deliver(new Delivery(mail, Body.of(text.getBytes(StandardCharsets.UTF_8)), here));
                here.forEach(recipient -> outcomes.put(recipient.id(), told.get(here.indexOf(recipient))));
            }
        }
        List<Long> uids = new ArrayList<>();
        for (int i = 0; i < ACCOUNTS.size(); i++) {
            var outcome = (Delivery.Outcome.Delivered) Objects.requireNonNull(outcomes.get(new DeliveryId(mail, i)));
            assertThat(outcome.repeated()).isEqualTo(again);
            uids.add(outcome.uid());
            if (!again) {
                expected(ACCOUNTS.get(i), "Work")
                        .put(outcome.uid(), new Expected(Flags.NONE, "X-Place: " + i + "\r\n" + text));
            }
        }
        assertThat(delivered.getOrDefault(mail, uids)).isEqualTo(uids);
        delivered.put(mail, uids);
    }

    private List<Long> someUids(AccountId account, String name) {
        List<Long> uids = new ArrayList<>(expected(account, name).keySet());
        uids.removeIf(uid -> chance.nextInt(3) == 0);
        uids.add(1L + chance.nextInt(100));
        return uids;
    }

    private void flags(AccountId account, String name) {
        FlagChange.Kind kind = KINDS.get(chance.nextInt(3));
        FlagChange change = new FlagChange(kind, randomFlags());
        List<Long> uids = someUids(account, name);
        var stored = store(account).flags(account, id(account, name), uids, change, OptionalLong.empty());
        List<Long> changed = new ArrayList<>();
        for (Map.Entry<Long, Expected> entry : expected(account, name).entrySet()) {
            Flags after = change.applyTo(entry.getValue().flags());
            if (uids.contains(entry.getKey()) && !after.equals(entry.getValue().flags())) {
                entry.setValue(new Expected(after, entry.getValue().text()));
                changed.add(entry.getKey());
            }
        }
        assertThat(stored.changed()).isEqualTo(changed);
    }

    private void copy(AccountId account, String from, String to, boolean move) {
        List<Long> uids = someUids(account, from);
        MailboxId source = id(account, from);
        MailboxId target = id(account, to);
        var copied = move
                ? store(account).move(account, source, uids, target)
                : store(account).copy(account, source, uids, target);
        assertThat(copied.from()).isSubsetOf(uids).isSorted();
        Map<Long, Expected> before = new TreeMap<>(expected(account, from));
        for (int i = 0; i < copied.from().size(); i++) {
            Expected message = before.get(copied.from().get(i));
            assertThat(message).isNotNull();
            expected(account, to).put(copied.to().get(i), Objects.requireNonNull(message));
            if (move) {
                expected(account, from).remove(copied.from().get(i));
            }
        }
    }

    private void expunge(AccountId account, String name) {
        List<Long> uids = someUids(account, name);
        List<Long> gone = new ArrayList<>(store(account).expunge(account, id(account, name), uids));
        List<Long> shouldBe = expected(account, name).entrySet().stream()
                .filter(e -> uids.contains(e.getKey()) && e.getValue().flags().has(Flags.DELETED))
                .map(Map.Entry::getKey)
                .toList();
        assertThat(gone).isEqualTo(shouldBe);
        gone.forEach(expected(account, name)::remove);
    }

    /** What is granted goes with a mailbox that is made again and stays over a renaming; the copies must agree. */
    private void grant(AccountId account, String name) {
        AccountId grantee = chance.nextBoolean() ? MailStore.ANYONE : new AccountId(new Id(99, chance.nextInt(3)));
        Rights rights = new Rights(chance.nextInt(Rights.ALL.bits() + 1));
        MailboxId mailbox = id(account, name);
        Rights before = store(account).acl(account, mailbox).getOrDefault(grantee, Rights.NONE);
        FlagChange.Kind kind = KINDS.get(chance.nextInt(3));
        store(account).grant(account, mailbox, grantee, kind, rights);
        Rights after = switch (kind) {
            case SET -> rights;
            case ADD -> before.plus(rights);
            case REMOVE -> before.minus(rights);
        };
        assertThat(store(account).acl(account, mailbox).getOrDefault(grantee, Rights.NONE))
                .isEqualTo(after);
        Rights all = store(account).rights(grantee, account, mailbox);
        assertThat(store(account).sharedWith(grantee, 1000).stream()
                        .filter(shared -> shared.mailbox().id().equals(mailbox))
                        .map(MailStore.Shared::rights)
                        .toList())
                .isEqualTo(all.has('l') ? List.of(all) : List.of());
    }

    private void recreate(AccountId account) {
        if (chance.nextInt(4) == 0) {
            store(account).delete(account, "Work/Old");
            store(account).create(account, "Work/Old", Set.of());
            expected(account, "Work/Old").clear();
        } else {
            store(account).rename(account, "Work", "Renamed");
            store(account).rename(account, "Renamed", "Work");
        }
    }

    private void compare(AccountId account, String name) throws Exception {
        MailboxId mailbox = id(account, name);
        View view = store(account).view(account, mailbox);
        List<Long> uids = new ArrayList<>();
        for (int i = 0; i < view.size(); i++) {
            Message message = view.message(i);
            uids.add(message.uid());
            Expected expected = expected(account, name).get(message.uid());
            assertThat(expected).isNotNull();
            assertThat(message.flags())
                    .isEqualTo(Objects.requireNonNull(expected).flags());
            byte[] octets = store(account).body(account, mailbox, message).bytes();
            assertThat(new String(octets, StandardCharsets.UTF_8)).isEqualTo(expected.text());
        }
        assertThat(uids).isEqualTo(List.copyOf(expected(account, name).keySet()));
    }
}
