package io.github.embeddinglab.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.core.decoration.HierarchicalEmbedder;
import io.github.embeddinglab.core.decoration.HierarchicalEmbedder.Levels;
import io.github.embeddinglab.evaluation.metrics.RankedQuery;
import io.github.embeddinglab.evaluation.statistics.Bootstrap;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Ways to find a long article by a question about its text, against plain truncation: the table of
 * {@code docs/measurements/hierarchical.md}. Arguments: the folder {@code longdoc}, then models.
 */
final class LongDocumentMeasurement {
    private static final int CUTOFF = 10;

    private final List<String> documents = new ArrayList<>();
    private final List<String> questions = new ArrayList<>();
    private final List<Integer> gold = new ArrayList<>();
    private final int[] questionsOf;

    private LongDocumentMeasurement(Path folder) throws IOException {
        Map<String, Integer> rows = new HashMap<>();
        for (JsonNode document : lines(folder.resolve("covidqa.docs.jsonl.gz"))) {
            rows.put(document.get("_id").asText(), documents.size());
            documents.add(document.get("text").textValue());
        }
        questionsOf = new int[documents.size()];
        for (JsonNode question : lines(folder.resolve("covidqa.questions.jsonl.gz"))) {
            int row = rows.getOrDefault(question.get("doc").asText(), -1);
            questions.add(question.get("question").textValue());
            gold.add(row);
            questionsOf[row]++;
        }
    }

    private static List<JsonNode> lines(Path file) throws IOException {
        ObjectMapper json = JsonMapper.builder().build();
        List<JsonNode> nodes = new ArrayList<>();
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                nodes.add(json.readTree(line));
            }
        }
        return nodes;
    }

    public static void main(String[] args) throws IOException {
        LongDocumentMeasurement measurement = new LongDocumentMeasurement(Path.of(args[0]));
        try (EmbeddingLaboratory lab = EmbeddingLaboratory.open()) {
            for (int i = 1; i < args.length; i++) {
                measurement.run(lab, args[i]);
            }
        }
    }

    private void run(EmbeddingLaboratory lab, String model) {
        EmbedOptions asDocuments = EmbedOptions.defaults().role(Role.DOCUMENT);
        Map<String, double[]> figures = new LinkedHashMap<>();
        try (Embedder plain = lab.models().load(model)) {
            Embeddings asked = plain.embed(questions, EmbedOptions.defaults().role(Role.QUERY));
            float[][] cut = plain.embed(documents, asDocuments).toArrays();
            figures.put("truncated", ndcg(asked, cut));
            figures.put("split (token-weighted mean)", ndcg(asked, plain.embed(documents, asDocuments.overflow(Overflow.SPLIT)).toArrays()));
            for (int tokens : new int[] {256, 128}) {
                Levels levels = HierarchicalEmbedder.over(lab.models().load(model), tokens).levels(documents, asDocuments);
                String of = ", windows of " + tokens;
                figures.put("mean" + of, ndcg(asked, pooled(levels, (used, i) -> 1)));
                figures.put("token-weighted mean" + of, ndcg(asked, pooled(levels, (used, i) -> used)));
                figures.put("tokens / (1 + i)" + of, ndcg(asked, pooled(levels, (used, i) -> used / (1.0 + i))));
                figures.put("tokens / sqrt(1 + i): hierarchical" + of, ndcg(asked, levels.documents().toArrays()));
                figures.put("truncated + token-weighted mean" + of, ndcg(asked, sum(cut, pooled(levels, (used, i) -> used))));
                figures.put("best window (max-sim)" + of, best(asked, levels, 0));
                figures.put("0.8 best window + 0.2 document" + of, best(asked, levels, 0.2));
            }
        }
        double[] base = figures.values().iterator().next();
        System.out.printf(Locale.ROOT, "%s: %d articles, %d questions%n", model, documents.size(), questions.size());
        figures.forEach((name, values) -> {
            Score change = Bootstrap.interval(byArticle(base, values), Sampling.defaults());
            System.out.printf(
                    Locale.ROOT, "| %s | %.4f | %+.4f [%+.4f, %+.4f] |%n", name, mean(values), change.value(), change.low(), change.high());
        });
    }

    /** Questions about one article are no independent units: whole articles are drawn. */
    private Measure byArticle(double[] first, double[] second) {
        double[] gains = new double[documents.size()];
        for (int q = 0; q < first.length; q++) {
            gains[gold.get(q)] += second[q] - first[q];
        }
        return new Measure() {
            @Override
            public int units() {
                return gains.length;
            }

            @Override
            public double on(int[] counts) {
                double sum = 0;
                long size = 0;
                for (int i = 0; i < gains.length; i++) {
                    sum += counts[i] * gains[i];
                    size += (long) counts[i] * questionsOf[i];
                }
                return size == 0 ? Double.NaN : sum / size;
            }
        };
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private interface Weight {
        double of(int tokens, int place);
    }

    private float[][] pooled(Levels levels, Weight weight) {
        float[][] sums = new float[documents.size()][levels.windows().dimensions()];
        int place = 0;
        for (int row = 0; row < levels.spans().size(); row++) {
            int document = levels.spans().get(row).document();
            place = row > 0 && levels.spans().get(row - 1).document() == document ? place + 1 : 0;
            double factor = weight.of(levels.windows().tokenUse(row).used(), place);
            for (int j = 0; j < sums[document].length; j++) {
                sums[document][j] += (float) (factor * levels.windows().value(row, j));
            }
        }
        return sums;
    }

    private static float[][] sum(float[][] a, float[][] b) {
        float[][] sums = new float[a.length][];
        for (int row = 0; row < a.length; row++) {
            sums[row] = a[row].clone();
            double norm = Math.sqrt(dot(b[row], b[row]));
            for (int j = 0; j < sums[row].length; j++) {
                sums[row][j] += (float) (b[row][j] / norm);
            }
        }
        return sums;
    }

    private double[] ndcg(Embeddings asked, float[][] rows) {
        double[][] scores = new double[questions.size()][rows.length];
        for (int q = 0; q < scores.length; q++) {
            float[] query = asked.vector(q);
            for (int row = 0; row < rows.length; row++) {
                scores[q][row] = dot(query, rows[row]) / Math.sqrt(dot(rows[row], rows[row]));
            }
        }
        return judged(scores);
    }

    private double[] best(Embeddings asked, Levels levels, double ofDocument) {
        double[][] scores = new double[questions.size()][documents.size()];
        float[][] windows = levels.windows().toArrays();
        float[][] whole = levels.documents().toArrays();
        for (int q = 0; q < scores.length; q++) {
            Arrays.fill(scores[q], Double.NEGATIVE_INFINITY);
            float[] query = asked.vector(q);
            for (int row = 0; row < windows.length; row++) {
                int document = levels.spans().get(row).document();
                double score = (1 - ofDocument) * dot(query, windows[row]) + ofDocument * dot(query, whole[document]);
                scores[q][document] = Math.max(scores[q][document], score);
            }
        }
        return judged(scores);
    }

    private double[] judged(double[][] scores) {
        double[] values = new double[scores.length];
        for (int q = 0; q < scores.length; q++) {
            int rank = 1;
            double own = scores[q][gold.get(q)];
            for (int row = 0; row < scores[q].length; row++) {
                rank += scores[q][row] > own ? 1 : 0;
            }
            values[q] = RankedQuery.ofRanks(new int[] {rank}, new int[] {1}, new int[] {1}).ndcg(CUTOFF);
        }
        return values;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += (double) a[j] * b[j];
        }
        return sum;
    }
}
