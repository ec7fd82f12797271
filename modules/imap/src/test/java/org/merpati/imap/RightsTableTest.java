package org.merpati.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.merpati.imap.ImapFixture.BUDI;
import static org.merpati.imap.ImapFixture.SITI;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailboxId;
import org.merpati.store.Body;
import org.merpati.store.FlagChange;
import org.merpati.store.NewMessage;
import org.merpati.store.View;
import org.merpati.store.people.Rights;

/** Which rights each command needs: the table of RFC 4314 §4, each of its rows with each of its rights. */
class RightsTableTest {
    /**
     * A command of the table.
     *
     * @param line with {@code <box>} for a mailbox of Budi's and {@code <new>} for a name below one
     * @param enough whether rights are enough
     * @param missing what is said where the mailbox is not to be known
     */
    record Row(String line, Predicate<Rights> enough, String missing) {
        Row(String line, String all) {
            this(line, rights -> all.chars().allMatch(right -> rights.has((char) right)), "NO [NONEXISTENT]");
        }

        Row missing(String other) {
            return new Row(line, enough, other);
        }

        @Override
        public String toString() {
            return line;
        }
    }

    private ImapFixture fixture;
    private Socket socket;
    private BufferedReader in;
    private int boxes;

    /** RFC 5464 §3.3. */
    private static boolean metadata(Rights rights) {
        return rights.has('l') && any(rights, "rswip");
    }

    private static boolean any(Rights rights, String letters) {
        return letters.chars().anyMatch(right -> rights.has((char) right));
    }

    @BeforeEach
    void logIn() throws IOException {
        fixture = new ImapFixture();
        fixture.store().ensure(BUDI);
        socket = fixture.connect();
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        in.readLine();
        assertThat(say("LOGIN siti secret").getLast()).startsWith("a OK");
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        fixture.close();
    }

    private List<String> say(String line) throws IOException {
        socket.getOutputStream().write(("a " + line + "\r\n").getBytes(StandardCharsets.UTF_8));
        List<String> answer = new ArrayList<>();
        do {
            answer.add(String.valueOf(in.readLine()));
        } while (!answer.getLast().startsWith("a ") && !answer.getLast().equals("null"));
        return answer;
    }

    /** A new mailbox of Budi's with a message, of which Siti is granted something. */
    private String box(String rights) {
        String name = "box" + ++boxes;
        MailboxId id = fixture.store().create(BUDI, name, Set.of()).id();
        NewMessage message = new NewMessage(
                Body.of("Subject: x\r\n\r\ny\r\n".getBytes(StandardCharsets.US_ASCII)),
                Flags.of("\\Deleted", "\\Answered"),
                OptionalLong.empty());
        fixture.store().append(BUDI, id, List.of(message));
        grant(name, rights);
        return name;
    }

    private MailboxId id(String box) {
        return fixture.store().mailbox(BUDI, box).orElseThrow().id();
    }

    private void grant(String box, String rights) {
        fixture.store().grant(BUDI, id(box), SITI, FlagChange.Kind.SET, Rights.parse(rights));
    }

    private View view(String box) {
        return fixture.store().view(BUDI, id(box));
    }

    private static String name(String box) {
        return "\"Other Users/budi/" + box + "\"";
    }

    /** Each right alone, each with l, and all but each. */
    private static Set<String> grants() {
        Set<String> grants = new TreeSet<>(List.of("", Rights.LETTERS));
        for (char letter : Rights.LETTERS.toCharArray()) {
            grants.add(String.valueOf(letter));
            grants.add("l" + (letter == 'l' ? "" : letter));
            grants.add(Rights.LETTERS.replace(String.valueOf(letter), ""));
        }
        return grants;
    }

    static Stream<Row> authenticated() {
        return Stream.of(
                new Row("SUBSCRIBE <box>", "l"),
                new Row("UNSUBSCRIBE <box>", ""),
                new Row("CREATE <new>", "k").missing("NO [NOPERM]"),
                new Row("DELETE <box>", "x"),
                new Row("RENAME <box> <new>", "kx").missing("NO ["),
                new Row("SELECT <box>", "r"),
                new Row("EXAMINE <box>", "r"),
                new Row("STATUS <box> (MESSAGES)", "r"),
                new Row("SETACL <box> andi lr", "a"),
                new Row("DELETEACL <box> andi", "a"),
                new Row("GETACL <box>", "a"),
                new Row("LISTRIGHTS <box> andi", "a"),
                new Row("MYRIGHTS <box>", rights -> any(rights, "lrikxa"), "NO [NONEXISTENT]"),
                new Row("APPEND <box> {1+}\r\nx", "i").missing("NO [TRYCREATE]"),
                new Row("APPEND INBOX CATENATE (URL \"/Other%20Users/budi/<plain>/;UID=1\")", "r")
                        .missing("NO [BADURL"),
                new Row("GETQUOTAROOT <box>", "r"),
                new Row("GETMETADATA <box> /shared/comment", RightsTableTest::metadata, "NO [NONEXISTENT]"),
                new Row("SETMETADATA <box> (/shared/comment \"x\")", RightsTableTest::metadata, "NO [NONEXISTENT]"));
    }

