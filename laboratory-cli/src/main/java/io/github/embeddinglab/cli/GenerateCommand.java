package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lab generate}: training pairs from plain documents, and changed copies of rows. */
@Command(
        name = "generate",
        description = "Make training pairs from plain documents: queries from titles, headings, sentences and keywords; or add changed"
                + " copies to rows of any other form (--augment).",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class GenerateCommand implements Runnable, Lab.Verb {
    private static final double SYNONYM_SHARE = 0.3;

    /** Options that rows, which have queries, leave nothing to do. */
    private static final List<String> OF_DOCUMENTS = List.of("--generators", "--template", "--least-words", "--most-sharing");

    private static final int EXAMPLES = 3;

    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--data",
            paramLabel = "PATH",
            required = true,
            description = "Documents: .jsonl, .tsv or .csv with text and, where there is one, title and group; .txt one a line;"
                    + " each also gzipped; may be repeated. With --augment also rows, as for fine-tune.")
    private List<Path> data = new ArrayList<>();

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The .jsonl or .jsonl.gz file to write.")
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
            description = "Add copies with a changed query or first text: deletion, swap, crop, synonyms, applied in the order given.")
    private List<String> augmentations = new ArrayList<>();

    @Option(names = "--copies", paramLabel = "N", defaultValue = "1", description = "Changed copies of each row (default: 1).")
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
        common.configuration(); // its faults
        Generation generation = Usage.of(spec, () -> {
            TrainingInput.requireOutput(out, data);
            return new Generation(chosenGenerators(), leastWords, mostSharing, seed);
        });
        Usage.positive(spec, "--copies", copies);
        List<Augmentation> changes = chosenAugmentations();
        TrainingSet documents = TrainingInput.read(data, columns, console);
        if (documents.form() != Form.DOCUMENTS) {
            augment(documents, changes);
            return;
        }
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

    /** Rows and their copies, in the form that they have. */
    private void augment(TrainingSet rows, List<Augmentation> changes) {
        if (changes.isEmpty()) {
            throw new InvalidInputException("pairs are made from documents, but " + rows.name() + " holds " + rows.form().words()
                    + "; give texts with the column text, or add changed copies of these rows with --augment");
        }
        for (String option : OF_DOCUMENTS) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ConfigurationException(option + " is about documents, but " + rows.name() + " holds " + rows.form().words()
                        + ", of which copies alone are made; leave it out");
            }
        }
        TrainingSet all = Augmentations.withCopies(rows, changes, copies, seed);
        TrainingWriter.write(all, out);
        int added = all.rows().size() - rows.rows().size();
        if (added == 0) {
            console.note("no copy differs from its row, so that the rows are as they were");
        }
        List<Map<String, String>> examples = examples(rows, changes);
        if (common.json()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("out", out.toString());
            object.put("form", rows.form().words());
            object.put("rows", all.rows().size());
            object.put("augmented", added);
            object.put("examples", examples);
            object.put("seed", seed);
            object.put("sha256", all.sha256());
            console.json(object);
            return;
        }
        console.line(String.format(
                Locale.ROOT, "%,d rows of %s, %,d of them changed copies, seed %d -> %s", all.rows().size(), rows.form().words(), added, seed, out));
        examples.forEach(example -> console.line("      \"" + TrainingInput.shortened(String.valueOf(example.get("text"))) + "\" -> \""
                + TrainingInput.shortened(String.valueOf(example.get("changed"))) + "\""));
    }

    /** The first rows again: copies are a function of the seed and the row's place. */
    private List<Map<String, String>> examples(TrainingSet rows, List<Augmentation> changes) {
        List<Map<String, String>> examples = new ArrayList<>();
        int before = 0;
        for (int count = 1; count <= Math.min(EXAMPLES, rows.rows().size()); count++) {
            List<TrainingRow> made =
                    Augmentations.withCopies(rows.withRows(rows.rows().subList(0, count)), changes, copies, seed).rows();
            if (made.size() > before + 1) {
                examples.add(Map.of(
                        "text", made.get(before).texts().get(0), "changed", made.get(before + 1).texts().get(0)));
            }
            before = made.size();
        }
        return examples;
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
        if (chosen.isEmpty() && spec.commandLine().getParseResult().hasMatchedOption("--copies")) {
            throw new ConfigurationException("--copies is given, but --augment does not say how rows are changed; add it, or leave --copies out");
        }
        return chosen;
    }

    private Map<String, Object> json(Generation.Report report, TrainingSet pairs, int added) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("out", out.toString());
        object.put("form", pairs.form().words());
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
