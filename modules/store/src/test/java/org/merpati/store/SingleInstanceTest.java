package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.merpati.store.Shard.BUDI;
import static org.merpati.store.Shard.SITI;
import static org.merpati.store.Shard.message;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.DeliveryId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Sha256;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;
import org.merpati.vault.FileEntry;

/** Equal bodies in a shard are on its disks once, however they came and whoever has them. */
class SingleInstanceTest {
    private static final long HOUR = 3_600_000;
    /** Too long for one command. */
    private static final int LONG = 700_000;

    @TempDir
    Path temp;

    private Shard shard;
    private long mails;

    @BeforeEach
    void open() {
        shard = new Shard(temp, 9);
        shard.store().ensure(BUDI);
        shard.store().ensure(SITI);
    }

    @AfterEach
    void close() {
        assertThat(shard.store().verify()).isEmpty();
        shard.close();
    }

    private MailboxId inbox(AccountId account) {
        return shard.store().mailbox(account, "INBOX").orElseThrow().id();
    }

    private static String text(char letter, int length) {
        return "Subject: " + letter + "\r\n\r\n" + Character.toString(letter).repeat(length);
    }

    private Delivery delivery(AccountId account, String text) {
        MailId mail = new MailId(new Id(1_750_000_000_000L << 16, ++mails));
        Delivery.Recipient to = new Delivery.Recipient(
                new DeliveryId(mail, 0), account, "Delivered-To: " + account + "\r\n", "INBOX", Flags.NONE);
        return new Delivery(mail, Body.of(text.getBytes(StandardCharsets.UTF_8)), List.of(to), "");
    }

    private void deliver(AccountId account, String text) {
        assertThat(shard.store().deliver(delivery(account, text)))
                .allMatch(outcome -> outcome instanceof Delivery.Outcome.Delivered);
    }

    private void append(AccountId account, String text) {
        shard.store().append(account, inbox(account), List.of(message(text)));
    }

    private String last(AccountId account) throws Exception {
        View view = shard.store().view(account, inbox(account));
        byte[] octets = shard.store()
                .body(account, inbox(account), view.message(view.size() - 1))
                .bytes();
        return new String(octets, StandardCharsets.UTF_8);
    }

    private void removeAll(AccountId account) {
        View view = shard.store().view(account, inbox(account));
        List<Long> uids = java.util.stream.IntStream.range(0, view.size())
                .mapToObj(place -> view.message(place).uid())
                .toList();
        shard.store()
                .flags(
                        account,
                        inbox(account),
                        uids,
                        new FlagChange(FlagChange.Kind.ADD, Flags.of("\\Deleted")),
                        java.util.OptionalLong.empty());
        assertThat(shard.store().expunge(account, inbox(account), uids)).isEqualTo(uids);
    }

    /** Removes all messages, and lets the time pass in which they can be had back. */
    private void forget(AccountId account) {
        removeAll(account);
        shard.journal.pass(Shard.KEPT.toMillis() + HOUR);
        expire();
    }

    private void expire() {
        shard.journal.submit(CommandCodec.encode(new Command.Expire(Shard.KEPT.toMillis())));
    }

    /** How many octets of bodies are written. */
    private long written() {
        shard.checkpoint();
        return shard.files().stream()
                .filter(file -> file.name().endsWith(".blobs"))
                .mapToLong(FileEntry::length)
                .sum();
    }

    @Test
    void deliveriesAndAppendsOfOneBodyShareIt() throws Exception {
        deliver(BUDI, text('a', 20_000));
        long once = written();
        deliver(SITI, text('a', 20_000));
        deliver(BUDI, text('a', 20_000));
        append(SITI, text('a', 20_000));
        assertThat(written()).isEqualTo(once);
        assertThat(last(SITI)).isEqualTo(text('a', 20_000));
        assertThat(last(BUDI)).endsWith("\r\n" + text('a', 20_000)).startsWith("Delivered-To: ");
        append(SITI, text('b', 20_000));
        assertThat(written()).isGreaterThan(once + 20_000);
        assertThat(last(SITI)).isEqualTo(text('b', 20_000));
    }

    @Test
    void aLongBodyIsSharedTooAndItsUploadGivenUp() throws Exception {
        deliver(BUDI, text('a', LONG));
        deliver(SITI, text('a', LONG));
        assertThat(last(SITI)).endsWith(text('a', LONG));
        forget(BUDI);
        shard.journal.pass(2 * HOUR);
        expire();
        assertThat(last(SITI)).endsWith(text('a', LONG));
        assertThat(((JournaledStore) shard.store()).compaction().run()).isNotNegative();
        assertThat(last(SITI)).endsWith(text('a', LONG));
    }

    @Test
    void whatIsFoundAgainBeforeItsRoomIsGivenBackIsUsedAgain() throws Exception {
        append(BUDI, text('a', 5_000));
        long once = written();
        forget(BUDI);
        append(SITI, text('a', 5_000));
        assertThat(written()).isEqualTo(once);
        shard.journal.pass(2 * HOUR);
        expire();
        assertThat(last(SITI)).isEqualTo(text('a', 5_000));
    }

    @Test
    void whatIsGivenUpIsStoredAnew() throws Exception {
        append(BUDI, text('a', 5_000));
        long once = written();
        forget(BUDI);
        shard.journal.pass(2 * HOUR);
        expire();
        append(SITI, text('a', 5_000));
        assertThat(written()).isGreaterThan(once);
        assertThat(last(SITI)).isEqualTo(text('a', 5_000));
    }

    /** Copies that have applied a command of an older form must not differ from one that applies it later. */
    @Test
    void commandsOfAnOlderFormStoreWhatTheyStoredThen() throws Exception {
        append(BUDI, text('a', 5_000));
        long once = written();
        byte[] body = text('a', 5_000).getBytes(StandardCharsets.UTF_8);
        Octets digest = new Octets(Sha256.of(body));
        MailId mail = new MailId(new Id(1_750_000_000_000L << 16, 77));
        Command.Target to = new Command.Target(new DeliveryId(mail, 0), SITI, "", "INBOX", Flags.NONE, 0, Quota.NONE);
        byte[] command = CommandCodec.encode(new Command.Deliver(
                mail,
                new Command.Content(new Id(5, 5), body.length, 0, new Octets(body), digest),
                List.of(),
                digest,
                List.of(to),
                List.of(new Octets(Shard.summary(body))),
                ""));
        assertThat(command[1]).isEqualTo((byte) 4);
        command[1] = 3;
        shard.journal.submit(command);
        assertThat(written()).isGreaterThan(once);
        assertThat(last(SITI)).isEqualTo(text('a', 5_000));
    }
}
