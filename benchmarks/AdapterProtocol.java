import io.github.embeddinglab.api.Benchmarks;
import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.evaluation.cache.CachingEmbedder;
import io.github.embeddinglab.evaluation.data.RetrievalSet;
import io.github.embeddinglab.evaluation.tasks.RetrievalEvaluator;
import io.github.embeddinglab.training.adapter.AdaptedEmbedder;
import io.github.embeddinglab.training.adapter.AdapterSettings;
import io.github.embeddinglab.training.adapter.AdapterSettings.Side;
import io.github.embeddinglab.training.adapter.AdapterTraining;
import io.github.embeddinglab.training.adapter.EmbeddedPairs;
import io.github.embeddinglab.training.data.DataReports;
import io.github.embeddinglab.training.data.KeyedRandom;
import io.github.embeddinglab.training.data.NormalizedText;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.data.TrainingWriter;
import io.github.embeddinglab.vectors.FloatMatrix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Documentation search with an adapter. Of each set a quarter of the files is held out; their headings are the queries, all
 * sections of all files the corpus (texts without their headings). The sections of the other files are the training pairs,
 * a tenth of these files chooses. Arguments: a folder for split and vectors, then the files of sections.
 */
public final class AdapterProtocol {
    private static final long SPLIT_SEED = 42;

    record Section(String file, String heading, String text) {}

    public static void main(String[] args) throws Exception {
        Path out = Path.of(args[0]);
        Files.createDirectories(out);
        List<Section> sections = new ArrayList<>();
        for (int i = 1; i < args.length; i++) {
            Path path = Path.of(args[i]);
            for (TrainingRow row : TrainingSet.read(TrainingData.files(path)).rows()) {
                sections.add(new Section(path.getFileName() + "/" + row.group(), row.texts().get(0), row.texts().get(1)));
            }
        }
        Map<String, String> partOf = parts(sections);
        TrainingSet training = pairs(sections, partOf, "training");
        TrainingSet selection = pairs(sections, partOf, "selection");
        TrainingWriter.write(training, out.resolve("training.jsonl"));
        TrainingWriter.write(selection, out.resolve("selection.jsonl"));
        Files.write(out.resolve("files.tsv"), partOf.entrySet().stream().map(e -> e.getKey() + "\t" + e.getValue()).toList());
        List<RetrievalSet> tests = tests(sections, partOf);
        System.out.printf(
                "%d sections; %d training pairs, %d selection pairs; queries: %d, heading in the text %d, not %d%n",
                sections.size(),
                training.rows().size(),
                selection.rows().size(),
                tests.get(0).queries().size(),
                tests.get(1).queries().size(),
                tests.get(2).queries().size());
        DataReports.of(training).lines().forEach(System.out::println);
        try (EmbeddingLaboratory lab = EmbeddingLaboratory.open();
                Embedder loaded = lab.models().load(lab.defaultModel())) {
            Embedder parent = CachingEmbedder.over(loaded, out.resolve("vectors"));
            measure(lab, parent, sections, training, selection, tests, out);
        }
        time();
    }

    /** By file: gate for a quarter of each set's files, of the rest a tenth selection. */
    private static Map<String, String> parts(List<Section> sections) {
        Map<String, String> parts = new LinkedHashMap<>();
        Map<String, Set<String>> bySet = new LinkedHashMap<>();
        sections.forEach(section -> bySet.computeIfAbsent(section.file().substring(0, section.file().indexOf('/')), key -> new TreeSet<>())
                .add(section.file()));
        for (Set<String> set : bySet.values()) {
            List<String> files = List.copyOf(set);
            int[] order = KeyedRandom.permutation(files.size(), KeyedRandom.at(SPLIT_SEED));
            for (int i = 0; i < order.length; i++) {
                double at = (double) i / order.length;
                parts.put(files.get(order[i]), at < 0.25 ? "gate" : at < 0.325 ? "selection" : "training");
            }
        }
        return parts;
    }

