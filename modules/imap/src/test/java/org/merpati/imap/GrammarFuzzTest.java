package org.merpati.imap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;

/** Seeded mutations of good commands: a command or {@link Malformed}; for a mailbox's name also {@link Refused}. */
class GrammarFuzzTest {
    private static final List<String> GOOD = List.of(
            "CAPABILITY",
            "ID (\"name\" \"x\" \"version\" NIL)",
            "ENABLE CONDSTORE",
            "LIST \"\" \"a/%\"",
            "LSUB \"\" *",
            "LIST (SUBSCRIBED RECURSIVEMATCH) \"a/\" (x \"%\" *) RETURN (CHILDREN STATUS (SIZE DELETED) SUBSCRIBED)",
            "CREATE x (USE (\\Sent))",
            "STATUS \"B&APw-x\" (MESSAGES UIDNEXT)",
            "SELECT INBOX",
            "CREATE {5}\r\nab/cd",
            "RENAME a \"b c\"",
            "APPEND Sent (\\Seen $X) \" 1-Feb-2024 03:04:05 +0700\" {5+}\r\nhello",
            "APPEND Sent (\\Seen) {2+}\r\nab \" 1-Feb-2024 03:04:05 +0700\" {1}\r\nx ~{2+}\r\n\0\0",
            "APPEND x CATENATE (URL \"/INBOX;UIDVALIDITY=5/;UID=20/;SECTION=1.HEADER/;PARTIAL=4.5\" TEXT {1+}\r\nx)",
            "REPLACE 1 x UTF8 (~{2+}\r\nab)",
            "GETMETADATA (MAXSIZE 1024 DEPTH infinity) \"INBOX\" (/shared/comment /private/x)",
            "SETMETADATA INBOX (/private/comment \"x\" /shared/vendor/y NIL /private/z ~{2+}\r\nab)",
            "GETQUOTAROOT \"a b\"",
            "SETACL \"Other Users/siti/a\" siti +lrswipkxte",
            "DELETEACL INBOX {4+}\r\nsiti",
            "LISTRIGHTS a anyone",
            "MYRIGHTS \"Other Users/siti/INBOX\"",
            "GETACL INBOX",
            "LIST \"\" % RETURN (MYRIGHTS)",
            "SETQUOTA \"\" (STORAGE 512 MESSAGE 3)",
            "COMPRESS DEFLATE",
            "UNAUTHENTICATE",
            "ENABLE IMAP4rev2 UTF8=ACCEPT UIDONLY",
            "FETCH 1 (BINARY[1.2]<0.5> BINARY.PEEK[] BINARY.SIZE[3] PREVIEW (LAZY))",
            "REPLACE 4 Drafts (\\Seen) {3+}\r\nabc",
            "UID EXPUNGE 1:*,4",
            "SEARCH CHARSET UTF-8 OR (FROM x NOT SEEN) TEXT {2}\r\nab SINCE 1-Jan-2024 2:4",
            "UID SEARCH HEADER X-Y \"z\" UID 5:* LARGER 100 KEYWORD k",
            "SEARCH RETURN (MIN MAX ALL COUNT) CHARSET UTF-8 OLDER 3600 NOT YOUNGER 60",
            "SELECT INBOX (CONDSTORE QRESYNC (67890007 20050715194045000 41,43:211 (1:2 3,9)))",
            "UID FETCH 300:500 (FLAGS) (CHANGEDSINCE 12345 VANISHED)",
            "FETCH 1 MODSEQ (CHANGEDSINCE 1)",
            "STORE 7,5,9 (UNCHANGEDSINCE 12121230045) +FLAGS.SILENT (\\Deleted)",
            "SEARCH MODSEQ \"/flags/\\\\draft\" all 620162338 OR MODSEQ 1 ALL",
            "STATUS x (HIGHESTMODSEQ)",
            "SORT (REVERSE DATE SUBJECT) UTF-8 SINCE 1-Feb-1994",
            "UID SORT RETURN (ALL COUNT) (DISPLAYFROM) US-ASCII 1:5",
            "UID THREAD REFERENCES UTF-8 ALL",
            "SEARCH RETURN (PARTIAL -1:-100) EMAILID M1 THREADID T2 SAVEDSINCE 1-Feb-2024",
            "UID FETCH 1:* (EMAILID SAVEDATE) (PARTIAL 1:3 CHANGEDSINCE 4)",
            "UID SEARCH RETURN (SAVE) UID $ OR $ $",
            "UID FETCH $ (UID)",
            "FETCH 1:5,*:2 (FLAGS UID BODY.PEEK[1.2.HEADER.FIELDS (a \"b\")]<0.100> RFC822.SIZE)",
            "UID FETCH 3 FULL",
            "FETCH 1 BODY[HEADER.FIELDS.NOT (x)]",
            "STORE 1,2 +FLAGS.SILENT (\\Deleted a)",
            "UID STORE 4:* -FLAGS \\Seen b",
            "COPY 1:2 Trash",
            "UID MOVE 9 \"Arch\\\"ive\"");
    private static final List<String> PIECES = List.of(
            " ",
            "(",
            ")",
            "\"",
            "\\",
            "{",
            "}",
            "{3}\r\nabc",
            "{99}\r\n",
            "*",
            "%",
            ":",
            ",",
            "[",
            "]",
            "<",
            ">",
            "0",
            "4294967295",
            "4294967296",
            "99999999999999999999",
            "\0",
            "\r",
            "\n",
            "\u00ff",
            "NIL",
            "$",
            "RETURN (",
            "&",
            "&-",
            ".",
            "+",
            "-",
            "\\Seen",
            "((((((((((((((((((((((((((((((((((((((((((((((((((((((((",
            "NOT NOT NOT ");

    @Test
    void aCommandOrMalformed() {
        long seed = Long.getLong("seed", 20_261_124L);
        System.out.println("seed " + seed);
        Random chance = new Random(seed);
        Map<String, Integer> outcomes = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            String text = mutate(chance);
            String outcome;
            try {
                Command command =
                        Command.parse(new Parser(text.getBytes(StandardCharsets.ISO_8859_1), chance.nextBoolean()));
                outcome = command.getClass().getSimpleName();
            } catch (Malformed | Refused expected) {
                assertThat(expected.sentence()).isNotEmpty().hasSizeLessThan(200);
                outcome = expected.getClass().getSimpleName();
            } catch (RuntimeException bug) {
                throw new AssertionError("seed " + seed + ", command: " + text, bug);
            }
            outcomes.merge(outcome, 1, Integer::sum);
        }
        System.out.println(outcomes);
        assertThat(outcomes).hasSizeGreaterThan(10).containsKey("Malformed");
    }

    @Test
    void theGoodOnesAreGood() {
        for (String text : GOOD) {
            assertThat(Command.parse(new Parser(text.getBytes(StandardCharsets.ISO_8859_1))))
                    .as(text)
                    .isNotNull();
        }
    }

    private static String mutate(Random chance) {
        StringBuilder text = new StringBuilder(GOOD.get(chance.nextInt(GOOD.size())));
        for (int n = chance.nextInt(4); n > 0; n--) {
            int at = chance.nextInt(text.length() + 1);
            int end = Math.min(text.length(), at + chance.nextInt(6));
            switch (chance.nextInt(4)) {
                case 0 -> text.insert(at, PIECES.get(chance.nextInt(PIECES.size())));
                case 1 -> text.delete(at, end);
                case 2 -> text.insert(at, text.substring(at, end));
                default -> text.setLength(Math.max(1, at));
            }
        }
        return text.toString();
    }
}
