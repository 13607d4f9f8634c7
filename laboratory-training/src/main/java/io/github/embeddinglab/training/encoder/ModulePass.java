package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import io.github.embeddinglab.training.Mask;
import io.github.embeddinglab.training.Tensor;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** What follows the encoder: pooling of token vectors (n x t x h) to (n x d), then the modules on (n x d). */
final class ModulePass {
    private static final double BELOW_ALL = -1e9;

    private final List<ModelModule> modules;
    private final Weights weights;

    ModulePass(List<ModelModule> modules, Weights weights) {
        this.modules = modules;
        this.weights = weights;
        for (ModelModule module : modules) {
            if (module instanceof ModelModule.Dense dense) {
                weights.get(dense.weight());
                bias(dense);
            } else if (module instanceof ModelModule.LayerNorm norm) {
                weights.get(norm.weight());
                weights.get(norm.bias());
            }
        }
    }

    private @Nullable Tensor bias(ModelModule.Dense dense) {
        return dense.bias().isEmpty() ? null : weights.get(dense.bias());
    }

    /** Runs a transformer's modules on token vectors. */
    Tensor run(Tensor tokens, TokenBatch batch) {
        Tensor x = tokens;
        for (ModelModule module : modules) {
            x = module instanceof ModelModule.Pooling pooling ? pool(pooling, x, batch) : step(module, x);
        }
        return x;
    }

    private Tensor pool(ModelModule.Pooling pooling, Tensor tokens, TokenBatch batch) {
        if (tokens.shape().length != 3) {
            throw new InvalidModelException("modules.json lists a second pooling; only one can follow the encoder");
        }
        List<Tensor> parts = pooling.modes().stream().map(mode -> pool(mode, pooling, tokens, batch)).toList();
        return parts.size() == 1 ? parts.get(0) : parts.get(0).concat(parts.subList(1, parts.size()), 1);
    }

    private Tensor pool(PoolingMode mode, ModelModule.Pooling pooling, Tensor tokens, TokenBatch batch) {
        int n = batch.rows();
        int t = batch.length();
        int h = tokens.size(2);
        return switch (mode) {
            case CLS -> pooling.includePrompt() ? tokens.narrow(1, 0, 1).reshape(n, h) : weightedSum(tokens, one(batch, batch::firstPooled));
            case MAX -> tokens
                    .maskedFill(Mask.where(at -> !batch.pooled(at / t, at % t), n, t, 1), BELOW_ALL)
                    .max(1)
                    .reshape(n, h);
            case MEAN -> weightedSum(tokens, shares(batch, column -> 1, 1));
            case MEAN_SQRT_LEN -> weightedSum(tokens, shares(batch, column -> 1, 0.5));
            case WEIGHTED_MEAN -> weightedSum(tokens, shares(batch, column -> column + 1, 1));
            case LAST_TOKEN -> weightedSum(tokens, one(batch, batch::last));
        };
    }

    /** One at a column of each row, zero elsewhere. */
    private static float[] one(TokenBatch batch, IntUnaryOperator column) {
        float[] out = new float[batch.rows() * batch.length()];
        for (int row = 0; row < batch.rows(); row++) {
            out[row * batch.length() + column.applyAsInt(row)] = 1;
        }
        return out;
    }

    private interface ColumnWeight {
        float of(int column);
    }

    /** Weights of pooled tokens, divided by their sum to a power. */
    private static float[] shares(TokenBatch batch, ColumnWeight weight, double power) {
        int t = batch.length();
        float[] out = new float[batch.rows() * t];
        for (int row = 0; row < batch.rows(); row++) {
            double total = 0;
            for (int column = 0; column < t; column++) {
                total += batch.pooled(row, column) ? weight.of(column) : 0;
            }
            for (int column = 0; column < t; column++) {
                if (batch.pooled(row, column)) {
                    out[row * t + column] = (float) (weight.of(column) / Math.pow(total, power));
                }
            }
        }
        return out;
    }

    private Tensor weightedSum(Tensor tokens, float[] tokenWeights) {
        int n = tokens.size(0);
        return weights.backend().constant(tokenWeights, n, 1, tokens.size(1)).matmul(tokens).reshape(n, tokens.size(2));
    }

    /** Mean of the token vectors, which is how a static model pools; a text without tokens gives zeros. */
    Tensor mean(Tensor tokens, TokenBatch batch) {
        return weightedSum(tokens, shares(batch, column -> 1, 1));
    }

    private Tensor step(ModelModule module, Tensor x) {
        if (module instanceof ModelModule.Dense dense) {
            return Activations.apply(dense.activation(), x.linear(weights.get(dense.weight()), bias(dense)));
        }
        if (module instanceof ModelModule.LayerNorm norm) {
            return x.layerNorm(weights.get(norm.weight()), weights.get(norm.bias()), norm.epsilon());
        }
        return x.normalise(1);
    }
}