    /** Pairs of a part; what shares a heading or a text with the gate (or the selection, for training) is left out. */
    private static TrainingSet pairs(List<Section> sections, Map<String, String> partOf, String part) {
        Set<String> kept = new TreeSet<>();
        for (Section section : sections) {
            String other = partOf.get(section.file());
            if (other.equals("gate") || (part.equals("training") && other.equals("selection"))) {
                kept.add(NormalizedText.of(section.heading()));
                kept.add(NormalizedText.of(section.text()));
            }
        }
        List<TrainingRow> rows = new ArrayList<>();
        for (Section section : sections) {
            if (partOf.get(section.file()).equals(part)
                    && !kept.contains(NormalizedText.of(section.heading()))
                    && !kept.contains(NormalizedText.of(section.text()))) {
                rows.add(TrainingRow.pair(section.heading(), section.text()).inGroup(section.file()));
            }
        }
        return TrainingSet.read(TrainingData.pairs(rows));
    }

    /** All queries; those whose last heading stands in a relevant text; the others. */
    private static List<RetrievalSet> tests(List<Section> sections, Map<String, String> partOf) {
        Map<String, String> documents = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> byHeading = new HashMap<>();
        for (int i = 0; i < sections.size(); i++) {
            documents.put("d" + i, sections.get(i).text());
            byHeading.computeIfAbsent(NormalizedText.of(sections.get(i).heading()), key -> new LinkedHashMap<>()).put("d" + i, 1);
        }
        List<Map<String, String>> queries = List.of(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        Map<String, Map<String, Integer>> judgements = new LinkedHashMap<>();
        for (Section section : sections) {
            String key = NormalizedText.of(section.heading());
            if (!partOf.get(section.file()).equals("gate") || judgements.putIfAbsent(key, byHeading.get(key)) != null) {
                continue;
            }
            String last = NormalizedText.of(section.heading().substring(section.heading().lastIndexOf('>') + 1));
            boolean inText = byHeading.get(key).keySet().stream()
                    .anyMatch(id -> (" " + NormalizedText.of(documents.get(id)) + " ").contains(" " + last + " "));
            queries.get(0).put(key, section.heading());
            queries.get(inText ? 1 : 2).put(key, section.heading());
        }
        List<String> names = List.of("all", "heading in text", "heading not in text");
        List<RetrievalSet> tests = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Map<String, Map<String, Integer>> own = new LinkedHashMap<>(judgements);
            own.keySet().retainAll(queries.get(i).keySet());
            tests.add(RetrievalSet.of(names.get(i), documents, queries.get(i), own));
        }
        return tests;
    }

