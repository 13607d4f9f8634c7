package io.github.embeddinglab.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.evaluation.statistics.Bootstrap;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Figures that scikit-learn, scipy and pytrec_eval computed, to within 1e-6. */
@Tag("unit")
class ReferenceFiguresTest {
    private final Oracle oracle = Oracle.read();

    private static double[] scores(PairScore kind, float[][] a, float[][] b) {
        double[] scores = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            scores[i] = kind.of(FloatBuffer.wrap(a[i]), FloatBuffer.wrap(b[i]));
        }
        return scores;
    }

    @Test
    void similarity() {
        JsonNode node = oracle.group("similarity");
        float[][] a = Oracle.matrix(node.get("a"));
        float[][] b = Oracle.matrix(node.get("b"));
        double[] gold = new double[a.length];
        for (int i = 0; i < gold.length; i++) {
            gold[i] = node.get("gold").get(i).doubleValue();
        }
        for (PairScore kind : PairScore.values()) {
            assertThat(Correlation.spearman(scores(kind, a, b), gold).value())
                    .as(kind.toString())
                    .isCloseTo(node.get(kind + "_spearman").doubleValue(), within(Oracle.CLOSE));
        }
        assertThat(Correlation.pearson(scores(PairScore.COSINE, a, b), gold).value())
                .isCloseTo(node.get("cosine_pearson").doubleValue(), within(Oracle.CLOSE));
    }

    @Test
    void retrieval() {
        JsonNode node = oracle.group("retrieval");
        float[][] documents = Oracle.matrix(node.get("documents"));
        float[][] queries = Oracle.matrix(node.get("queries"));
        Map<String, Double> sums = new LinkedHashMap<>();
        for (int q = 0; q < queries.length; q++) {
            Map<String, Integer> judged = new LinkedHashMap<>();
            node.get("qrels").get("q" + q).properties().forEach(e -> judged.put(e.getKey(), e.getValue().intValue()));
            Map<String, Double> scores = new LinkedHashMap<>();
            for (int d = 0; d < documents.length; d++) {
                scores.put(
                        "d" + d, PairScore.COSINE.of(FloatBuffer.wrap(queries[q]), FloatBuffer.wrap(documents[d])));
            }
            RankedQuery query = RankedQuery.of(scores, judged);
            for (Map.Entry<String, JsonNode> expected : node.get("per_query").get("q" + q).properties()) {
                double value = figure(query, expected.getKey());
                assertThat(value)
                        .as(expected.getKey() + " of query " + q)
                        .isCloseTo(expected.getValue().doubleValue(), within(Oracle.CLOSE));
                sums.merge(expected.getKey(), value, Double::sum);
            }
        }
        node.get("mean").properties().forEach(expected -> assertThat(
                        sums.getOrDefault(expected.getKey(), Double.NaN) / queries.length)
                .as(expected.getKey())
                .isCloseTo(expected.getValue().doubleValue(), within(Oracle.CLOSE)));
        assertThat(sums).hasSize(16);
    }

    private static double figure(RankedQuery query, String name) {
        int k = name.matches(".*\\d") ? Integer.parseInt(name.replaceAll(".*_", "")) : 0;
        return switch (name.replaceAll("_\\d+$", "")) {
            case "ndcg_cut" -> query.ndcg(k);
            case "map_cut" -> query.averagePrecision(k);
            case "recall" -> query.recall(k);
            case "P" -> query.precision(k);
            case "success" -> query.hit(k);
            case "recip_rank" -> query.reciprocalRank();
            default -> throw new IllegalArgumentException(name);
        };
    }

    @Test
    void clusters() {
        JsonNode node = oracle.group("clusters");
        List<Integer> gold = new ArrayList<>();
        List<Integer> guess = new ArrayList<>();
        node.get("y").forEach(y -> gold.add(y.intValue()));
        node.get("guess").forEach(y -> guess.add(y.intValue()));
        ClusterGeometry geometry = ClusterGeometry.of(Oracle.matrix(node.get("x")), gold);
        Oracle.close(Bootstrap.onAll(MeanMeasure.of(geometry.silhouettes(PairScore.EUCLIDEAN))), node, "silhouette_euclidean");
        Oracle.close(Bootstrap.onAll(MeanMeasure.of(geometry.silhouettes(PairScore.COSINE))), node, "silhouette_cosine");
        Oracle.close(geometry.daviesBouldin(), node, "davies_bouldin");
        assertThat(geometry.calinskiHarabasz() / node.get("calinski_harabasz").doubleValue()).isCloseTo(1, within(Oracle.CLOSE));
        LabelAgreement agreement = LabelAgreement.of(gold, guess);
        Oracle.close(Bootstrap.onAll(agreement.vMeasure()), node, "v_measure");
        Oracle.close(Bootstrap.onAll(agreement.adjustedRand()), node, "adjusted_rand");
        Oracle.close(Bootstrap.onAll(agreement.normalizedMutualInformation()), node, "normalized_mutual_information");
    }

}
