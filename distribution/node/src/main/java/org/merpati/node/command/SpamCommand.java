package org.merpati.node.command;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands {@code merpati spam}: what a person, a domain or the server says to the mail filter. */
@Command(
        name = "spam",
        mixinStandardHelpOptions = true,
        description = "Says to the mail filter whom to allow, whom to deny, and from which score on what is done.",
        subcommands = {QuarantineCommand.class, LearnCommand.class})
public final class SpamCommand {
    /** Whose rules are meant. */
    static final class Whose {
        @Option(
                names = "--for",
                paramLabel = "WHOM",
                description = "an account's address or a domain; without it the whole server")
        private @Nullable String scope;

        Map<String, String> with(String name, String value) {
            Map<String, String> parameters = new LinkedHashMap<>(Map.of(name, value));
            if (scope != null) {
                parameters.put("for", scope);
            }
            return parameters;
        }
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows what is said, a line each.")
    int list(@CommandLine.Mixin Door door, @CommandLine.Mixin Whose whose) {
        return door.lines(door.ask("spam list", whose.with("show", "all")));
    }

    @Command(
            name = "allow",
            mixinStandardHelpOptions = true,
            description = "Mail of this sender is no spam, if SPF or DKIM prove that it is the sender's.")
    int allow(
            @CommandLine.Mixin Door door,
            @CommandLine.Mixin Whose whose,
            @Parameters(paramLabel = "SENDER", description = "an address, a domain with all below it, or a network")
                    String sender,
            @Option(names = "--unproved", description = "believe it without proof") boolean unproved) {
        Map<String, String> parameters = whose.with("sender", sender);
        parameters.put("unproved", Boolean.toString(unproved));
        return door.say(door.ask("spam allow", parameters));
    }

    @Command(name = "deny", mixinStandardHelpOptions = true, description = "Mail of this sender is refused.")
    int deny(
            @CommandLine.Mixin Door door,
            @CommandLine.Mixin Whose whose,
            @Parameters(paramLabel = "SENDER", description = "an address, a domain with all below it, or a network")
                    String sender) {
        return door.say(door.ask("spam deny", whose.with("sender", sender)));
    }

    @Command(
            name = "forget",
            mixinStandardHelpOptions = true,
            description = "A sender is neither allowed nor denied any more.")
    int forget(
            @CommandLine.Mixin Door door,
            @CommandLine.Mixin Whose whose,
            @Parameters(paramLabel = "SENDER", description = "as it was allowed or denied") String sender) {
        return door.say(door.ask("spam forget", whose.with("sender", sender)));
    }

    @Command(
            name = "policy",
            mixinStandardHelpOptions = true,
            description = {
                "From which score on what is done: tag, junk, quarantine, reject.",
                "Such as: merpati spam policy junk=5 reject=15, or the name of a preset: default, zimbra, careful;"
                        + " none leaves it to the domain or the server."
            })
    int policy(
            @CommandLine.Mixin Door door,
            @CommandLine.Mixin Whose whose,
            @Parameters(arity = "1..*", paramLabel = "POLICY", description = "words, or a preset") List<String> words) {
        return door.say(door.ask("spam policy", whose.with("policy", String.join(" ", words))));
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = {
                "How the server looks at messages: dns system|HOST:PORT; zone client|sender|link ZONE RANGE=WEIGHT;"
                        + " arc-trust DOMAIN; clamd HOST:PORT, clamd unix:/PATH; clamd-absent defer|pass;"
                        + " attachment reject|quarantine dangerous|KIND; rules own|none|/FOLDER,/FOLDER;"
                        + " pyzor HOST:PORT; waves N|none; reputation counted|none; digest daily|none; trap ADDRESS.",
                "Such as: merpati spam set dns system"
            })
    int set(
            @CommandLine.Mixin Door door,
            @Parameters(arity = "1..*", paramLabel = "SETTING", description = "a line as above") List<String> words) {
        return door.say(door.ask("spam set", Map.of("line", String.join(" ", words))));
    }

    @Command(name = "unset", mixinStandardHelpOptions = true, description = "Takes a setting back.")
    int unset(
            @CommandLine.Mixin Door door,
            @Parameters(arity = "1..*", paramLabel = "SETTING", description = "as 'merpati spam list' shows it")
                    List<String> words) {
        return door.say(door.ask("spam unset", Map.of("line", String.join(" ", words))));
    }

    @Command(
            name = "learned",
            mixinStandardHelpOptions = true,
            description = "Shows how much everybody's filter has learned; it judges from 200 of each kind on.")
    int learned(@CommandLine.Mixin Door door) {
        return door.say(door.ask("spam learned", Map.of()));
    }

    @Command(
            name = "reputation",
            mixinStandardHelpOptions = true,
            description = "Shows what became of earlier mail of a network or a proved sender; what is long ago counts"
                    + " for less.")
    int reputation(
            @CommandLine.Mixin Door door,
            @Parameters(paramLabel = "ORIGIN", description = "a host, its network, a domain or an address")
                    String origin,
            @Option(names = "--forget", description = "forgets it: its mail is judged without it from now on")
                    boolean forget) {
        Map<String, String> parameters = Map.of("origin", origin);
        return forget
                ? door.say(door.ask("spam reputation forget", parameters))
                : door.table(door.ask("spam reputation", parameters));
    }

    @Command(
            name = "explain",
            mixinStandardHelpOptions = true,
            description = "Shows why a delivered mail was judged as it was, for each recipient, for 90 days.")
    int explain(
            @CommandLine.Mixin Door door,
            @Parameters(paramLabel = "ID", description = "the mail's id, as in the answer to DATA") String id) {
        return door.lines(door.ask("spam explain", Map.of("id", id)));
    }
}
