package org.merpati.imap.sort;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.merpati.imap.text.Reply;

/** Whatever messages say of each other, each is in one conversation, at one place, and no conversation is too deep. */
class ThreadsTest {
    private static Digest digest(Random chance, String id, List<String> references) {
        BaseSubject subject = new BaseSubject("S" + chance.nextInt(40), chance.nextBoolean());
        return new Digest(chance.nextInt(1_000), subject, "", "", "", "", "", id, references);
    }

    private static String put(List<ThreadNode> threads) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Reply reply = new Reply(out);
        for (ThreadNode thread : threads) {
            reply.put('(');
            thread.put(reply, number -> number);
            reply.put(')');
        }
        reply.flush();
        return out.toString(StandardCharsets.US_ASCII);
    }

    private static void check(int count, String text, long seed) {
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            assertThat(depth).as("seed %s", seed).isNotNegative();
        }
        assertThat(depth).isZero();
        int[] numbers = Arrays.stream(text.split("[() ]+", -1))
                .filter(word -> !word.isEmpty())
                .mapToInt(Integer::parseInt)
                .sorted()
                .toArray();
        assertThat(numbers)
                .as("seed %s", seed)
                .containsExactly(IntStream.rangeClosed(1, count).toArray());
    }

    @Test
    void eachMessageIsInOnePlace() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random chance = new Random(seed);
        for (int round = 0; round < 500; round++) {
            int count = 1 + chance.nextInt(60);
            int ids = 1 + chance.nextInt(80);
            Digest[] digests = new Digest[count];
            for (int i = 0; i < count; i++) {
                List<String> references = new ArrayList<>();
                for (int n = chance.nextInt(5); n > 0; n--) {
                    references.add("m" + chance.nextInt(ids));
                }
                digests[i] = digest(chance, chance.nextInt(9) == 0 ? "" : "m" + chance.nextInt(ids), references);
            }
            int[] numbers = IntStream.rangeClosed(1, count).toArray();
            check(count, put(ReferenceThreads.of(numbers, digests)), seed);
            check(count, put(SubjectThreads.of(numbers, digests)), seed);
        }
    }

    @Test
    void aConversationThatGoesDownForEverIsCut() throws Exception {
        Random chance = new Random(1);
        int count = 20_000;
        int[] numbers = IntStream.rangeClosed(1, count).toArray();
        Digest[] down = new Digest[count];
        Digest[] up = new Digest[count];
        for (int i = 0; i < count; i++) {
            down[i] = digest(chance, "m" + i, i == 0 ? List.of() : List.of("m" + (i - 1)));
            up[i] = digest(chance, "m" + i, List.of("m" + (i + 1)));
        }
        check(count, put(ReferenceThreads.of(numbers, down)), 1);
        check(count, put(ReferenceThreads.of(numbers, up)), 1);
    }
}
