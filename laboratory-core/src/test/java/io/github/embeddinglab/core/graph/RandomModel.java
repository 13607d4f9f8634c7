package io.github.embeddinglab.core.graph;

import io.github.embeddinglab.core.graph.EncoderPlan.Layer;
import io.github.embeddinglab.core.graph.EncoderPlan.Linear;
import io.github.embeddinglab.core.graph.EncoderPlan.Mlp;
import io.github.embeddinglab.core.graph.EncoderPlan.Norm;
import io.github.embeddinglab.core.graph.EncoderPlan.Slice;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.EncoderConfig.Activation;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Models with random weights of any size. */
public final class RandomModel {
    private final Random random;
    private final MapTensors tensors = new MapTensors();

    public RandomModel(Random random) {
        this.random = random;
    }

    public MapTensors tensors() {
        return tensors;
    }

    public static EncoderConfig config(Architecture architecture, int layers, int heads, int headSize, int intermediate) {
        return config(architecture, layers, heads, headSize, intermediate, Activation.GELU, 200, 120);
    }

    public static EncoderConfig config(
            Architecture architecture,
            int layers,
            int heads,
            int headSize,
            int intermediate,
            Activation activation,
            int vocabulary,
            int positions) {
        EncoderConfig.Rotary rotary = null;
        if (architecture == Architecture.MODERNBERT) {
            List<Boolean> global = new ArrayList<>();
            for (int i = 0; i < layers; i++) {
                global.add(i % 3 == 0);
            }
            rotary = new EncoderConfig.Rotary(160000, 10000, 8, global, layers % 2 == 0, layers % 3 == 0, heads % 2 == 0);
        }
        int types =
                switch (architecture) {
                    case BERT -> 2;
                    case ROBERTA, XLM_ROBERTA -> 1;
                    default -> 0;
                };
        return new EncoderConfig(
                architecture,
                layers,
                heads * headSize,
                heads,
                intermediate,
                vocabulary,
                positions,
                types,
                activation,
                1e-12f,
                architecture == Architecture.BERT || architecture == Architecture.DISTILBERT ? 0 : 1,
                architecture == Architecture.MPNET ? 32 : 0,
                rotary);
    }

    /** Makes all tensors that an encoder of this configuration reads. */
    public RandomModel fill(EncoderConfig config) {
        EncoderPlan plan = EncoderPlan.of(config);
        int h = config.hidden();
        var embedding = plan.embedding();
        table(embedding.words(), config.vocabulary(), h);
        if (!embedding.positions().isEmpty()) {
            table(embedding.positions(), config.positions(), h);
        }
        if (!embedding.tokenTypes().isEmpty()) {
            table(embedding.tokenTypes(), config.tokenTypes(), h);
        }
        if (config.relativeBuckets() > 0) {
            table("encoder.relative_attention_bias.weight", config.relativeBuckets(), config.heads());
        }
        norm(embedding.norm(), h);
        for (Layer layer : plan.layers()) {
            linear(layer.attention().query());
            linear(layer.attention().key());
            linear(layer.attention().value());
            linear(layer.attention().output());
            norm(layer.afterAttention(), h);
            Mlp mlp = layer.mlp();
            linear(mlp.up());
            if (mlp.gate() != null) {
                linear(mlp.gate());
            }
            linear(mlp.down());
            norm(layer.afterMlp(), h);
        }
        return this;
    }

    ModelModule.Dense dense(String name, int in, int out, boolean biased, ModelModule.DenseActivation activation) {
        put(name + ".weight", 1 / Math.sqrt(in), 0, out, in);
        if (biased) {
            put(name + ".bias", 0.1, 0, out);
        }
        return new ModelModule.Dense(name + ".weight", biased ? name + ".bias" : "", in, out, activation);
    }

    ModelModule.LayerNorm layerNorm(String name, int width) {
        put(name + ".weight", 0.1, 1, width);
        put(name + ".bias", 0.1, 0, width);
        return new ModelModule.LayerNorm(name + ".weight", name + ".bias", width, 1e-5f);
    }

    private void linear(Linear linear) {
        for (Slice slice : linear.slices()) {
            if (!tensors.names().contains(slice.weight())) {
                put(slice.weight(), 1.2 / Math.sqrt(linear.in()), 0, slice.tensorRows(), linear.in());
                if (!slice.bias().isEmpty()) {
                    put(slice.bias(), 0.1, 0, slice.tensorRows());
                }
            }
        }
    }

    private void norm(Norm norm, int width) {
        put(norm.weight(), 0.1, 1, width);
        if (!norm.bias().isEmpty()) {
            put(norm.bias(), 0.1, 0, width);
        }
    }

    private void table(String name, int rows, int columns) {
        put(name, 1, 0, rows, columns);
    }

    private void put(String name, double deviation, double mean, long... shape) {
        long n = 1;
        for (long extent : shape) {
            n *= extent;
        }
        float[] values = new float[Math.toIntExact(n)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        if (random.nextInt(4) == 0) {
            // stored as bfloat16, which both dialects must read as the same floats
            ByteBuffer data = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            for (float value : values) {
                data.putShort((short) (Float.floatToIntBits(value) >>> 16));
            }
            tensors.put(new Tensors.Tensor(name, Tensors.Type.BF16, shape, data.flip()));
        } else {
            tensors.put(name, values, shape);
        }
    }

    /** Rows of random token ids; none is the padding id 0 or 1. */
    static long[][] texts(Random random, int count, int longest, int vocabulary) {
        long[][] texts = new long[count][];
        for (int i = 0; i < count; i++) {
            texts[i] = new long[1 + random.nextInt(longest)];
            for (int j = 0; j < texts[i].length; j++) {
                texts[i][j] = 2L + random.nextInt(vocabulary - 2);
            }
        }
        return texts;
    }
}
