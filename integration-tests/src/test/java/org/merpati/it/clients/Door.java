package org.merpati.it.clients;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.merpati.imap.Transcript;
import org.merpati.it.Kit;
import org.merpati.runtime.Configuration;

/** A transcript's server that listens somewhere; the people of the script are accounts there. */
class Door implements Transcript.Server {
    private static final Path SESSIONS = Kit.ROOT.resolve("modules/imap/src/test/resources/org/merpati/imap");
    private static final int ANSWER_MILLIS = 30_000;
    /** Where a client names somebody. */
    private static final List<Pattern> SAID = List.of(
            Pattern.compile("(Other(?: |%20)Users/)(\\w+)"),
            Pattern.compile("(LOGIN |(?:SETACL|DELETEACL|LISTRIGHTS) (?:\"[^\"]*\"|\\S+) )(\\w+)"));

    private static final Pattern NAMED = Pattern.compile("\\* (ACL|LISTRIGHTS) ");

    private final InetSocketAddress address;
    private final Map<String, String> people;

    /**
     * @param address host:port
     * @param people name in the script to account
     */
    Door(String address, Map<String, String> people) {
        this.address = Configuration.address(address);
        this.people = people;
    }

    /** The scripts that are for a form of the server, by name; why the others are not is printed. */
    static Map<String, List<String>> scripts(String form) throws IOException {
        Map<String, List<String>> scripts = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(SESSIONS)) {
            for (Path file : files.sorted().toList()) {
                String name = String.valueOf(file.getFileName()).replace(".session", "");
                List<String> script = Files.readAllLines(file);
                Optional<String> why = Transcript.exception(script, form);
                if (why.isEmpty()) {
                    scripts.put(name, script);
                } else {
                    System.out.println("not for " + form + ": " + name + ": " + why.get());
                }
            }
        }
        return scripts;
    }

    @Override
    public Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.connect(address, ANSWER_MILLIS);
        socket.setSoTimeout(ANSWER_MILLIS);
        return socket;
    }

    @Override
    public String said(String text) {
        String said = text;
        for (Pattern pattern : SAID) {
            said = pattern.matcher(said)
                    .replaceAll(match -> Matcher.quoteReplacement(
                            match.group(1) + people.getOrDefault(match.group(2), match.group(2))));
        }
        return said;
    }

    /** An answer with the names of the script in it. */
    @Override
    public String heard(String text) {
        String heard = text;
        for (Map.Entry<String, String> person : people.entrySet()) {
            heard = heard.replaceAll(
                    "(Other(?: |%20)Users/)" + Pattern.quote(person.getValue()) + "(?=[/\"]|$)",
                    "$1" + person.getKey());
            heard = NAMED.matcher(heard).lookingAt()
                    ? heard.replaceAll(
                            " \"?" + Pattern.quote(person.getValue()) + "\"? ", " \"" + person.getKey() + "\" ")
                    : heard;
        }
        return heard;
    }
}
