package io.github.embeddinglab.core.onnx;

import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.Tensors;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A post-norm encoder written from its formula in double arithmetic, one text at a time: slow, and independent of every graph.
 */
final class ReferenceEncoder {
    private final EncoderConfig config;
    private final Tensors tensors;
    private final TensorNames names;
    private final Map<String, float[]> loaded = new HashMap<>();

    ReferenceEncoder(EncoderConfig config, Tensors tensors) {
        this.config = config;
        this.tensors = tensors;
        this.names = TensorNames.of(config.architecture());
    }

    /** Token vectors (tokens x hidden) of a text without padding. */
    double[][] encode(int[] ids) {
        boolean counted = config.architecture() != Architecture.BERT && config.architecture() != Architecture.DISTILBERT;
        int first = counted ? config.padTokenId() + 1 : 0;
        int hidden = config.hidden();
        double[][] x = new double[ids.length][hidden];
        for (int t = 0; t < ids.length; t++) {
            for (int c = 0; c < hidden; c++) {
                x[t][c] = floats("embeddings.word_embeddings.weight")[ids[t] * hidden + c]
                        + floats("embeddings.position_embeddings.weight")[(first + t) * hidden + c];
                if (config.tokenTypes() > 0) {
                    x[t][c] += floats("embeddings.token_type_embeddings.weight")[c];
                }
            }
        }
        norm(x, "embeddings.LayerNorm");
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = names.layers() + layer + ".";
            double[][] attended = linear(attention(x, prefix), prefix + names.mix());
            add(attended, x);
            norm(attended, prefix + names.attentionNorm());
            double[][] wide = linear(attended, prefix + names.first());
            for (double[] row : wide) {
                for (int c = 0; c < row.length; c++) {
                    row[c] = activation(row[c]);
                }
            }
            double[][] out = linear(wide, prefix + names.second());
            add(out, attended);
            norm(out, prefix + names.norm());
            x = out;
        }
        return x;
    }

    private double activation(double v) {
        return switch (config.activation()) {
            case GELU -> ProbeArithmetic.gelu(v);
            case GELU_TANH -> ProbeArithmetic.geluTanh(v);
            case RELU -> Math.max(v, 0);
            case SILU -> v / (1 + Math.exp(-v));
            default -> throw new IllegalArgumentException(config.activation() + " is not exported here");
        };
    }

    private double[][] attention(double[][] x, String prefix) {
        double[][] q = linear(x, prefix + names.query());
        double[][] k = linear(x, prefix + names.key());
        double[][] v = linear(x, prefix + names.value());
        float @Nullable [] bias = config.relativeBuckets() == 0 ? null : floats("encoder.relative_attention_bias.weight");
        int size = config.headSize();
        double[][] out = new double[x.length][config.hidden()];
        for (int head = 0; head < config.heads(); head++) {
            for (int i = 0; i < x.length; i++) {
                double[] scores = new double[x.length];
                double sum = 0;
                for (int j = 0; j < x.length; j++) {
                    double dot = 0;
                    for (int c = head * size; c < (head + 1) * size; c++) {
                        dot += q[i][c] * k[j][c];
                    }
                    dot /= Math.sqrt(size);
                    if (bias != null) {
                        dot += bias[AttentionProbe.bucket(j - i, config.relativeBuckets()) * config.heads() + head];
                    }
                    scores[j] = Math.exp(dot);
                    sum += scores[j];
                }
                for (int j = 0; j < x.length; j++) {
                    for (int c = head * size; c < (head + 1) * size; c++) {
                        out[i][c] += scores[j] / sum * v[j][c];
                    }
                }
            }
        }
        return out;
    }

    private double[][] linear(double[][] x, String name) {
        float[] weight = floats(name + ".weight");
        float[] bias = floats(name + ".bias");
        double[][] out = new double[x.length][bias.length];
        for (int t = 0; t < x.length; t++) {
            for (int o = 0; o < bias.length; o++) {
                double sum = bias[o];
                for (int c = 0; c < x[t].length; c++) {
                    sum += x[t][c] * weight[o * x[t].length + c];
                }
                out[t][o] = sum;
            }
        }
        return out;
    }

    private void norm(double[][] x, String name) {
        float[] weight = floats(name + ".weight");
        float[] bias = floats(name + ".bias");
        for (double[] row : x) {
            double mean = 0;
            for (double v : row) {
                mean += v / row.length;
            }
            double variance = 0;
            for (double v : row) {
                variance += (v - mean) * (v - mean) / row.length;
            }
            double scale = 1 / Math.sqrt(variance + config.normEpsilon());
            for (int c = 0; c < row.length; c++) {
                row[c] = (row[c] - mean) * scale * weight[c] + bias[c];
            }
        }
    }

    private static void add(double[][] to, double[][] what) {
        for (int t = 0; t < to.length; t++) {
            for (int c = 0; c < to[t].length; c++) {
                to[t][c] += what[t][c];
            }
        }
    }

    private float[] floats(String name) {
        return loaded.computeIfAbsent(name, tensors::floats);
    }
}
