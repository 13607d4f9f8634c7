package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.api.InvalidModelException;
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
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Walks an {@link EncoderPlan} on tensors: token ids (n x t) to token vectors (n x t x h); those of padding are arbitrary, and finite. */
final class EncoderPass {
    /** Added to scores of tokens that are not seen: far below all scores, and finite, so that a row of them stays finite. */
    private static final float UNSEEN = -1e9f;

    private static final String RELATIVE = "encoder.relative_attention_bias.weight";

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
        embeddings().forEach(weights::get);
        last(plan.layers().size()).forEach(weights::get);
    }

    /** Names of the weights below the first layer, and of MPNet's table of distances, which all layers read. */
    Set<String> embeddings() {
        Embedding embedding = plan.embedding();
        Set<String> out = new TreeSet<>(List.of(embedding.words(), embedding.norm().weight()));
        out.add(embedding.positions());
        out.add(embedding.tokenTypes());
        out.add(embedding.norm().bias());
        if (config.relativeBuckets() > 0) {
            out.add(RELATIVE);
        }
        out.remove("");
        return out;
    }

    /** Names of the weights of the last layers. */
    Set<String> last(int layers) {
        Set<String> out = new TreeSet<>();
        plan.layers().subList(plan.layers().size() - layers, plan.layers().size()).forEach(layer -> out.addAll(names(layer)));
        return out;
    }

    private static Set<String> names(Layer layer) {
        Set<String> out = new TreeSet<>();
        for (Linear linear : linears(layer)) {
            linear.slices().forEach(slice -> out.addAll(List.of(slice.weight(), slice.bias())));
        }
        for (Norm norm : List.of(layer.afterAttention(), layer.afterMlp())) {
            out.addAll(List.of(norm.weight(), norm.bias()));
        }
        out.remove("");
        return out;
    }

    /** Names of all matrices of the layers. */
    Set<String> matrices() {
        Set<String> out = new TreeSet<>();
        plan.layers().forEach(layer -> linears(layer).forEach(linear -> linear.slices().forEach(slice -> out.add(slice.weight()))));
        return out;
    }

    /** Name of the table of words. */
    String words() {
        return plan.embedding().words();
    }

    private static List<Linear> linears(Layer layer) {
        List<Linear> out = new ArrayList<>(List.of(
                layer.attention().query(), layer.attention().key(), layer.attention().value(), layer.attention().output(),
                layer.mlp().up(), layer.mlp().down()));
        Linear gate = layer.mlp().gate();
        if (gate != null) {
            out.add(gate);
        }
        return out;
    }

    /** What the layers share: biases of the attention scores, null where all is seen, and rotary tables. */
    private record Scene(@Nullable Tensor global, @Nullable Tensor local, List<Tensor> globalTurn, List<Tensor> localTurn) {}

    /** Masks of one pass; with a key of null nothing is dropped. */
    record Drop(DropoutShares shares, @Nullable DropoutKey key) {
        private static final int EMBEDDING = 0;
        private static final int ATTENTION = 1;
        private static final int INNER = 2;
        private static final int OUTPUT = 3;

        Tensor apply(Tensor x, double share, TokenLayout layout, int layer, int place) {
            DropoutKey masks = key;
            return masks == null || share == 0 ? x : x.dropout(share, layout.seeds(masks, layer, place, x.size(1)));
        }
    }

    Tensor run(TokenBatch batch, Drop drop, @Nullable LayerTape tape) {
        TokenLayout layout = TokenLayout.of(batch);
        List<Tensor> all = walk(batch, layout, drop, tape);
        return layout.square(all.get(all.size() - 1));
    }

    /** Token vectors behind each layer, normalised as the next layer reads them; the last are the encoder's. */
    List<Tensor> layers(TokenBatch batch, Drop drop, @Nullable LayerTape tape) {
        TokenLayout layout = TokenLayout.of(batch);
        return walk(batch, layout, drop, tape).stream().map(layout::square).toList();
    }

    /** The same weights as a decoder, without dropout: a token sees those before it and, in each layer, what crosses over. */
    Tensor decode(TokenBatch batch, List<Crossing> crossings) {
        TokenLayout layout = TokenLayout.of(batch);
        Drop nothing = new Drop(DropoutShares.NONE, null);
        Scene scene = scene(batch, true);
        Tensor embedded = embed(batch, layout, nothing);
        State state = new State(embedded, embedded);
        for (int i = 0; i < plan.layers().size(); i++) {
            state = layer(i, state, layout, nothing, scene, crossings.get(i));
        }
        return layout.square(state.value());
    }

    /** What a layer reads (N x h each): its input, and what its sums begin with; the same tensor unless layers normalise first. */
    private record State(Tensor value, Tensor residual) {
        List<Tensor> tensors() {
            return value == residual ? List.of(value) : List.of(value, residual);
        }

        static State of(List<Tensor> tensors) {
            return new State(tensors.get(0), tensors.get(tensors.size() - 1));
        }
    }

    /** Vectors of the tokens behind each layer, as they lie in the layout (N x h). */
    private List<Tensor> walk(TokenBatch batch, TokenLayout layout, Drop drop, @Nullable LayerTape tape) {
        boolean shared = tape == null || config.relativeBuckets() == 0; // a learned bias is a weight: each layer goes back to it by itself
        Scene scene = shared ? scene(batch, false) : null;
        // below the first weight that is trained nothing is derived, so there is nothing to make again
        boolean derived = tape != null && weights.learns(embeddings());
        Tensor embedded =
                tape != null && derived ? tape.record(() -> List.of(embed(batch, layout, drop))).get(0) : embed(batch, layout, drop);
        State state = new State(embedded, embedded);
        List<Tensor> out = new ArrayList<>();
        for (int i = 0; i < plan.layers().size(); i++) {
            int at = i;
            UnaryOperator<List<Tensor>> layer = in ->
                    layer(at, State.of(in), layout, drop, scene == null ? scene(batch, false) : scene, null).tensors();
            derived = tape != null && (derived || weights.learns(names(plan.layers().get(i))));
            state = State.of(tape != null && derived ? tape.record(layer, state.tensors()) : layer.apply(state.tensors()));
            out.add(state.value());
        }
        return out;
    }

    private State layer(int i, State in, TokenLayout layout, Drop drop, Scene scene, @Nullable Crossing crossing) {
        Layer layer = plan.layers().get(i);
        Tensor attended = linear(attend(layer.attention(), in.value(), layout, scene), layer.attention().output());
        Tensor middleSum = drop.apply(attended, drop.shares().attention(), layout, i, Drop.ATTENTION).add(in.residual());
        if (crossing != null && plan.preNorm()) {
            middleSum = across(middleSum, layout, crossing);
        }
        Tensor middle = norm(middleSum, layer.afterAttention());
        if (crossing != null && !plan.preNorm()) {
            middle = across(middle, layout, crossing).layerNorm(crossing.scale(), crossing.shift(), config.normEpsilon());
        }
        Tensor inner = drop.apply(inner(layer.mlp(), middle), drop.shares().inner(), layout, i, Drop.INNER);
        Tensor outer = drop.apply(linear(inner, layer.mlp().down()), drop.shares().output(), layout, i, Drop.OUTPUT);
        Tensor endSum = outer.add(plan.preNorm() ? middleSum : middle);
        Tensor value = norm(endSum, layer.afterMlp());
        return new State(value, plan.preNorm() ? endSum : value);
    }

    /** Adds a vector of each text (n x 1 x h) to its tokens. */
    private static Tensor across(Tensor x, TokenLayout layout, Crossing crossing) {
        return layout.tokens(layout.square(x).add(crossing.sum()));
    }

    private Tensor embed(TokenBatch batch, TokenLayout layout, Drop drop) {
        return drop.apply(embed(batch, layout), drop.shares().embedding(), layout, -1, Drop.EMBEDDING);
    }

    private Tensor embed(TokenBatch batch, TokenLayout layout) {
        Embedding embedding = plan.embedding();
        int[] ids = batch.ids();
        Tensor sum = weights.get(embedding.words()).rows(layout.of(ids));
        if (!embedding.positions().isEmpty()) {
            sum = sum.add(weights.get(embedding.positions()).rows(plan.positionsFromPadding()
                    ? layout.of(positionsFromPadding(ids, batch.length()))
                    : layout.columns()));
        }
        if (!embedding.tokenTypes().isEmpty()) {
            sum = sum.add(weights.get(embedding.tokenTypes()).narrow(0, 0, 1));
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

    private Scene scene(TokenBatch batch, boolean causal) {
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
        if (causal) {
            padding = plus(before(t), padding);
        }
        Tensor global = config.relativeBuckets() > 0 ? plus(relative(t), padding) : padding;
        Rotary rotary = config.rotary();
        if (rotary == null) {
            return new Scene(global, null, List.of(), List.of());
        }
        return new Scene(
                global, plus(window(t, rotary.window() / 2), padding), turn(t, rotary.globalTheta()), turn(t, rotary.localTheta()));
    }

    /** Hides what comes later, (1 x 1 x t x t). */
    private Tensor before(int t) {
        float[] bias = new float[t * t];
        for (int i = 0; i < bias.length; i++) {
            bias[i] = i % t <= i / t ? 0 : UNSEEN;
        }
        return weights.backend().constant(bias, 1, 1, t, t);
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
        Tensor rows = weights.get(RELATIVE).rows(buckets);
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

    private Tensor attend(Attention attention, Tensor x, TokenLayout layout, Scene scene) {
        List<Tensor> parts = linears(x, List.of(attention.query(), attention.key(), attention.value()));
        Tensor query = heads(layout.square(parts.get(0)));
        Tensor key = heads(layout.square(parts.get(1)));
        Tensor value = heads(layout.square(parts.get(2)));
        List<Tensor> turn = attention.local() ? scene.localTurn() : scene.globalTurn();
        if (!turn.isEmpty()) {
            query = rotate(query, turn);
            key = rotate(key, turn);
        }
        Tensor merged = query.attention(key, value, attention.local() ? scene.local() : scene.global());
        return layout.tokens(merged.transpose(1, 2).reshape(query.size(0), query.size(2), config.hidden()));
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
        Linear gate = mlp.gate();
        if (gate == null) {
            return Activations.apply(config.activation(), linear(x, mlp.up()));
        }
        List<Tensor> parts = linears(x, List.of(mlp.up(), gate));
        return Activations.apply(config.activation(), parts.get(0)).multiply(parts.get(1));
    }

    private Tensor norm(Tensor x, Norm norm) {
        Tensor bias = norm.bias().isEmpty() ? null : weights.get(norm.bias());
        return x.layerNorm(weights.get(norm.weight()), bias, config.normEpsilon());
    }

    private Tensor linear(Tensor x, Linear linear) {
        Slice slice = whole(linear.slices().get(0));
        return weights.linear(x, slice.weight(), slice.bias());
    }

    /** Affine maps of one input; those that are rows of one stored matrix are one product. */
    private List<Tensor> linears(Tensor x, List<Linear> linears) {
        Slice first = linears.get(0).slices().get(0);
        if (first.rows() == first.tensorRows()) {
            return linears.stream().map(linear -> linear(x, linear)).toList();
        }
        int[] rows = linears.stream().mapToInt(Linear::out).toArray();
        return weights.linear(x, first.weight(), first.bias()).split(-1, rows);
    }

    private static Slice whole(Slice slice) {
        if (slice.rows() != slice.tensorRows()) {
            throw new InvalidModelException("rows of " + slice.weight() + " stand alone; read them with the rest of the matrix");
        }
        return slice;
    }
}
