package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.evaluation.data.DataFiles;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.data.TrainingWriter;
import io.github.embeddinglab.training.generation.Augmentation;
import io.github.embeddinglab.training.generation.Augmentations;
import io.github.embeddinglab.training.generation.Corpus;
import io.github.embeddinglab.training.generation.Generation;
import io.github.embeddinglab.training.generation.PairGenerator;
import io.github.embeddinglab.training.generation.PairGenerators;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lab generate}: training pairs from plain documents. */
@Command(
        name = "generate",
        description = "Make training pairs from plain documents: queries from titles, headings, sentences and keywords.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class GenerateCommand implements Runnable, Lab.Verb {
    private static final double SYNONYM_SHARE = 0.3;

    private final Console console;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            required = true,
            description = "Documents: .jsonl, .tsv or .csv with text and, where there is one, title and group; .txt one a line;"
                    + " each also gzipped; may be repeated.")
    private List<Path> data = new ArrayList<>();

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The .jsonl or .jsonl.gz file of pairs to write.")
    private Path out = Path.of("-");

    @Option(
            names = "--columns",
            paramLabel = "NAME=COLUMN",
            split = ",",
            description = "Columns of the data that are called otherwise, as in title=heading,group=file.")
    private Map<String, String> columns = new LinkedHashMap<>();

    @Option(
            names = "--generators",
            paramLabel = "NAME",
            split = ",",
            description = "title, heading, first-sentence, neighbours, inverse-cloze, keywords, templates"
                    + " (default: title,first-sentence,keywords).")
    private List<String> generators = new ArrayList<>();

    @Option(
            names = "--template",
            paramLabel = "TEXT",
            description = "A query with {title}, {heading}, {keywords} or {first} to fill; may be repeated; default: five of our own.")
    private List<String> templates = new ArrayList<>();

    @Option(
            names = "--least-words",
            paramLabel = "N",
            defaultValue = "8",
            description = "Leave out texts that are shorter (default: ${DEFAULT-VALUE}).")
    private int leastWords;

    @Option(
            names = "--most-sharing",
            paramLabel = "N",
            defaultValue = "3",
            description = "Leave out queries that more texts answer, as \"Overview\" (default: ${DEFAULT-VALUE}).")
    private int mostSharing;

    @Option(
            names = "--augment",
            paramLabel = "NAME",
            split = ",",
            description = "Add changed copies of queries: deletion, swap, crop, synonyms, applied in this order.")
    private List<String> augmentations = new ArrayList<>();

    @Option(names = "--copies", paramLabel = "N", defaultValue = "1", description = "Changed copies of each query (default: 1).")
    private int copies;

    @Option(names = "--synonyms", paramLabel = "FILE", description = "Words that mean the same, a list a line, commas between.")
    private @Nullable Path synonyms;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42", description = "Of all random choices (default: 42).")
    private long seed;

    @Mixin
    private CommonOptions common = new CommonOptions();

    GenerateCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        TrainingInput.requireOutput(out, data);
        Generation generation = new Generation(chosenGenerators(), leastWords, mostSharing, seed);
        List<Augmentation> changes = chosenAugmentations();
        TrainingSet documents = TrainingInput.read(data, columns, console);
        Generation.Result result = generation.run(Corpus.of(documents), console.progress());
        TrainingSet pairs =
                changes.isEmpty() ? result.pairs() : Augmentations.withCopies(result.pairs(), changes, copies, seed);
        TrainingWriter.write(pairs, out);
        int added = pairs.rows().size() - result.pairs().rows().size();
        if (common.json()) {
            console.json(json(result.report(), pairs, added));
        } else {
            print(result.report(), pairs, added);
        }
    }

    private List<PairGenerator> chosenGenerators() {
        Map<String, PairGenerator> all = new LinkedHashMap<>(PairGenerators.all());
        if (!templates.isEmpty()) {
            all.put("templates", PairGenerators.templates(templates));
        }
        List<String> names = generators.isEmpty() ? List.of("title", "first-sentence", "keywords") : generators;
        List<PairGenerator> chosen = new ArrayList<>();
        for (String name : names) {
            PairGenerator generator = all.get(name);
            if (generator == null || chosen.contains(generator)) {
                throw new ConfigurationException("the generator \"" + name + "\" is " + (generator == null ? "not known" : "named twice")
                        + "; there are " + String.join(", ", all.keySet()));
            }
            chosen.add(generator);
        }
        if (!templates.isEmpty() && !names.contains("templates")) {
            chosen.add(PairGenerators.templates(templates));
        }
        return chosen;
    }

    private List<Augmentation> chosenAugmentations() {
        Map<String, Augmentation> all = new LinkedHashMap<>(Augmentations.defaults());
        if (synonyms != null) {
            all.put(
                    "synonyms",
                    Augmentations.synonyms(
                            Augmentations.synonymLists(DataFiles.lines(synonyms)), SYNONYM_SHARE));
        }
        List<Augmentation> chosen = new ArrayList<>();
        for (String name : augmentations) {
            Augmentation augmentation = all.get(name);
            if (augmentation == null) {
                throw new ConfigurationException("the augmentation \"" + name + "\" is not known; there are "
                        + String.join(", ", all.keySet()) + (synonyms == null ? ", and synonyms with --synonyms FILE" : ""));
            }
            chosen.add(augmentation);
        }
        if (synonyms != null && !augmentations.contains("synonyms")) {
            throw new ConfigurationException("--synonyms is given, but --augment does not name synonyms; add it, or leave the file out");
        }
        return chosen;
    }

    private Map<String, Object> json(Generation.Report report, TrainingSet pairs, int added) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("out", out.toString());
        object.put("documents", report.documents());
        object.put("pairs", pairs.rows().size());
        object.put("augmented", added);
        object.put("generators", report.generators());
        object.put("dropped", report.dropped());
        object.put("seed", seed);
        object.put("sha256", pairs.sha256());
        return object;
    }

    private void print(Generation.Report report, TrainingSet pairs, int added) {
        console.line(String.format(
                Locale.ROOT,
                "%,d pairs from %,d documents%s, seed %d -> %s",
                pairs.rows().size(),
                report.documents(),
                added == 0 ? "" : String.format(Locale.ROOT, ", %,d of them changed copies", added),
                seed,
                out));
        report.generators().forEach((name, made) -> {
            console.line(String.format(Locale.ROOT, "  %-16s%,8d", name, made.pairs()));
            made.examples().forEach(pair -> console.line("      \"" + TrainingInput.shortened(pair.query()) + "\" -> \""
                    + TrainingInput.shortened(pair.document()) + "\""));
        });
        report.dropped().forEach((reason, count) -> console.line(String.format(Locale.ROOT, "  left out %,d: %s", count, reason)));
    }
}
