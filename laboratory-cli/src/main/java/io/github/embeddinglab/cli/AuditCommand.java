package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.AuditReport;
import io.github.embeddinglab.api.AuditSpec;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Sampling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code lab audit}: why a vector store's rows are not those of its model. */
@Command(
        name = "audit",
        description = "Embed a sample of a vector store's texts again and name the cause of every difference.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AuditCommand implements Runnable, Lab.Verb {
    private static final int SHOWN = 5;
    private static final int LEAST_SAMPLE = 16;

    private final Console console;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec commandSpec = CommandLine.Model.CommandSpec.create();

    @Option(
            names = "--docs",
            paramLabel = "FILE",
            required = true,
            description = "JSONL with id (or _id), text and optionally title, in the order of the vectors.")
    private Path documents = Path.of("");

    @Option(
            names = "--vectors",
            paramLabel = "FILE",
            required = true,
            description = "The exported vectors: a .npy matrix, one row a document.")
    private Path vectors = Path.of("");

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "The model that the store is said to be of; default: the configured model.")
    private @Nullable String model;

    @Option(names = "--queries", paramLabel = "FILE", description = "JSONL with _id and text; says what mending is worth.")
    private @Nullable Path queries;

    @Option(
            names = "--judgements",
            paramLabel = "FILE",
            description = "TSV with query-id, corpus-id, score; goes with --queries.")
    private @Nullable Path judgements;

    @Option(names = "--sample", paramLabel = "N", defaultValue = "256", description = "Texts to embed again (default: 256).")
    private int sample;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42", description = "Of the sample and the bootstrap.")
    private long seed;

    @Option(names = "--resamples", paramLabel = "N", defaultValue = "10000", description = "Of the bootstrap.")
    private int resamples;

    @Option(names = "--cache", paramLabel = "DIR", description = "Keep the model's vectors here.")
    private @Nullable Path cache;

    @Mixin
    private CommonOptions common = new CommonOptions();

    AuditCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        if (sample < LEAST_SAMPLE) {
            throw new ParameterException(commandSpec.commandLine(), "--sample " + sample
                    + " is too small to tell causes apart; give " + LEAST_SAMPLE + " or more");
        }
        AuditSpec spec = AuditSpec.of(documents, vectors).sample(sample);
        if (queries != null && judgements != null) {
            spec = spec.judged(queries, judgements);
        } else if (queries != null || judgements != null) {
            throw new ParameterException(
                    commandSpec.commandLine(), "--queries and --judgements go together; give both or neither");
        }
        EvaluationOptions options = EvaluationOptions.defaults()
                .sampling(Sampling.defaults().withResamples(resamples).withSeed(seed))
                .progress(console.progress());
        if (cache != null) {
            options = options.cache(cache);
        }
        try (EmbeddingLaboratory lab = common.builder().build()) {
            AuditReport report = lab.benchmarks().audit(spec, model == null ? lab.defaultModel() : model, options);
            if (common.json()) {
                console.json(json(report));
            } else {
                print(report);
            }
        }
    }

    private Map<String, Object> json(AuditReport report) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("model", report.subject().model());
        object.put("fingerprint", report.subject().fingerprint().value());
        object.put("documents", report.subject().documents());
        object.put("vectors", report.subject().vectors());
        object.put("dimensions", report.subject().dimensions());
        object.put("sampled", report.subject().sampled());
        object.put("seed", seed);
        List<Map<String, Object>> findings = new ArrayList<>();
        for (AuditReport.Finding finding : report.findings()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("cause", finding.cause().id());
            one.put("detail", finding.detail());
            one.put("share", finding.share());
            finding.worth().ifPresent(worth -> one.put("worth", EvaluateCommand.difference(worth)));
            findings.add(one);
        }
        object.put("findings", findings);
        report.ndcg().ifPresent(ndcg -> object.put("scores", Map.of("ndcg@10", EvaluateCommand.score(ndcg))));
        List<Map<String, Object>> rows = new ArrayList<>();
        for (AuditReport.Row row : report.rows()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("row", row.row());
            one.put("id", row.id());
            one.put("explanation", row.explanation());
            one.put("cosine", row.cosine());
            one.put("explained", Double.isNaN(row.explained()) ? null : row.explained());
            rows.add(one);
        }
        object.put("rows", rows);
        object.put("truncated", report.texts().truncated());
        object.put("lost_tokens", report.texts().lostTokens());
        object.put("duplicates", report.texts().duplicates());
        object.put("notes", report.texts().notes());
        return object;
    }

    private void print(AuditReport report) {
        AuditReport.Subject subject = report.subject();
        console.line(String.format(
                Locale.ROOT,
                "%,d documents, %,d vectors of %d dimensions against %s; %,d embedded again, seed %d",
                subject.documents(), subject.vectors(), subject.dimensions(), subject.model(), subject.sampled(), seed));
        if (report.findings().isEmpty()) {
            console.line("no finding: the vectors are the model's");
        }
        for (AuditReport.Finding finding : report.findings()) {
            console.line(finding.cause().id() + ": " + finding.detail());
            finding.worth().ifPresent(worth -> console.line("  mending it: " + worth));
        }
        report.ndcg().ifPresent(ndcg -> console.line("ndcg@10 of the store: " + ndcg));
        report.rows().stream().limit(SHOWN).forEach(row -> console.line(String.format(
                Locale.ROOT, "  row %d, id %s: %s (cosine %.4f)", row.row(), row.id(), row.explanation(), row.cosine())));
        if (report.rows().size() > SHOWN) {
            console.line("  and " + (report.rows().size() - SHOWN) + " more rows with --json");
        }
        AuditReport.Texts texts = report.texts();
        console.line(String.format(Locale.ROOT, "%,d of the sampled texts are longer than the model's limit and lose %,d tokens;"
                + " %,d texts occur again", texts.truncated(), texts.lostTokens(), texts.duplicates()));
        texts.notes().forEach(console::note);
    }
}
