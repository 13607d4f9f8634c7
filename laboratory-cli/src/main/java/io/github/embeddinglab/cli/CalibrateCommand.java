package io.github.embeddinglab.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.evaluation.cache.CachingEmbedder;
import io.github.embeddinglab.evaluation.calibration.Calibration;
import io.github.embeddinglab.evaluation.calibration.HeldOut;
import io.github.embeddinglab.evaluation.calibration.JudgedHits;
import io.github.embeddinglab.evaluation.data.DataFiles;
import io.github.embeddinglab.evaluation.data.RetrievalSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lab calibrate}: from scores to the probability of relevance. */
@Command(
        name = "calibrate",
        description = "Map a model's scores to the probability that a hit is relevant, from judged queries; or use such a map.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class CalibrateCommand implements Runnable, Lab.Verb {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Console console;

    @Option(names = "--model", paramLabel = "MODEL", description = "Registry name or folder; default: the configured model.")
    private @Nullable String model;

    @Option(names = "--data", paramLabel = "DIR", description = "A retrieval folder with judgements: calibrates on it.")
    private @Nullable Path data;

    @Option(
            names = "--unanswerable",
            paramLabel = "FILE",
            description = "Texts of queries that no document answers (.txt, .jsonl or .tsv with text).")
    private @Nullable Path unanswerable;

    @Option(
            names = "--share",
            paramLabel = "P",
            defaultValue = "0.25",
            description = "Of the judged queries, made unanswerable by leaving their documents out (default: 0.25).")
    private double share;

    @Option(names = "--hits", paramLabel = "K", defaultValue = "10", description = "Best hits of a query (default: 10).")
    private int hits;

    @Option(
            names = "--precision",
            paramLabel = "P",
            split = ",",
            description = "Wished probabilities, for which the least score is given (default: 0.5,0.8,0.9).")
    private List<Double> precisions = new ArrayList<>();

    @Option(names = "--out", paramLabel = "FILE", description = "Write the calibration here, as JSON.")
    private @Nullable Path out;

    @Option(names = "--use", paramLabel = "FILE", description = "Use a calibration instead of making one; with --score.")
    private @Nullable Path use;

    @Option(names = "--score", paramLabel = "S", split = ",", description = "Cosines to be mapped by --use.")
    private List<Double> scores = new ArrayList<>();

    @Option(
            names = "--splits",
            paramLabel = "N",
            defaultValue = "20",
            description = "Random halves of the queries: fitted on one, judged on the other (default: 20).")
    private int splits;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42", description = "Of the unanswerable queries and the halves.")
    private long seed;

    @Option(names = "--cache", paramLabel = "DIR", description = "Keep vectors here.")
    private @Nullable Path cache;

    @Mixin
    private CommonOptions common = new CommonOptions();

    CalibrateCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        for (double precision : precisions) {
            if (!(precision > 0 && precision <= 1)) {
                throw new ConfigurationException("--precision is " + precision + "; give probabilities above 0 and at most 1");
            }
        }
        if (!(share >= 0 && share < 1)) {
            throw new ConfigurationException("--share is " + share + "; give a share from 0 to below 1");
        }
        if (hits < 1) {
            throw new ConfigurationException("--hits is " + hits + "; give at least 1");
        }
        Path folder = data;
        Path file = use;
        if ((folder == null) == (file == null)) {
            throw new ConfigurationException("give --data DIR to calibrate, or --use FILE --score S to use a calibration");
        }
        try (EmbeddingLaboratory lab = common.builder().build();
                Embedder embedder = lab.models().load(model == null ? lab.defaultModel() : model)) {
            if (file != null) {
                use(file, embedder);
            } else if (folder != null) {
                calibrate(folder, embedder);
            }
        }
    }

    private void calibrate(Path folder, Embedder embedder) {
        EvaluationOptions options = EvaluationOptions.defaults()
                .sampling(Sampling.defaults().withSeed(seed))
                .progress(console.progress());
        List<String> further = unanswerable == null ? List.of() : DataFiles.texts(List.of(unanswerable), Map.of());
        if (unanswerable != null && further.isEmpty()) {
            throw new InvalidInputException("data file " + unanswerable + " is empty; give queries that no document answers");
        }
        RetrievalSet judgements = DataFiles.retrieval(folder);
        judgements.notes().forEach(console::note);
        var search = new JudgedHits.Search(judgements, further, share, hits);
        Embedder cached = cache == null ? embedder : CachingEmbedder.over(embedder, cache);
        JudgedHits judged = JudgedHits.of(search, cached, options);
        JudgedHits.Fitted fitted = judged.fit(new HeldOut.Splits(splits, seed, wished()));
        if (out != null) {
            write(out, fitted);
        }
        report(embedder, judged, fitted);
    }

    private static void write(Path target, JudgedHits.Fitted fitted) {
        try {
            ObjectNode object = JSON.createObjectNode();
            object.set("hits", JSON.readTree(fitted.hits().toJson()));
            object.set("best_hit", JSON.readTree(fitted.best().toJson()));
            WholeFiles.file(
                    target.toAbsolutePath(),
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsString(object).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new LaboratoryException("calibration " + target + " cannot be written (" + e.getMessage()
                    + "); free space or choose another place", e);
        }
    }

    private List<Double> wished() {
        return precisions.isEmpty() ? List.of(0.5, 0.8, 0.9) : precisions;
    }

    private void report(Embedder embedder, JudgedHits judged, JudgedHits.Fitted fitted) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("model", embedder.model());
        object.put("fingerprint", embedder.fingerprint().value());
        object.put("queries", judged.queries());
        object.put("unanswerable", judged.unanswerable());
        object.put("hits", hits);
        object.put("error", fitted.hitsError().error().mean());
        object.put("error_best_hit", fitted.bestError().error().mean());
        object.put("held_out", heldOut(fitted.hitsError()));
        object.put("held_out_best_hit", heldOut(fitted.bestError()));
        List<Map<String, Object>> least = new ArrayList<>();
        for (double precision : wished()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("precision", precision);
            one.put("least_score", boxed(fitted.hits().leastScore(precision)));
            one.put("least_score_best_hit", boxed(fitted.best().leastScore(precision)));
            least.add(one);
        }
        object.put("least_scores", least);
        object.put("seed", seed);
        if (common.json()) {
            console.json(object);
            return;
        }
        console.line(String.format(Locale.ROOT,
                "%s: %d queries, %d of them unanswerable, %d hits each", embedder.model(), judged.queries(), judged.unanswerable(), hits));
        line("any hit", fitted.hitsError());
        line("best hit", fitted.bestError());
        for (double precision : wished()) {
            console.line(String.format(Locale.ROOT, "precision %.2f: any hit from %s, the best hit from %s;"
                    + " where the best hit is below, nothing relevant is here", precision,
                    shown(fitted.hits().leastScore(precision)), shown(fitted.best().leastScore(precision))));
        }
        if (out != null) {
            console.line("written to " + out);
        }
    }

    private void line(String which, HeldOut error) {
        console.line(String.format(Locale.ROOT,
                "%s: calibration error on the queries of the other half %.4f on average, %.4f at most, over %d halves"
                        + " (%.4f by chance alone)",
                which, error.error().mean(), error.error().max(), error.splits(), error.chance()));
    }

    private static Map<String, Object> heldOut(HeldOut error) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("splits", error.splits());
        object.put("error_mean", error.error().mean());
        object.put("error_max", error.error().max());
        object.put("error_by_chance", error.chance());
        List<Map<String, Object>> promises = new ArrayList<>();
        for (HeldOut.Promise promise : error.promises()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("precision", promise.precision());
            one.put("splits", promise.splits());
            one.put("achieved", defined(promise.achieved()));
            one.put("gap_mean", defined(promise.gap().mean()));
            one.put("gap_max", defined(promise.gap().max()));
            one.put("hits", promise.hits());
            promises.add(one);
        }
        object.put("promises", promises);
        return object;
    }

    private static @Nullable Double defined(double value) {
        return Double.isNaN(value) ? null : value;
    }

    private static @Nullable Double boxed(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }

    private static String shown(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.4f", value.getAsDouble()) : "no score";
    }

    private void use(Path file, Embedder embedder) {
        if (scores.isEmpty()) {
            throw new ConfigurationException("--use needs scores; give --score S, or several with commas");
        }
        for (double score : scores) {
            if (!Double.isFinite(score)) {
                throw new ConfigurationException("--score is " + score + "; give finite numbers");
            }
        }
        JsonNode object;
        try {
            object = JSON.readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            throw new InvalidInputException("calibration " + file + " is not JSON (" + e.getOriginalMessage() + "); calibrate again", e);
        } catch (NoSuchFileException e) {
            throw new InvalidInputException("calibration " + file + " does not exist; check the path", e);
        } catch (IOException e) {
            throw new InvalidInputException("calibration " + file + " cannot be read: " + e.getMessage() + "; check the path", e);
        }
        if (!object.has("hits") || !object.has("best_hit")) {
            throw new InvalidInputException("file " + file + " is no calibration; make one with `lab calibrate --data DIR --out FILE`");
        }
        Calibration any = Calibration.fromJson(object.path("hits").toString(), embedder.fingerprint());
        Calibration best = Calibration.fromJson(object.path("best_hit").toString(), embedder.fingerprint());
        List<Map<String, Object>> mapped = new ArrayList<>();
        for (double score : scores) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("score", score);
            one.put("probability", any.probability(score));
            one.put("probability_best_hit", best.probability(score));
            mapped.add(one);
            if (!common.json()) {
                console.line(String.format(Locale.ROOT, "%.4f: relevant with probability %.3f, as a query's best hit %.3f",
                        score, any.probability(score), best.probability(score)));
            }
        }
        if (common.json()) {
            console.json(Map.of("scores", mapped));
        }
    }
}
