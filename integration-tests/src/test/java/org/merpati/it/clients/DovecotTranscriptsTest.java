package org.merpati.it.clients;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.Dovecot;
import org.merpati.imap.Transcript;

/**
 * The transcripts of IMAP against Debian's Dovecot: what we take for IMAP is not of our own making. What two servers
 * may say each in its way does not count: words for people, the order of untagged lines and of flags,
 * {@code \Recent}, the UID in a FETCH that nobody asked for. Where Dovecot differs in more, a {@code D:} line of the
 * script says so.
 */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DovecotTranscriptsTest {
    private static final Pattern STATUS =
            Pattern.compile("(\\S+ (?:OK|NO|BAD|BYE))( \\[(?:[^\\]]*\\]|.*<\\*>))?( .*)?");
    /** Codes that tell what one server has and another has not. */
    private static final Pattern OWN_CODE = Pattern.compile(" \\[(CAPABILITY|MAILBOXID|BADCHARSET)\\b.*");

    private static final Pattern UNCOUNTED =
            Pattern.compile("\\* (\\d+ RECENT|OK <\\*>|OK \\[(MAILBOXID|HIGHESTMODSEQ|UNSEEN)\\b.*)");
    private static final Pattern FLAGS = Pattern.compile("FLAGS \\(([^)]*)\\)");
    private static final Pattern ITEMS = Pattern.compile("(MODSEQ \\([^)]*\\)) (FLAGS \\([^)]*\\))");
    /** Items whose answer repeats names, in capitals or not. */
    private static final Pattern ITEM = Pattern.compile("^\\* <?[^ ]* FETCH \\(BODY(STRUCTURE)?( |\\[[0-9.]*HEADER)");

    private static final Pattern UNASKED = Pattern.compile("(\\* \\d+ FETCH \\()UID \\d+ (FLAGS .*)");
    private static final Pattern NAMED = Pattern.compile("\\* (LIST|LSUB|STATUS|METADATA) ");
    /** Rights come in any order. */
    private static final Pattern RIGHTS = Pattern.compile("\\* (ACL|MYRIGHTS|LISTRIGHTS) ");

    private static final Pattern QUOTED = Pattern.compile("\"([A-Za-z0-9/& -]+)\"");

    @TempDir
    private static Path folder = Path.of("");

    private @Nullable Dovecot dovecot;

    @BeforeAll
    void start() throws IOException {
        assumeTrue(Dovecot.here(), "Dovecot is not here: apt-get install dovecot-imapd; and it needs root");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x")); // its people pass through
        dovecot = Dovecot.startSharing(folder, "maildir", "secret");
    }

    @AfterAll
    void stop() {
        if (dovecot != null) {
            dovecot.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> eachIsWhatDovecotSaysToo() throws IOException {
        String imap = Objects.requireNonNull(dovecot).imap();
        List<DynamicTest> plays = new ArrayList<>();
        Door.scripts("dovecot")
                .forEach((name, script) -> plays.add(DynamicTest.dynamicTest(
                        name, () -> new Transcript(name, script, new Peer(imap, name)).play())));
        return plays.stream();
    }

    private static final class Peer extends Door {
        Peer(String address, String person) {
            super(address, Map.of("budi", person, "siti", person + "2"));
        }

        @Override
        public boolean foreign() {
            return true;
        }

        @Override
        public boolean counts(String line) {
            return !UNCOUNTED.matcher(line).matches();
        }

        @Override
        public String heard(String line) {
            String text = super.heard(line);
            if (text.startsWith("+")) {
                return "+";
            }
            if (RIGHTS.matcher(text).lookingAt()) {
                return Arrays.stream(QUOTED.matcher(text).replaceAll("$1").split(" "))
                        .map(Peer::sortedLetters)
                        .sorted()
                        .collect(Collectors.joining(" "));
            }
            Matcher status = STATUS.matcher(text);
            if (status.matches() && !text.equals(status.group(1) + " <*>")) {
                String code = status.group(2) == null ? "" : status.group(2);
                return status.group(1) + OWN_CODE.matcher(code).replaceAll("") + " words";
            }
            if (NAMED.matcher(text).lookingAt()) {
                return QUOTED.matcher(text).replaceAll("$1");
            }
            if (ITEM.matcher(text).find()) {
                return text.toUpperCase(Locale.ROOT).replace("\"FROM\"", "FROM");
            }
            String plain = FLAGS.matcher(text.replace("~{", "{"))
                    .replaceAll(flags -> Matcher.quoteReplacement("FLAGS (" + sorted(flags.group(1)) + ")"));
            return UNASKED.matcher(ITEMS.matcher(plain).replaceAll("$2 $1")).replaceFirst("$1$2");
        }

        private static String sortedLetters(String word) {
            return word.chars().sorted().mapToObj(Character::toString).collect(Collectors.joining());
        }

        private static String sorted(String flags) {
            return Arrays.stream(flags.split(" "))
                    .filter(flag -> !flag.equals("\\Recent"))
                    .sorted()
                    .collect(Collectors.joining(" "));
        }
    }
}
