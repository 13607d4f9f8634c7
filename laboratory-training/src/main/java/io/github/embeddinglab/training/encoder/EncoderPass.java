package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.core.graph.EncoderPlan;
import io.github.embeddinglab.core.graph.EncoderPlan.Attention;
import io.github.embeddinglab.core.graph.EncoderPlan.Embedding;
import io.github.embeddinglab.core.graph.EncoderPlan.Layer;
import io.github.embeddinglab.core.graph.EncoderPlan.Linear;
import io.github.embeddinglab.core.graph.EncoderPlan.Mlp;
import io.github.embeddinglab.core.graph.EncoderPlan.Norm;
import io.github.embeddinglab.core.graph.EncoderPlan.Slice;
import io.github.embeddinglab.core.graph.RelativePositions;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.EncoderConfig.Rotary;
import io.github.embeddinglab.training.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Walks an {@link EncoderPlan} on tensors: token ids (n x t) to token vectors (n x t x h). Without dropout. */
final class EncoderPass {
    /** Added to scores of tokens that are not seen: far below all scores, and finite, so that a row of them stays finite. */
    private static final float UNSEEN = -1e9f;

    private final EncoderPlan plan;
    private final EncoderConfig config;
    private final Weights weights;

    EncoderPass(EncoderConfig config, Weights weights) {
        this.plan = EncoderPlan.of(config);
        this.config = config;
        this.weights = weights;
        touch();
    }

    /** Loads all weights, so that the list of parameters is whole before the first batch. */
    private void touch() {
        weights.get(plan.embedding().words());
        touch(plan.embedding().positions());
        touch(plan.embedding().tokenTypes());
        touch(plan.embedding().norm());
        touch(config.relativeBuckets() > 0 ? "encoder.relative_attention_bias.weight" : "");
        for (Layer layer : plan.layers()) {
            List<Linear> linears = new ArrayList<>(List.of(
                    layer.attention().query(), layer.attention().key(), layer.attention().value(), layer.attention().output(),
                    layer.mlp().up(), layer.mlp().down()));
            Linear gate = layer.mlp().gate();
            if (gate != null) {
                linears.add(gate);
            }
            linears.forEach(linear -> linear.slices().forEach(slice -> {
                touch(slice.weight());
                touch(slice.bias());
            }));
            touch(layer.afterAttention());
            touch(layer.afterMlp());
        }
    }

    private void touch(Norm norm) {
        touch(norm.weight());
        touch(norm.bias());
    }

    private void touch(String name) {
        if (!name.isEmpty()) {
            weights.get(name);
        }
    }

    /** What the layers share: biases of the attention scores, null where all is seen, and rotary tables. */
    private record Scene(@Nullable Tensor global, @Nullable Tensor local, List<Tensor> globalTurn, List<Tensor> localTurn) {}

    Tensor run(TokenBatch batch) {
        Scene scene = scene(batch);
        Tensor value = embed(batch);
        Tensor residual = value;
        for (Layer layer : plan.layers()) {
            Tensor attended = attend(layer.attention(), value, scene);
            Tensor middleSum = linear(attended, layer.attention().output()).add(residual);
            Tensor middle = norm(middleSum, layer.afterAttention());
            Tensor endSum = linear(inner(layer.mlp(), middle), layer.mlp().down()).add(plan.preNorm() ? middleSum : middle);
            value = norm(endSum, layer.afterMlp());
            residual = plan.preNorm() ? endSum : value;
        }
        return value;
    }

    private Tensor embed(TokenBatch batch) {
        Embedding embedding = plan.embedding();
        int n = batch.rows();
        int t = batch.length();
        int[] ids = batch.ids();
        Tensor sum = weights.get(embedding.words()).rows(ids).reshape(n, t, config.hidden());
        if (!embedding.positions().isEmpty()) {
            Tensor table = weights.get(embedding.positions());
            sum = sum.add(plan.positionsFromPadding()
                    ? table.rows(positionsFromPadding(ids, t)).reshape(n, t, config.hidden())
                    : table.narrow(0, 0, t).reshape(1, t, config.hidden()));
        }
        if (!embedding.tokenTypes().isEmpty()) {
            sum = sum.add(weights.get(embedding.tokenTypes()).narrow(0, 0, 1).reshape(1, 1, config.hidden()));
        }
        return norm(sum, embedding.norm());
    }

    private int[] positionsFromPadding(int[] ids, int t) {
        int pad = config.padTokenId();
        int[] out = new int[ids.length];
        int counted = 0;
        for (int i = 0; i < ids.length; i++) {
            counted = i % t == 0 ? 0 : counted;
            out[i] = ids[i] == pad ? pad : pad + ++counted;
        }
        return out;
    }

