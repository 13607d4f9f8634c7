package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.LaboratoryException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: {@code lab VERB …}. Exit 0 done, 1 failed, 2 wrong use. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@Command(
        name = "lab",
        description = "Everything a Java team does with text-embedding models.",
        mixinStandardHelpOptions = true,
        versionProvider = Lab.Version.class,
        synopsisSubcommandLabel = "VERB",
        subcommands = {
            EmbedCommand.class,
            EvaluateCommand.class,
            FineTuneCommand.class,
            AuditCommand.class,
            CalibrateCommand.class,
            LeakCheckCommand.class,
            BenchmarkCommand.class,
            ModelsCommand.class,
            ExportCommand.class,
            GenerateCommand.class,
            MineCommand.class,
            DoctorCommand.class,
            CommandLine.HelpCommand.class
        },
        footer = {"", "Begin with: lab demo, lab models list, lab embed --in texts.txt --out vectors.npy"})
public final class Lab implements Runnable {
    /** Nothing went wrong. */
    public static final int DONE = 0;

    /** The work failed. */
    public static final int FAILED = 1;

    /** The command or its configuration is wrong. */
    public static final int WRONG_USE = 2;

    static final String DEBUG = "--debug";

    private static final Duration LONGEST_STOP = Duration.ofMillis(1800);

    /** A training ends its step and writes weights and optimizer, so that it can be resumed; natives that still compute would crash the exit. */
    private static final Duration LONGEST_CHECKPOINT = Duration.ofMinutes(10);

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    /** Made by {@link #main}. */
    Lab() {}

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param args the words after {@code lab}
     */
    @SuppressWarnings("try") // the stop is closed, not read
    public static void main(String[] args) {
        int exit;
        try (OrderlyStop stop = OrderlyStop.ofThisThread(
                List.of(args).contains("fine-tune") ? LONGEST_CHECKPOINT : LONGEST_STOP,
                "hidden files ending in .part beside the output can be deleted")) {
            exit = run(System.out, System.err, args);
        }
        System.exit(exit);
    }

    /**
     * Runs a command.
     *
     * @param out takes results
     * @param err takes progress, logs and errors
     * @param args the words after {@code lab}
     * @return exit code
     */
    public static int run(PrintStream out, PrintStream err, String... args) {
        Console console = new Console(out, err);
        try {
            return commandLine(console).execute(args);
        } catch (OutOfMemoryError e) {
            console.error("Java has no memory left (" + e.getMessage() + "); give it more, as in LAB_JAVA_OPTIONS=-Xmx4g");
        } catch (InternalError e) {
            console.error("a file that is mapped into memory cannot be read or written (" + oneLine(e.getMessage())
                    + "); check the disks of models and temporary files, then run it again");
        } catch (LinkageError e) {
            console.error("a class or native library cannot be loaded: " + oneLine(e.toString())
                    + "; see `lab doctor`, and whether another version of that artifact is on the class path");
            if (List.of(args).contains(DEBUG)) {
                e.printStackTrace(console.err());
            }
        }
        return FAILED;
    }

    private static CommandLine commandLine(Console console) {
        CommandLine line = new CommandLine(new Lab(), new Verbs(console));
        line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExpandAtFiles(false);
        line.setParameterExceptionHandler((e, args) -> wrongUse(e, List.of(args), console));
        line.setExecutionExceptionHandler((e, failed, result) -> failed(e, failed, console));
        return line;
    }

    private static int wrongUse(ParameterException e, List<String> args, Console console) {
        CommandLine.Model.CommandSpec command = e.getCommandLine().getCommandSpec();
        String verb = command.qualifiedName();
        String message = e instanceof UnmatchedArgumentException unmatched ? complaint(unmatched) : e.getMessage();
        console.error(oneLine(twice(command, args).orElse(message))
                + " (see `" + verb + " --help`)");
        return WRONG_USE;
    }

    /** Of a group, the parser would print the whole synopsis. */
    private static Optional<String> twice(CommandLine.Model.CommandSpec command, List<String> args) {
        return args.stream()
                .filter(word -> command.findOption(word) != null && !command.findOption(word).isMultiValue() && Collections.frequency(args, word) > 1)
                .findFirst()
                .map(word -> "option " + word + " stands there twice; give it once");
    }

    private static String complaint(UnmatchedArgumentException e) {
        String word = e.getUnmatched().get(0);
        boolean verbs = !e.getCommandLine().getSubcommands().isEmpty();
        String kind = word.startsWith("-") ? "unknown option" : verbs ? "unknown verb" : "unexpected word";
        List<String> near = e.getSuggestions();
        String hint = !near.isEmpty()
                ? "; did you mean " + String.join(", ", near) + "?"
                : verbs && !word.startsWith("-") ? "; there are " + String.join(", ", e.getCommandLine().getSubcommands().keySet()) : "";
        return kind + " \"" + word + "\"" + hint;
    }

    private static int failed(Exception e, CommandLine failed, Console console) {
        boolean debug = failed.getCommandSpec().mixins().values().stream()
                .map(mixin -> mixin.userObject())
                .anyMatch(mixin -> mixin instanceof CommonOptions options && options.debug());
        boolean ours = e instanceof LaboratoryException;
        console.error(oneLine(ours ? e.getMessage() : "unexpected " + e + "; run again with --debug and report what it shows"));
        if (debug) {
            e.printStackTrace(console.err());
        }
        return e instanceof ConfigurationException ? WRONG_USE : FAILED;
    }

    private static String oneLine(@org.jspecify.annotations.Nullable String message) {
        return String.valueOf(message).replaceAll("\\s*[\\r\\n]+\\s*", " ").strip();
    }

    /** Without a verb: shows the help. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a verb: embed, evaluate, audit, calibrate, leak-check, fine-tune, generate, mine, benchmark, models, export, doctor or demo");
    }

    /** Makes commands that need the console. */
    private record Verbs(Console console) implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            if (Verb.class.isAssignableFrom(type)) {
                return type.getDeclaredConstructor(Console.class).newInstance(console);
            }
            return CommandLine.defaultFactory().create(type);
        }
    }

    /** Marks commands that are made with the console. */
    interface Verb {}

    /** The version of the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Lab.class.getPackage().getImplementationVersion();
            return new String[] {"lab " + (version == null ? "(from classes)" : version)};
        }
    }
}
