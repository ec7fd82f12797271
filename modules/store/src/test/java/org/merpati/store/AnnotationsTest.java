package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Refused;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;

/** Annotations of mailboxes and accounts: they are kept, go with their mailbox, and have a limit. */
class AnnotationsTest {
    @TempDir
    Path temp;

    private Shard shard;

    @BeforeEach
    void open() {
        shard = new Shard(temp, 1);
        shard.store().ensure(Shard.BUDI);
        shard.store().ensure(Shard.SITI);
    }

    @AfterEach
    void close() {
        shard.close();
    }

    private static SortedMap<String, Optional<byte[]>> values(String entry, String value) {
        SortedMap<String, Optional<byte[]>> values = new TreeMap<>();
        values.put(entry, Optional.of(value.getBytes(StandardCharsets.UTF_8)));
        return values;
    }

    private static SortedMap<String, Optional<byte[]>> none(String entry) {
        SortedMap<String, Optional<byte[]>> values = new TreeMap<>();
        values.put(entry, Optional.empty());
        return values;
    }

    private MailboxId mailbox(String name) {
        return shard.store().mailbox(Shard.BUDI, name).orElseThrow().id();
    }

    @Test
    void theyOutliveACrashAndGoWithTheirMailbox() {
        shard.store().create(Shard.BUDI, "work", Set.of());
        MailboxId work = mailbox("work");
        shard.store().annotate(Shard.BUDI, work, values("/private/comment", "one"));
        shard.store().annotate(Shard.BUDI, work, values("/private/other", "two"));
        shard.store().annotate(Shard.BUDI, MailStore.ACCOUNT, values("/private/comment", "me"));
        shard.checkpoint();
        shard.store().annotate(Shard.BUDI, work, values("/private/comment", "three"));
        shard.store().annotate(Shard.BUDI, work, none("/private/other"));
        shard.crash();
        shard.store().rename(Shard.BUDI, "work", "play");
        assertThat(shard.store().annotations(Shard.BUDI, mailbox("play")))
                .hasSize(1)
                .hasEntrySatisfying(
                        "/private/comment", v -> assertThat(v).asString().isEqualTo("three"));
        assertThat(shard.store().annotations(Shard.BUDI, MailStore.ACCOUNT)).hasSize(1);
        assertThat(shard.store().annotations(Shard.SITI, MailStore.ACCOUNT)).isEmpty();
        shard.store().delete(Shard.BUDI, "play");
        assertThat(shard.store().annotations(Shard.BUDI, work)).isEmpty();
    }

    @Test
    void thereAreAtMostAHundred() {
        MailboxId inbox = mailbox("INBOX");
        for (int i = 0; i < 100; i++) {
            shard.store().annotate(Shard.BUDI, inbox, values("/private/" + i, "x"));
        }
        assertThatThrownBy(() -> shard.store().annotate(Shard.BUDI, inbox, values("/private/more", "x")))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Refused.Reason.LIMIT));
        assertThat(shard.store().annotations(Shard.BUDI, inbox)).hasSize(100);
    }

    @Test
    void theCommandComesBackAsItWas() {
        SortedMap<String, Optional<Octets>> values = new TreeMap<>();
        values.put("/private/a", Optional.of(new Octets(new byte[] {0, 1, (byte) 255})));
        values.put("/private/b", Optional.empty());
        Command.Annotate command = new Command.Annotate(Shard.BUDI, mailbox("INBOX"), values);
        assertThat(CommandCodec.decode(CommandCodec.encode(command))).isEqualTo(command);
    }
}
