package org.merpati.node.command;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code merpati account}. */
@Command(name = "account", mixinStandardHelpOptions = true, description = "Manages accounts.")
public final class AccountCommand {
    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Makes an account; without --password one is made and said once.")
    int add(
            @CommandLine.Mixin Door door,
            @Parameters(paramLabel = "ADDRESS") String address,
            @Option(names = "--name", description = "the person's name") @Nullable String name,
            @Option(names = "--password", description = "the password") @Nullable String password,
            @Option(
                            names = "--hash",
                            description = "instead of a password its hash from elsewhere: {SSHA}..., {SSHA512}...")
                    @Nullable
                    String hash,
            @Option(names = "--admin", description = "may administer the cluster") boolean admin)
            throws IOException {
        Map<String, String> parameters = new LinkedHashMap<>(Map.of("address", address));
        Optional.ofNullable(name).ifPresent(n -> parameters.put("name", n));
        Optional.ofNullable(password).ifPresent(p -> parameters.put("password", p));
        Optional.ofNullable(hash).ifPresent(h -> parameters.put("hash", h));
        parameters.put("admin", Boolean.toString(admin));
        return door.say(door.ask("account add", parameters));
    }

    @Command(
            name = "passwd",
            mixinStandardHelpOptions = true,
            description = "Sets a password, read from standard input.")
    int passwd(@CommandLine.Mixin Door door, @Parameters(paramLabel = "ADDRESS") String address) throws IOException {
        String password = new java.io.BufferedReader(
                        new java.io.InputStreamReader(System.in, java.nio.charset.StandardCharsets.UTF_8))
                .readLine();
        return door.say(
                door.ask("account passwd", Map.of("address", address, "password", password == null ? "" : password)));
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows an account and what it keeps.")
    int show(@CommandLine.Mixin Door door, @Parameters(paramLabel = "ADDRESS") String address) {
        return door.table(door.ask("account show", Map.of("address", address)));
    }

    @Command(
            name = "quota",
            mixinStandardHelpOptions = true,
            description = "Says how much an account may keep; what is not given stays as it is.")
    int quota(
            @CommandLine.Mixin Door door,
            @Parameters(paramLabel = "ADDRESS") String address,
            @Option(names = "--size", description = "such as 500M or 2G; 0 is no limit") @Nullable String size,
            @Option(names = "--messages", description = "how many messages; 0 is no limit") @Nullable String messages) {
        Map<String, String> parameters = new LinkedHashMap<>(Map.of("address", address));
        Optional.ofNullable(size).ifPresent(s -> parameters.put("size", s));
        Optional.ofNullable(messages).ifPresent(m -> parameters.put("messages", m));
        return door.say(door.ask("account quota", parameters));
    }
}
