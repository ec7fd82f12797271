package org.merpati.node.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.merpati.filter.Suspect;
import org.merpati.filter.bayes.Bayes;
import org.merpati.filter.bayes.Lesson;
import org.merpati.filter.bayes.Mark;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;
import org.merpati.node.filter.FilterCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code merpati spam learn}: teaches everybody's filter from messages in files. */
@Command(
        name = "learn",
        mixinStandardHelpOptions = true,
        description = {
            "Teaches the filter from messages in files, for everybody; a second time changes nothing.",
            "Such as: merpati spam learn spam /var/mail/old/junk/cur"
        })
final class LearnCommand implements java.util.concurrent.Callable<Integer> {
    /** How much is sent in one request: a node takes a line of a megabyte. */
    private static final int REQUEST = 384 * 1024;

    @CommandLine.Mixin
    private Door door = new Door();

    @Parameters(
            index = "0",
            paramLabel = "spam|ham",
            description = "what the messages are; none takes back what was said")
    private String mark = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "PATH",
            description = "a file with one message, or a folder of such files (a Maildir's cur, new)")
    private List<Path> paths = List.of();

    private BinaryWriter batch = new BinaryWriter(REQUEST);
    private int waiting;
    private int told;

    @Override
    public Integer call() throws IOException {
        Mark said = switch (mark.toLowerCase(Locale.ROOT)) {
            case "spam" -> Mark.SPAM;
            case "ham" -> Mark.HAM;
            case "none" -> Mark.NONE;
            default -> throw new Malformed("messages are spam or ham (or none), not '" + mark + "'");
        };
        boolean well = true;
        for (Path file : files()) {
            Suspect suspect = FilterCommand.read(file.toString());
            well &= suspect != null;
            if (suspect != null) {
                learn(Bayes.lesson(suspect, said, System.currentTimeMillis()));
            }
        }
        tell();
        door.out().println("told of " + told + " messages");
        return well ? 0 : 1;
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                try (Stream<Path> inside = Files.list(path)) {
                    inside.filter(Files::isRegularFile).sorted().forEach(files::add);
                }
            } else {
                files.add(path);
            }
        }
        return files;
    }

    private void learn(Lesson lesson) {
        lesson.write(batch);
        waiting++;
        if (batch.size() >= REQUEST) {
            tell();
        }
    }

    private void tell() {
        if (waiting > 0) {
            BinaryWriter change = new BinaryWriter(batch.size() + 8).varint(waiting);
            change.raw(batch.toByteArray(), 0, batch.size());
            String lessons = Base64.getEncoder().encodeToString(change.toByteArray());
            door.ask("spam learn", Map.of("lessons", lessons));
            told += waiting;
            waiting = 0;
            batch = new BinaryWriter(REQUEST);
        }
    }
}