    @ParameterizedTest
    @MethodSource("authenticated")
    void aCommandIsDoneWhereItsRightsAreGrantedAndIsAnsweredByWhatMayBeKnown(Row row) throws IOException {
        for (String granted : grants()) {
            String box = box(granted);
            String line = row.line()
                    .replace("<box>", name(box))
                    .replace("<new>", name(box + "/new"))
                    .replace("<plain>", box);
            Rights rights = Rights.parse(granted);
            boolean badUrl = row.missing().contains("BADURL");
            String refused = rights.has('l') && !badUrl ? "NO [NOPERM]" : row.missing();
            String expected = row.line().startsWith("RENAME") && row.enough().test(rights)
                    ? "NO [" // into itself, which the store refuses
                    : row.enough().test(rights) ? "OK" : refused;
            assertThat(say(line).getLast()).as(line + " with " + granted).startsWith("a " + expected);
            empty();
        }
    }

    @Test
    void anotherMayNotTellWhatSheMayNotKnowFromWhatIsNotThere() throws IOException {
        String hidden = box("p");
        for (Row row : authenticated().toList()) {
            String line = row.line().replace("<new>", name("none/new")).replace("<plain>", hidden);
            List<String> there = say(line.replace("<box>", name(hidden)));
            List<String> missing = say(line.replace("<box>", name("none")).replace(hidden, "none"));
            List<String> nobody =
                    say(line.replace("<box>", "\"Other Users/nobody/x\"").replace("budi", "nobody"));
            assertThat(there).as(line).hasSize(1);
            assertThat(missing).as(line).containsExactly(there.getFirst().replace(hidden, "none"));
            assertThat(nobody.getLast().replace("nobody", "budi")).isEqualTo(there.getFirst());
        }
    }

    @Test
    void renamingNeedsXOfTheMailboxAndKOfTheOneAboveItsNewName() throws IOException {
        for (String granted : grants()) {
            for (String above : List.of("", "k", "l", "lrswipxtea")) {
                String box = box(granted);
                String parent = box(above);
                Rights rights = Rights.parse(granted);
                String answer = say("RENAME " + name(box) + " " + name(parent + "/new/er"))
                        .getLast();
                String refused = rights.has('x') || rights.has('l') ? "NO [NOPERM]" : "NO [NONEXISTENT]";
                boolean done = rights.has('x') && above.equals("k");
                assertThat(answer).as(granted + " to " + above).startsWith("a " + (done ? "OK" : refused));
                assertThat(fixture.store().mailbox(BUDI, box).isEmpty()).isEqualTo(done);
            }
        }
    }

    @Test
    void listingShowsWhatMayBeLookedUpAndNeverRefuses() throws IOException {
        for (String granted : grants()) {
            String box = box(granted);
            boolean shown = Rights.parse(granted).has('l');
            fixture.store().subscribe(SITI, "Other Users/budi/" + box, true);
            for (String line : List.of("LIST \"\" ", "LSUB \"\" ")) {
                List<String> answer = say(line + name(box));
                assertThat(answer.getLast()).startsWith("a OK");
                assertThat(answer).as(line + granted).hasSize(shown ? 2 : 1);
            }
            List<String> more = say("LIST \"\" " + name(box) + " RETURN (MYRIGHTS STATUS (MESSAGES))");
            boolean read = shown && Rights.parse(granted).has('r');
            assertThat(more).as(granted).hasSize(1 + (shown ? 2 : 0) + (read ? 1 : 0));
        }
    }

    static Stream<Row> selected() {
        return Stream.of(
                new Row("EXPUNGE", "e"),
                new Row("UID EXPUNGE 1", "e"),
                new Row("CLOSE", ""),
                new Row("UNSELECT", ""),
                new Row("FETCH 1 BODY[]", ""),
                new Row("SEARCH ALL", ""),
                new Row("SORT (ARRIVAL) UTF-8 ALL", ""),
                new Row("THREAD REFERENCES UTF-8 ALL", ""),
                new Row("STORE 1 +FLAGS (\\Seen)", "s"),
                new Row("STORE 1 -FLAGS (\\Deleted)", "t"),
                new Row("STORE 1 +FLAGS (\\Flagged)", "w"),
                new Row("STORE 1 +FLAGS (keyword)", "w"),
                new Row("STORE 1 FLAGS (\\Seen \\Flagged)", rights -> any(rights, "swt"), ""),
                new Row("COPY 1 INBOX", ""),
                new Row("MOVE 1 INBOX", "te"),
                new Row("REPLACE 1 INBOX {1+}\r\nx", "te"));
    }