    private static void measure(
            EmbeddingLaboratory lab,
            Embedder parent,
            List<Section> sections,
            TrainingSet training,
            TrainingSet selection,
            List<RetrievalSet> tests,
            Path out)
            throws Exception {
        EvaluationOptions options = EvaluationOptions.defaults();
        Benchmarks benchmarks = lab.benchmarks();
        List<RetrievalEvaluator> evaluators = tests.stream().map(RetrievalEvaluator::of).toList();
        List<Scores> before = new ArrayList<>();
        for (RetrievalEvaluator evaluator : evaluators) {
            Scores scores = evaluator.evaluate(parent, options);
            before.add(scores);
            System.out.printf("%-22s parent %s  bm25 %s%n", scores.subject().data(), score(scores), score(evaluator.baselines(options).get(0)));
        }
        String index = hash(parent, sections);
        // the selection part is ranked among all sections but those of the gate
        List<String> others = training.column(1);
        EmbeddedPairs learn = EmbeddedPairs.embed(training, List.of(), parent, Progress.Listener.SILENT);
        EmbeddedPairs choose = EmbeddedPairs.embed(selection, others, parent, Progress.Listener.SILENT);
        for (AdapterSettings.Shape shape : List.of(
                new AdapterSettings.Shape(Side.QUERY, 0),
                new AdapterSettings.Shape(Side.QUERY, 32),
                new AdapterSettings.Shape(Side.BOTH, 0),
                new AdapterSettings.Shape(Side.BOTH, 32))) {
            for (long seed = 1; seed <= 3; seed++) {
                AdapterSettings defaults = AdapterSettings.defaults(shape.side());
                AdapterSettings settings = new AdapterSettings(
                        shape,
                        shape.rank() == 0
                                ? defaults.optimization()
                                : new AdapterSettings.Optimization(2e-3, 0.01, 20),
                        defaults.schedule(),
                        seed);
                AdapterTraining.Result result =
                        new AdapterTraining(settings, 2, Progress.Listener.SILENT).train(learn, choose);
                System.out.printf(
                        Locale.ROOT,
                        "%s rank %d seed %d: selection %.4f -> %.4f, epoch %d of %d, share %.2f, %.1f s%n",
                        shape.side(),
                        shape.rank(),
                        seed,
                        result.report().before(),
                        result.report().after(),
                        result.report().details().epoch(),
                        result.report().curve().size(),
                        result.report().details().share(),
                        result.report().details().seconds());
                Embedder adapted = AdaptedEmbedder.of(parent, result.map(), shape.side());
                for (int i = 0; i < evaluators.size(); i++) {
                    Scores after = evaluators.get(i).evaluate(adapted, options);
                    Difference difference = benchmarks.compare(before.get(i), after).stream()
                            .filter(d -> d.name().equals("ndcg@10"))
                            .findFirst()
                            .orElseThrow();
                    System.out.printf("    %-22s %s  %s%n", tests.get(i).name(), score(after), difference);
                }
                if (shape.side() == Side.QUERY && !hash(adapted, sections).equals(index)) {
                    throw new IllegalStateException("documents' vectors changed");
                }
            }
        }
        System.out.println("documents' vectors with the query-side adapters are byte for byte the parent's: sha256 " + index.substring(0, 16));
    }

    private static String score(Scores scores) {
        Score ndcg = scores.score("ndcg@10");
        return String.format(Locale.ROOT, "%.4f [%.4f, %.4f]", ndcg.value(), ndcg.low(), ndcg.high());
    }

    private static String hash(Embedder model, List<Section> sections) throws Exception {
        java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(sections.size() * model.dimensions() * 4);
        bytes.asFloatBuffer().put(model.embedDocuments(sections.stream().map(Section::text).toList()).toArray());
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    }

    /** 10,000 pairs of random unit vectors, all epochs run. */
    private static void time() {
        int rows = 10_000;
        int d = 384;
        SplittableRandom random = new SplittableRandom(1);
        float[][] values = new float[2][rows * d];
        for (float[] matrix : values) {
            for (int i = 0; i < matrix.length; i++) {
                matrix[i] = (float) (random.nextDouble() - 0.5);
            }
        }
        List<TrainingRow> pairs = new ArrayList<>();
        List<int[]> places = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            pairs.add(TrainingRow.pair("q" + i, "d" + i));
            places.add(new int[] {i});
        }
        EmbeddedPairs all = new EmbeddedPairs(
                TrainingSet.read(TrainingData.pairs(pairs)),
                FloatMatrix.of(values[0], rows, d).normalized(),
                FloatMatrix.of(values[1], rows, d).normalized(),
                places);
        EmbeddedPairs few = new EmbeddedPairs(
                all.set().withRows(pairs.subList(0, 1000)),
                FloatMatrix.of(java.util.Arrays.copyOf(values[0], 1000 * d), 1000, d).normalized(),
                all.documents(),
                places.subList(0, 1000));
        for (Side side : Side.values()) {
            AdapterSettings defaults = AdapterSettings.defaults(side);
            AdapterSettings settings = new AdapterSettings(
                    defaults.shape(),
                    defaults.optimization(),
                    new AdapterSettings.Schedule(defaults.schedule().epochs(), defaults.schedule().batch(), 1000),
                    1);
            AdapterTraining.Result result = new AdapterTraining(settings, 2, Progress.Listener.SILENT).train(all, few);
            System.out.printf(
                    Locale.ROOT,
                    "time: %s, 10,000 pairs of 384 dimensions, %d epochs: %.1f s%n",
                    side,
                    result.report().curve().size(),
                    result.report().details().seconds());
        }
    }
}
