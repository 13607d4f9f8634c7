package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.Tensors;

/** A module after pooling, in plain Java, for models that run without a graph. */
@FunctionalInterface
interface VectorStep {
    /** Gives a new vector, or changes and gives the one it got. */
    float[] apply(float[] vector);

    static VectorStep of(ModelModule module, Tensors tensors) {
        if (module instanceof ModelModule.Normalize) {
            return vector -> {
                LocalEmbedder.normalize(vector, 0, vector.length);
                return vector;
            };
        }
        if (module instanceof ModelModule.Dense dense) {
            return dense(dense, tensors.floats(dense.weight()), dense.bias().isEmpty() ? new float[dense.out()] : tensors.floats(dense.bias()));
        }
        if (module instanceof ModelModule.LayerNorm norm) {
            return layerNorm(norm, tensors.floats(norm.weight()), tensors.floats(norm.bias()));
        }
        throw new InvalidModelException("a static model cannot hold the module " + module + "; its table is already pooled");
    }

    private static VectorStep dense(ModelModule.Dense dense, float[] weight, float[] bias) {
        return vector -> {
            float[] out = new float[dense.out()];
            for (int o = 0; o < out.length; o++) {
                double sum = bias[o];
                for (int i = 0; i < dense.in(); i++) {
                    sum += (double) weight[o * dense.in() + i] * vector[i];
                }
                out[o] = (float) dense.activation().of(sum);
            }
            return out;
        };
    }

    private static VectorStep layerNorm(ModelModule.LayerNorm norm, float[] weight, float[] bias) {
        return vector -> {
            double mean = 0;
            for (float value : vector) {
                mean += value;
            }
            mean /= vector.length;
            double variance = 0;
            for (float value : vector) {
                variance += (value - mean) * (value - mean);
            }
            double scale = 1 / Math.sqrt(variance / vector.length + norm.epsilon());
            float[] out = new float[vector.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = (float) ((vector[i] - mean) * scale * weight[i] + bias[i]);
            }
            return out;
        };
    }
}
