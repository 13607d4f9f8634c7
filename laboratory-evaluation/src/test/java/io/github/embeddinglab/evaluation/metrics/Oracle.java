package io.github.embeddinglab.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** {@code evaluation.json}: inputs, and figures that scikit-learn, scipy, numpy and pytrec_eval computed from them. */
final class Oracle {
    static final double CLOSE = 1e-6;

    private final JsonNode figures;

    private Oracle(JsonNode figures) {
        this.figures = figures;
    }

    static Oracle read() {
        try (InputStream in = Oracle.class.getResourceAsStream("/evaluation.json")) {
            return new Oracle(new ObjectMapper().readTree(Objects.requireNonNull(in)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A group of inputs and figures. */
    JsonNode group(String name) {
        JsonNode group = figures.get(name);
        assertThat(group).as(name).isNotNull();
        return group;
    }

    static float[][] matrix(JsonNode node) {
        float[][] rows = new float[node.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new float[node.get(i).size()];
            for (int j = 0; j < rows[i].length; j++) {
                rows[i][j] = (float) node.get(i).get(j).doubleValue();
            }
        }
        return rows;
    }

    static double[] vector(JsonNode node) {
        double[] vector = new double[node.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = node.get(i).doubleValue();
        }
        return vector;
    }

    static double[][] doubles(float[][] rows) {
        double[][] copy = new double[rows.length][rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows[i].length; j++) {
                copy[i][j] = rows[i][j];
            }
        }
        return copy;
    }

    static void close(double value, JsonNode group, String name) {
        assertThat(value).as(name).isCloseTo(group.get(name).doubleValue(), within(CLOSE));
    }
}
