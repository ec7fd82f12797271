package org.merpati.node.command;

import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Domains. */
@Command(name = "domain", mixinStandardHelpOptions = true, description = "Manages domains.")
public final class DomainCommand {
    @Command(name = "add", mixinStandardHelpOptions = true, description = "Makes a domain.")
    int add(@Mixin Door door, @Parameters(paramLabel = "DOMAIN") String domain) throws IOException {
        return door.say(door.ask("domain add", Map.of("domain", domain)));
    }
}
