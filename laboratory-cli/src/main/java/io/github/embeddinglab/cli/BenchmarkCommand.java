package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Suite;
import io.github.embeddinglab.evaluation.load.ColdStart;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParameterException;

/** {@code lab benchmark}: suites of measurements. */
@Command(
        name = "benchmark",
        description = "Run a suite of measurements and write a report.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "SUITE",
        subcommands = {
            BenchmarkCommand.Speed.class,
            BenchmarkCommand.Quality.class,
            BenchmarkCommand.Retrieval.class,
            BenchmarkCommand.Production.class,
            BenchmarkCommand.All.class,
            BenchmarkCommand.Probe.class
        },
        footer = {"", "lab benchmark inference, in a checkout, measures this library against other engines."})
final class BenchmarkCommand implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    /** Made by picocli. */
    BenchmarkCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a suite: speed, quality, retrieval, production, all or inference");
    }

    /** {@code lab benchmark speed}. */
    @Command(
            name = "speed",
            description = "Texts a second on short and long texts, the time of one query, the first vector.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Speed implements Runnable, Lab.Verb {
        private final Console console;

        @Mixin
        private BenchmarkOptions options = new BenchmarkOptions();

        @Mixin
        private CommonOptions common = new CommonOptions();

        Speed(Console console) {
            this.console = console;
        }

        @Override
        public void run() {
            options.run(console, common, Suite.SPEED);
        }
    }

    /** {@code lab benchmark quality}. */
    @Command(
            name = "quality",
            description = "Evaluate models on a catalogue of data; with --baseline exit 1 when a score fell out of its interval.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Quality implements Runnable, Lab.Verb {
        private final Console console;

        @Mixin
        private BenchmarkOptions options = new BenchmarkOptions();

        @Mixin
        private CommonOptions common = new CommonOptions();

        Quality(Console console) {
            this.console = console;
        }

        @Override
        public void run() {
            options.run(console, common, Suite.QUALITY);
        }
    }

    /** {@code lab benchmark retrieval}. */
    @Command(
            name = "retrieval",
            description = "Evaluate models on the catalogue's data for retrieval and reranking, beside BM25.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Retrieval implements Runnable, Lab.Verb {
        private final Console console;

        @Mixin
        private BenchmarkOptions options = new BenchmarkOptions();

        @Mixin
        private CommonOptions common = new CommonOptions();

        Retrieval(Console console) {
            this.console = console;
        }

        @Override
        public void run() {
            options.run(console, common, Suite.RETRIEVAL);
        }
    }

    /** {@code lab benchmark production}. */
    @Command(
            name = "production",
            description = "Cold start, memory, latency under steady load, and throughput at twice the load that is sustainable.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Production implements Runnable, Lab.Verb {
        private final Console console;

        @Mixin
        private BenchmarkOptions options = new BenchmarkOptions();

        @Mixin
        private CommonOptions common = new CommonOptions();

        Production(Console console) {
            this.console = console;
        }

        @Override
        public void run() {
            options.run(console, common, Suite.PRODUCTION);
        }
    }

    /** {@code lab benchmark all}. */
    @Command(
            name = "all",
            description = "All suites; ends with the ten promises of the project.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class All implements Runnable, Lab.Verb {
        private final Console console;

        @Mixin
        private BenchmarkOptions options = new BenchmarkOptions();

        @Mixin
        private CommonOptions common = new CommonOptions();

        All(Console console) {
            this.console = console;
        }

        @Override
        public void run() {
            options.run(console, common, Suite.SPEED, Suite.QUALITY, Suite.RETRIEVAL, Suite.PRODUCTION);
        }
    }

    /** What {@code production} starts in a process of its own. */
    @Command(name = "probe", hidden = true, description = "Measure cold start and memory of this process.", mixinStandardHelpOptions = true)
    static final class Probe implements Runnable, Lab.Verb {
        private final Console console;

        @Parameters(paramLabel = "MODEL", description = "Registry name or folder.")
        private String model = "";

        @Mixin
        private CommonOptions common = new CommonOptions();

        Probe(Console console) {
            this.console = console;
        }

        @Override
        public void run() {
            try (EmbeddingLaboratory lab = common.builder().build(); Embedder embedder = lab.models().load(model)) {
                console.json(ColdStart.measure(embedder));
            }
        }
    }
}
