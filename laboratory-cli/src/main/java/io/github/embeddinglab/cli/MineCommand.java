package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.LaboratoryBuilder;
import io.github.embeddinglab.api.Resources;
import io.github.embeddinglab.evaluation.data.DataFiles;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.data.TrainingWriter;
import io.github.embeddinglab.training.mining.MiningOptions;
import io.github.embeddinglab.training.mining.MiningReport;
import io.github.embeddinglab.training.mining.NearestDocuments;
import io.github.embeddinglab.training.mining.NegativeMining;
import io.github.embeddinglab.training.mining.PairScorer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lab mine}: hard negatives for training pairs. */
@Command(
        name = "mine",
        description = "Mine hard negatives: documents near a query that do not answer it; writes triplets. The search is exact:"
                + " every query is compared with every document.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class MineCommand implements Runnable, Lab.Verb {
    private static final Pattern RANKS = Pattern.compile("(\\d{1,9})-(\\d{1,9})");

    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--model", paramLabel = "MODEL", description = "Registry name or folder; default: the configured model.")
    private @Nullable String model;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            required = true,
            description = "Pairs: .jsonl, .tsv or .csv with query and document; each also gzipped; may be repeated.")
    private List<Path> data = new ArrayList<>();

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The .jsonl or .jsonl.gz file of triplets to write.")
    private Path out = Path.of("-");

    @Option(
            names = "--corpus",
            paramLabel = "PATH",
            description = "More documents to search, with the column text, or .txt one a line; may be repeated.")
    private List<Path> corpus = new ArrayList<>();

    @Option(
            names = "--columns",
            paramLabel = "NAME=COLUMN",
            split = ",",
            description = "Columns of the data that are called otherwise, as in query=question,document=answer.")
    private Map<String, String> columns = new LinkedHashMap<>();

    @Option(
            names = "--ranks",
            paramLabel = "FIRST-LAST",
            defaultValue = "10-100",
            description = "Ranks that negatives are taken from, the query's own documents not counted (default: ${DEFAULT-VALUE}).")
    private String ranks = "10-100";

    @Option(
            names = "--relative-margin",
            paramLabel = "R",
            defaultValue = "0.95",
            description = "A negative's cosine is at most this share of the positive's (default: ${DEFAULT-VALUE}).")
    private double relative;

    @Option(
            names = "--absolute-margin",
            paramLabel = "A",
            defaultValue = "0",
            description = "A negative's cosine is at least this far below the positive's (default: ${DEFAULT-VALUE}).")
    private double absolute;

    @Option(names = "--negatives", paramLabel = "N", defaultValue = "1", description = "Of each row (default: ${DEFAULT-VALUE}).")
    private int negatives;

    @Option(names = "--random", description = "Draw among the candidates instead of taking the nearest.")
    private boolean random;

    @Option(names = "--veto", paramLabel = "MODEL", description = "Another model, by whose scores the margins must hold too.")
    private @Nullable String veto;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42", description = "Of a random choice (default: 42).")
    private long seed;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute; default: what the configuration says, or all processors.")
    private @Nullable Integer threads;

    @Mixin
    private CommonOptions common = new CommonOptions();

    MineCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        List<Path> inputs = new ArrayList<>(data);
        inputs.addAll(corpus);
        MiningOptions options = Usage.of(spec, () -> {
            TrainingInput.requireOutput(out, inputs);
            return new MiningOptions(
                    window(),
                    new MiningOptions.Margins(relative, absolute),
                    new MiningOptions.Choice(negatives, random),
                    seed);
        });
        Integer asked = Usage.positive(spec, "--threads", threads);
        Resources resources = common.configuration().resources();
        TrainingSet pairs = TrainingInput.read(data, columns, console);
        List<String> more = corpus.isEmpty() ? List.of() : DataFiles.texts(corpus, Map.of());
        LaboratoryBuilder builder = common.builder();
        if (asked != null) {
            resources = resources.withThreads(asked);
            builder.resources(resources);
        }
        NearestDocuments.Factory search = NearestDocuments.exact(resources.threads());
        try (EmbeddingLaboratory lab = builder.build();
                Embedder embedder = lab.models().load(model == null ? lab.defaultModel() : model)) {
            NegativeMining mining = NegativeMining.with(embedder, search).progress(console.progress());
            NegativeMining.Result result;
            if (veto == null) {
                result = mining.mine(pairs, more, options);
            } else {
                try (Embedder judge = lab.models().load(veto)) {
                    result = mining.veto(PairScorer.of(judge)).mine(pairs, more, options);
                }
            }
            TrainingWriter.write(result.rows(), out);
            if (common.json()) {
                console.json(json(embedder, result));
            } else {
                print(embedder, result.report());
            }
        }
    }

    private MiningOptions.Window window() {
        Matcher matcher = RANKS.matcher(ranks);
        if (!matcher.matches()) {
            throw new ConfigurationException("--ranks is \"" + ranks + "\"; give first and last, as in 10-100");
        }
        return new MiningOptions.Window(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    private Map<String, Object> json(Embedder embedder, NegativeMining.Result result) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("out", out.toString());
        object.put("model", embedder.model());
        object.put("fingerprint", embedder.fingerprint().value());
        object.put("rows", result.report().rows());
        object.put("rejected", result.report().rejected());
        object.put("means", result.report().means());
        object.put("examples", result.report().examples());
        object.put("vetoed_examples", result.report().vetoed());
        object.put("seed", seed);
        object.put("sha256", result.rows().sha256());
        return object;
    }

    private void print(Embedder embedder, MiningReport report) {
        console.line(String.format(
                Locale.ROOT,
                "%,d of %,d rows got %d negatives from ranks %s of %,d documents with %s, seed %d -> %s",
                report.rows().kept(),
                report.rows().given(),
                negatives,
                ranks,
                report.rows().documents(),
                embedder.model(),
                seed,
                out));
        console.line(String.format(
                Locale.ROOT,
                "  mean cosine: positives %.3f, negatives %.3f; candidates left out: %,d by the relative margin, %,d by the"
                        + " absolute, %,d by veto",
                report.means().positive(),
                report.means().negative(),
                report.rejected().relative(),
                report.rejected().absolute(),
                report.rejected().vetoed()));
        if (report.rows().leftOut() > 0) {
            console.note(String.format(
                    Locale.ROOT, "%,d rows have fewer than %d candidates and are left out", report.rows().leftOut(), negatives));
        }
        report.examples().forEach(example -> print(example, "negative"));
        report.vetoed().forEach(vetoed -> {
            print(vetoed.example(), "vetoed  ");
            console.line(String.format(
                    Locale.ROOT, "      by the veto model: positive %.3f, this one %.3f", vetoed.positive(), vetoed.candidate()));
        });
    }

    private void print(MiningReport.Example example, String what) {
        console.line("  \"" + TrainingInput.shortened(example.query()) + "\"");
        console.line(String.format(
                Locale.ROOT, "      positive %.3f           \"%s\"", example.positive().score(), TrainingInput.shortened(example.positive().text())));
        console.line(String.format(
                Locale.ROOT,
                "      %s %.3f, rank %-3d \"%s\"",
                what,
                example.negative().score(),
                example.rank(),
                TrainingInput.shortened(example.negative().text())));
    }
}