    @ParameterizedTest
    @MethodSource("selected")
    void inAMailboxThatMayBeReadACommandIsDoneWhereItsOtherRightsAreGranted(Row row) throws IOException {
        for (String granted : grants()) {
            String box = box("r");
            assertThat(say("SELECT " + name(box)).getLast()).startsWith("a OK [READ-ONLY]");
            grant(box, granted.replace("r", "") + "r");
            Rights rights = Rights.parse(granted);
            String expected = row.enough().test(rights) ? "OK" : "NO [NOPERM]";
            assertThat(say(row.line()).getLast()).as(row + " with " + granted).startsWith("a " + expected);
            if (row.line().equals("CLOSE")) {
                assertThat(view(box).size()).isEqualTo(rights.has('e') ? 0 : 1);
            }
            if (row.line().startsWith("FETCH")) {
                assertThat(view(box).message(0).flags().has(Flags.SEEN)).isEqualTo(rights.has('s'));
            }
            empty();
        }
    }

    /** Siti may keep three messages. */
    private void empty() {
        MailboxId inbox = fixture.store().mailbox(SITI, "INBOX").orElseThrow().id();
        FlagChange deleted = new FlagChange(FlagChange.Kind.ADD, Flags.of("\\Deleted"));
        View view = fixture.store().view(SITI, inbox);
        for (int place = 0; place < view.size(); place++) {
            List<Long> uid = List.of(view.message(place).uid());
            fixture.store().flags(SITI, inbox, uid, deleted, OptionalLong.empty());
            fixture.store().expunge(SITI, inbox, uid);
        }
    }

    @ParameterizedTest
    @MethodSource("selected")
    void whoMayReadAMailboxNoMoreDoesNothingInItButLeave(Row row) throws IOException {
        String box = box("lrswipkxtea");
        assertThat(say("SELECT " + name(box)).getLast()).startsWith("a OK [READ-WRITE]");
        grant(box, "lswipkxtea");
        boolean leaves = row.line().equals("CLOSE") || row.line().equals("UNSELECT");
        assertThat(say(row.line()).getLast()).startsWith(leaves ? "a OK" : "a NO [NOPERM]");
        assertThat(say("NOOP")).containsExactly("a OK done");
        if (!leaves) {
            assertThat(in.readLine()).startsWith("* BYE you lack the right r");
        }
    }

    @Test
    void aMailboxIsReadOnlyWhereNothingOfItMayBeChanged() throws IOException {
        for (String granted : grants()) {
            String box = box(granted.replace("r", "") + "r");
            Rights rights = Rights.parse(granted);
            List<String> answer = say("SELECT " + name(box));
            String flags = (rights.has('w') ? "\\Answered \\Flagged " : "")
                    + (rights.has('t') ? "\\Deleted " : "")
                    + (rights.has('s') ? "\\Seen " : "")
                    + (rights.has('w') ? "\\Draft \\* " : "");
            assertThat(answer).contains("* OK [PERMANENTFLAGS (" + flags.strip() + ")] flags that can be kept");
            assertThat(answer.getLast())
                    .as(granted)
                    .startsWith("a OK [READ-" + (any(rights, "ieswt") ? "WRITE" : "ONLY") + "]");
        }
    }

    @Test
    void flagsOfWhatIsPutThereAreThoseThatMayBeSet() throws IOException {
        for (String granted : grants()) {
            String from = box("r");
            String box = box(granted.replace("i", "") + "i");
            Rights rights = Rights.parse(granted);
            fixture.store()
                    .flags(
                            BUDI,
                            id(from),
                            List.of(1L),
                            new FlagChange(FlagChange.Kind.SET, Flags.of("\\Seen", "\\Deleted", "\\Draft", "word")),
                            OptionalLong.empty());
            say("SELECT " + name(from));
            assertThat(say("COPY 1 " + name(box)).getLast()).matches("a OK \\[COPYUID \\d+ 1 2\\] done");
            say("APPEND " + name(box) + " (\\Seen \\Deleted \\Draft word) {1+}\r\nx");
            Flags allowed = Flags.of(Stream.of("\\Seen s", "\\Deleted t", "\\Draft w", "word w")
                    .filter(flag -> rights.has(flag.charAt(flag.length() - 1)))
                    .map(flag -> flag.substring(0, flag.length() - 2))
                    .toList());
            assertThat(view(box).message(1).flags()).as("COPY with " + granted).isEqualTo(allowed);
            assertThat(view(box).message(2).flags())
                    .as("APPEND with " + granted)
                    .isEqualTo(allowed);
        }
    }

    @Test
    void flagsThatMayNotBeChangedStayWhenFlagsAreSet() throws IOException {
        for (String granted : grants()) {
            Rights rights = Rights.parse(granted);
            if (any(rights, "stw")) {
                String box = box("r");
                say("SELECT " + name(box));
                grant(box, granted.replace("r", "") + "r");
                say("STORE 1 FLAGS (\\Seen " + (rights.has('t') ? "\\Deleted " : "") + "word)");
                Flags now = view(box).message(0).flags();
                assertThat(now.has(Flags.DELETED)).as("it had it").isTrue();
                assertThat(now.has(Flags.SEEN)).as(granted).isEqualTo(rights.has('s'));
                assertThat(now.hasKeyword("word")).isEqualTo(rights.has('w'));
                assertThat(now.has(Flags.ANSWERED)).isEqualTo(!rights.has('w'));
                say("STORE 1 FLAGS ()");
                assertThat(view(box).message(0).flags().has(Flags.DELETED)).isEqualTo(!rights.has('t'));
            }
        }
    }
}
