package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailboxId;
import org.merpati.mime.EncodedWords;
import org.merpati.mime.HeaderField;
import org.merpati.mime.MessageText;
import org.merpati.mime.Part;
import org.merpati.store.search.Where;

/** Whatever happens to mail and index, no message that holds a text is denied, and most that do not are. */
class SearchAnswersTest {
    private static final List<String> BOXES = List.of("INBOX", "Archive", "Work");

    @TempDir
    Path temp;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random chance = new Random(seed);
    private final Letters letters = new Letters(chance);
    private int holders;
    private int others;
    private int denied;

    @RepeatedTest(2)
    void everyAnswerIsThatOfAScan() throws Exception {
        System.out.println("seed " + seed);
        try (IndexedShard shard = new IndexedShard(temp, IndexedShard.TIGHT)) {
            shard.store().ensure(Shard.BUDI);
            shard.store().create(Shard.BUDI, "Work/Child", Set.of());
            for (int i = 0; i < 150; i++) {
                step(shard);
                if (i % 5 == 0) {
                    ask(shard, BOXES.get(chance.nextInt(BOXES.size())));
                }
            }
            shard.settle();
            denied = 0;
            others = 0;
            BOXES.forEach(box -> ask(shard, box));
        }
        System.out.println(
                holders + " held the text; of the last " + others + " others " + denied + " are not looked at");
        assertThat(holders).isPositive();
        assertThat(denied).isGreaterThan(others / 4);
    }

    private void step(IndexedShard shard) {
        String box = BOXES.get(chance.nextInt(BOXES.size()));
        MailboxId id = shard.store().mailbox(Shard.BUDI, box).orElseThrow().id();
        List<Long> some = new ArrayList<>(IndexedShard.uids(shard.view(box)));
        some.removeIf(uid -> chance.nextInt(4) > 0);
        switch (chance.nextInt(16)) {
            case 0 -> shard.store().move(Shard.BUDI, id, some, target(shard));
            case 1 -> shard.store().copy(Shard.BUDI, id, some, target(shard));
            case 2 -> {
                FlagChange delete = new FlagChange(FlagChange.Kind.ADD, Flags.of("\\Deleted"));
                shard.store().flags(Shard.BUDI, id, some, delete, OptionalLong.empty());
                shard.store().expunge(Shard.BUDI, id, some);
            }
            case 3 -> {
                shard.store().delete(Shard.BUDI, "Work");
                shard.store().create(Shard.BUDI, "Work", Set.of());
            }
            case 4 -> {
                shard.store().rename(Shard.BUDI, "INBOX", "Old");
                shard.store().delete(Shard.BUDI, "Old");
            }
            case 5 -> {
                shard.stop();
                shard.start();
            }
            default -> shard.append(box, letters.next());
        }
    }

    private MailboxId target(IndexedShard shard) {
        return shard.store()
                .mailbox(Shard.BUDI, BOXES.get(chance.nextInt(BOXES.size())))
                .orElseThrow()
                .id();
    }

    private void ask(IndexedShard shard, String box) {
        View view = shard.view(box);
        List<byte[]> mail = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int place = 0; place < view.size(); place++) {
            mail.add(octets(shard, view, place));
            Part part = view.message(place).summary().structure();
            texts.add(MessageText.header(mail.get(place), part));
            texts.add(MessageText.body(mail.get(place), part));
        }
        for (int i = 0; i < 10; i++) {
            String needle = MessageText.fold(letters.needle(texts));
            for (Where where : Where.values()) {
                LongPredicate mayHold = shard.store().mayHold(Shard.BUDI, view, where, needle);
                for (int place = 0; place < view.size(); place++) {
                    compare(view.message(place), mail.get(place), where, needle, mayHold);
                }
            }
        }
    }

    private void compare(Message message, byte[] octets, Where where, String needle, LongPredicate mayHold) {
        boolean holds = scan(octets, message.summary().structure(), where, needle);
        boolean granted = mayHold.test(message.uid());
        if (holds) {
            holders++;
            assertThat(granted)
                    .as("seed %d: %s holds '%s'", seed, where, needle)
                    .isTrue();
        } else if (needle.length() >= 3) {
            others++;
            denied += granted ? 0 : 1;
        }
    }

    private static boolean scan(byte[] octets, Part part, Where where, String needle) {
        String header = MessageText.fold(MessageText.header(octets, part));
        String body = MessageText.fold(MessageText.body(octets, part));
        return switch (where) {
            case HEADER ->
                HeaderField.list(octets, 0, part.bodyStart(), Integer.MAX_VALUE).stream()
                        .anyMatch(field -> MessageText.fold(EncodedWords.decode(field.value(octets)))
                                .contains(needle));
            case BODY -> body.contains(needle);
            case TEXT -> header.contains(needle) || body.contains(needle);
        };
    }

    private static byte[] octets(IndexedShard shard, View view, int place) {
        try {
            return shard.store()
                    .body(Shard.BUDI, view.mailbox().id(), view.message(place))
                    .bytes();
        } catch (IOException disk) {
            throw new AssertionError(disk);
        }
    }
}
