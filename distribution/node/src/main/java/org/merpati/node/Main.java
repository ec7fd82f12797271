package org.merpati.node;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.merpati.cluster.SecretFile;
import org.merpati.kernel.Failure;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.node.command.AccountCommand;
import org.merpati.node.command.DomainCommand;
import org.merpati.node.command.MailboxCommand;
import org.merpati.node.command.NodeCommand;
import org.merpati.node.command.RebalanceCommand;
import org.merpati.node.command.RecoverCommand;
import org.merpati.node.command.RepairCommand;
import org.merpati.node.command.ShardCommand;
import org.merpati.node.command.SpamCommand;
import org.merpati.node.command.StatusCommand;
import org.merpati.node.command.TokenCommand;
import org.merpati.node.command.TraceCommand;
import org.merpati.node.command.UndeleteCommand;
import org.merpati.node.command.VerifyCommand;
import org.merpati.node.filter.FilterCommand;
import org.merpati.runtime.Configuration;
import org.merpati.runtime.NodeConfig;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line {@code merpati}: runs a node, makes a cluster, and asks a running node to do things. */
@Command(
        name = "merpati",
        mixinStandardHelpOptions = true,
        version = "merpati " + Node.VERSION,
        description = "A highly available mail server.",
        subcommands = {
            Main.Run.class,
            Main.InitCommand.class,
            StatusCommand.class,
            TraceCommand.class,
            VerifyCommand.class,
            RepairCommand.class,
            ShardCommand.class,
            RecoverCommand.class,
            DomainCommand.class,
            AccountCommand.class,
            UndeleteCommand.class,
            MailboxCommand.class,
            RebalanceCommand.class,
            SpamCommand.class,
            FilterCommand.class,
            FilterCommand.Rules.class,
            NodeCommand.class,
            TokenCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    private static final int FAILED = 1;
    private static final int BUG = 70;

    /** Runs the command line. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** Runs a command of the command line in this process. */
    public static int execute(List<String> arguments) {
        return commandLine().execute(arguments.toArray(new String[0]));
    }

    /** Runs a command in this process that says what it says, and what is wrong, to these. */
    public static int execute(List<String> arguments, PrintWriter out, PrintWriter err) {
        return commandLine().setOut(out).setErr(err).execute(arguments.toArray(new String[0]));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler((failure, line, parsed) -> failed("merpati", failure, line.getErr()));
    }

    /** Says what went wrong with a program's command: a sentence, and of a bug where it is. Gives the exit code. */
    public static int failed(String program, Exception failure, PrintWriter err) {
        Exception cause = failure instanceof UncheckedIOException unchecked ? unchecked.getCause() : failure;
        if (cause instanceof Failure || cause instanceof IOException) {
            err.println(program + ": " + sentence(cause));
            return FAILED;
        }
        failure.printStackTrace(err);
        err.println(program + ": this is a bug; please report it with the lines above: " + failure);
        return BUG;
    }

    /** What went wrong, for people: the JDK's own message of a file is often no more than its name. */
    private static String sentence(Exception failure) {
        return switch (failure) {
            case NoSuchFileException missing -> "there is no file or folder " + missing.getFile();
            case AccessDeniedException denied -> denied.getFile() + " may not be read or written by this user";
            case NotDirectoryException file -> file.getFile() + " is no folder";
            default -> String.valueOf(failure.getMessage());
        };
    }

    /** Runs a node until it is told to stop. */
    @Command(name = "run", mixinStandardHelpOptions = true, description = "Runs the node of a configuration file.")
    static final class Run implements Runnable {
        @Option(names = "--conf", required = true, description = "the node's configuration file")
        private Path conf = Path.of("merpati.toml");

        @Option(names = "--print-config", description = "print every key with its value, and stop")
        private boolean print;

        @Override
        public void run() {
            SLF4JBridgeHandler.removeHandlersForRootLogger();
            SLF4JBridgeHandler.install();
            var read = Configuration.read(conf, NodeConfig.class);
            read.table().forEach(System.out::println);
            if (print) {
                return;
            }
            try {
                Node node = new Node(read.value());
                Runtime.getRuntime().addShutdownHook(new Thread(node::close));
                System.out.println("merpati: node " + read.value().node() + " is up");
                throw new Refused(Refused.Reason.NO_PERMISSION, node.ended().join());
            } catch (IOException cannot) {
                throw new Refused(Refused.Reason.CANNOT, String.valueOf(cannot.getMessage()));
            }
        }
    }

    /** Makes a cluster. */
    @Command(
            name = "init",
            mixinStandardHelpOptions = true,
            description = "Makes a new cluster from a folder of node files; run it on the first directory node.")
    static final class InitCommand implements java.util.concurrent.Callable<Integer> {
        @Parameters(index = "0", description = "the folder with one file for each node, such as conf/six")
        private Path folder = Path.of("conf");

        @Override
        public Integer call() throws IOException {
            Init.Made made = Init.run(folder);
            System.out.println("administrator: " + made.administrator());
            System.out.println("password:      " + made.password() + "   (said once; change it at the first login)");
            for (Map.Entry<NodeName, SecretFile> secret : made.secrets().entrySet()) {
                Path file = folder.resolve(secret.getKey() + ".secret");
                secret.getValue().write(file);
                System.out.println("copy " + file + " to the data folder of " + secret.getKey() + " as 'secret'");
            }
            return 0;
        }
    }
}