    private Scene scene(TokenBatch batch) {
        int n = batch.rows();
        int t = batch.length();
        Tensor padding = null;
        if (batch.padded()) {
            float[] bias = new float[n * t];
            for (int i = 0; i < bias.length; i++) {
                bias[i] = batch.real(i / t, i % t) ? 0 : UNSEEN;
            }
            padding = weights.backend().constant(bias, n, 1, 1, t);
        }
        Tensor global = config.relativeBuckets() > 0 ? plus(relative(t), padding) : padding;
        Rotary rotary = config.rotary();
        if (rotary == null) {
            return new Scene(global, null, List.of(), List.of());
        }
        return new Scene(
                global, plus(window(t, rotary.window() / 2), padding), turn(t, rotary.globalTheta()), turn(t, rotary.localTheta()));
    }

    private static Tensor plus(Tensor bias, @Nullable Tensor padding) {
        return padding == null ? bias : bias.add(padding);
    }

    /** Learned bias by distance, (1 x heads x t x t). */
    private Tensor relative(int t) {
        int[] buckets = new int[t * t];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = RelativePositions.bucket(i % t - i / t, EncoderConfig.MPNET_BUCKETS);
        }
        Tensor rows = weights.get("encoder.relative_attention_bias.weight").rows(buckets);
        return rows.transpose(0, 1).reshape(1, config.heads(), t, t);
    }

    private Tensor window(int t, int reach) {
        float[] bias = new float[t * t];
        for (int i = 0; i < bias.length; i++) {
            bias[i] = Math.abs(i % t - i / t) <= reach ? 0 : UNSEEN;
        }
        return weights.backend().constant(bias, 1, 1, t, t);
    }

    /** Cosines and sines of the rotary angles, each (t x head size / 2), in single precision as the reference has them. */
    private List<Tensor> turn(int t, double theta) {
        int half = config.headSize() / 2;
        float[] cosines = new float[t * half];
        float[] sines = new float[t * half];
        for (int i = 0; i < half; i++) {
            float inverse = 1f / (float) Math.pow(theta, (float) (2 * i) / config.headSize());
            for (int p = 0; p < t; p++) {
                float angle = p * inverse;
                cosines[p * half + i] = (float) Math.cos(angle);
                sines[p * half + i] = (float) Math.sin(angle);
            }
        }
        return List.of(weights.backend().constant(cosines, t, half), weights.backend().constant(sines, t, half));
    }

    private Tensor attend(Attention attention, Tensor x, Scene scene) {
        Tensor query = heads(linear(x, attention.query()));
        Tensor key = heads(linear(x, attention.key()));
        Tensor value = heads(linear(x, attention.value()));
        List<Tensor> turn = attention.local() ? scene.localTurn() : scene.globalTurn();
        if (!turn.isEmpty()) {
            query = rotate(query, turn);
            key = rotate(key, turn);
        }
        Tensor merged = query.attention(key, value, attention.local() ? scene.local() : scene.global());
        return merged.transpose(1, 2).reshape(x.size(0), x.size(1), config.hidden());
    }

    private Tensor heads(Tensor x) {
        return x.reshape(x.size(0), x.size(1), config.heads(), config.headSize()).transpose(1, 2);
    }

    private Tensor rotate(Tensor x, List<Tensor> turn) {
        int half = config.headSize() / 2;
        Tensor left = x.narrow(3, 0, half);
        Tensor right = x.narrow(3, half, half);
        Tensor cosines = turn.get(0);
        Tensor sines = turn.get(1);
        Tensor turnedLeft = left.multiply(cosines).subtract(right.multiply(sines));
        Tensor turnedRight = right.multiply(cosines).add(left.multiply(sines));
        return turnedLeft.concat(List.of(turnedRight), 3);
    }

    private Tensor inner(Mlp mlp, Tensor x) {
        Tensor active = Activations.apply(config.activation(), linear(x, mlp.up()));
        Linear gate = mlp.gate();
        return gate == null ? active : active.multiply(linear(x, gate));
    }

    private Tensor norm(Tensor x, Norm norm) {
        Tensor bias = norm.bias().isEmpty() ? null : weights.get(norm.bias());
        return x.layerNorm(weights.get(norm.weight()), bias, config.normEpsilon());
    }

    private Tensor linear(Tensor x, Linear linear) {
        Slice slice = linear.slices().get(0); // a plan as read from the folder has one slice a matrix; joining is the compiler's
        Tensor weight = Objects.requireNonNull(part(slice.weight(), slice));
        return x.linear(weight, part(slice.bias(), slice));
    }

    private @Nullable Tensor part(String name, Slice slice) {
        if (name.isEmpty()) {
            return null;
        }
        Tensor whole = weights.get(name);
        return slice.rows() == slice.tensorRows() ? whole : whole.narrow(0, slice.first(), slice.rows());
    }
}
