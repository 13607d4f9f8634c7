package io.github.embeddinglab.core.graph;

import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.EncoderConfig.Rotary;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * What an encoder computes, said once for both dialects and for training: which tensors, in which order. A layer adds the output of its
 * attention to the residual and normalises, then does the same with its feed-forward part. With pre-norm the residual
 * is the bare sum, otherwise it is the normalised sum; nothing else differs between the families.
 *
 * @param config sizes
 * @param embedding tokens to the first vectors
 * @param layers the transformer layers
 * @param preNorm whether residuals are bare sums
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record EncoderPlan(EncoderConfig config, Embedding embedding, List<Layer> layers, boolean preNorm) {

    /** Copies the list. */
    public EncoderPlan {
        layers = List.copyOf(layers);
    }

    /**
     * Sum of the tables, normalised.
     *
     * @param words tensor (vocabulary x h)
     * @param positions tensor (positions x h), empty where there is none
     * @param tokenTypes tensor (types x h), empty where there is none
     * @param norm normalisation of the sum
     */
    public record Embedding(String words, String positions, String tokenTypes, Norm norm) {}

    /** One transformer layer; {@code gate} is null where the feed-forward part has no gate. */
    public record Layer(Attention attention, Norm afterAttention, Mlp mlp, Norm afterMlp) {}

    /**
     * Self-attention.
     *
     * @param query rows of the query matrix
     * @param key rows of the key matrix
     * @param value rows of the value matrix
     * @param output the matrix after the heads
     * @param local whether a token sees a window only
     */
    public record Attention(Linear query, Linear key, Linear value, Linear output, boolean local) {}

    /** Feed-forward part: {@code down(activation(up x))}, or {@code down(activation(up x) * gate x)} with a gate. */
    public record Mlp(Linear up, @Nullable Linear gate, Linear down) {}

    /**
     * Layer normalisation.
     *
     * @param weight tensor (h)
     * @param bias tensor (h), empty where there is none
     */
    public record Norm(String weight, String bias) {}

    /**
     * y = W x + b, W and b being rows of stored tensors put below each other.
     *
     * @param name of the rewritten weight
     * @param in columns of W
     * @param slices the rows
     */
    public record Linear(String name, int in, List<Slice> slices) {
        /** Copies the list. */
        public Linear {
            slices = List.copyOf(slices);
        }

        static Linear of(String tensor, int in, int out, boolean biased) {
            String bias = biased ? tensor + ".bias" : "";
            return new Linear(tensor, in, List.of(new Slice(tensor + ".weight", bias, 0, out, out)));
        }

        /** Puts matrices of equal width below each other. */
        static Linear join(String name, Linear... parts) {
            List<Slice> slices = new ArrayList<>();
            for (Linear part : parts) {
                slices.addAll(part.slices);
            }
            return new Linear(name, parts[0].in, slices);
        }

        /** Rows {@code first} to {@code first + count} of a matrix that is one stored tensor. */
        Linear rows(String part, int first, int count) {
            Slice whole = slices.get(0);
            return new Linear(
                    name + "." + part,
                    in,
                    List.of(new Slice(whole.weight(), whole.bias(), first, count, whole.tensorRows())));
        }

        /**
         * Whether there is a bias.
         *
         * @return true where each slice names one
         */
        public boolean biased() {
            return !slices.get(0).bias().isEmpty();
        }

        /**
         * Rows of W.
         *
         * @return width of y
         */
        public int out() {
            return slices.stream().mapToInt(Slice::rows).sum();
        }
    }

    /** Rows {@code first} to {@code first + rows} of a tensor of {@code tensorRows} rows, and of its bias. */
    public record Slice(String weight, String bias, int first, int rows, int tensorRows) {}

    /**
     * Whether positions are counted over the tokens that are not padding, after the padding index.
     *
     * @return true for the RoBERTa family and MPNet
     */
    public boolean positionsFromPadding() {
        return switch (config.architecture()) {
            case ROBERTA, XLM_ROBERTA, MPNET -> true;
            default -> false;
        };
    }

    /**
     * Describes the encoder of a model.
     *
     * @param config sizes
     * @return the plan
     * @throws InvalidModelException for a static model
     */
    public static EncoderPlan of(EncoderConfig config) {
        return switch (config.architecture()) {
            case BERT, ROBERTA, XLM_ROBERTA -> postNorm(
                    config,
                    config.tokenTypes() > 0 ? "embeddings.token_type_embeddings.weight" : "",
                    "encoder.layer.",
                    new LayerNames(
                            "attention.self.query",
                            "attention.self.key",
                            "attention.self.value",
                            "attention.output.dense",
                            "attention.output.LayerNorm",
                            "intermediate.dense",
                            "output.dense",
                            "output.LayerNorm"));
            case MPNET -> postNorm(
                    config,
                    "",
                    "encoder.layer.",
                    new LayerNames(
                            "attention.attn.q",
                            "attention.attn.k",
                            "attention.attn.v",
                            "attention.attn.o",
                            "attention.LayerNorm",
                            "intermediate.dense",
                            "output.dense",
                            "output.LayerNorm"));
            case DISTILBERT -> postNorm(
                    config,
                    "",
                    "transformer.layer.",
                    new LayerNames(
                            "attention.q_lin",
                            "attention.k_lin",
                            "attention.v_lin",
                            "attention.out_lin",
                            "sa_layer_norm",
                            "ffn.lin1",
                            "ffn.lin2",
                            "output_layer_norm"));
            case MODERNBERT -> modernBert(config);
            case STATIC -> throw new InvalidModelException(
                    "a static model has no encoder to compile; embed with its token table");
        };
    }

    private record LayerNames(
            String query,
            String key,
            String value,
            String output,
            String attentionNorm,
            String up,
            String down,
            String mlpNorm) {}

    private static EncoderPlan postNorm(EncoderConfig config, String tokenTypes, String prefix, LayerNames names) {
        int h = config.hidden();
        int m = config.intermediate();
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            String p = prefix + i + ".";
            layers.add(new Layer(
                    new Attention(
                            Linear.of(p + names.query, h, h, true),
                            Linear.of(p + names.key, h, h, true),
                            Linear.of(p + names.value, h, h, true),
                            Linear.of(p + names.output, h, h, true),
                            false),
                    norm(p + names.attentionNorm, true),
                    new Mlp(Linear.of(p + names.up, h, m, true), null, Linear.of(p + names.down, m, h, true)),
                    norm(p + names.mlpNorm, true)));
        }
        Embedding embedding = new Embedding(
                "embeddings.word_embeddings.weight",
                "embeddings.position_embeddings.weight",
                tokenTypes,
                norm("embeddings.LayerNorm", true));
        return new EncoderPlan(config, embedding, layers, false);
    }

    private static EncoderPlan modernBert(EncoderConfig config) {
        Rotary rotary = rotary(config);
        if (config.architecture() == Architecture.MODERNBERT && rotary.globalLayer().size() != config.layers()) {
            throw new InvalidModelException("the configuration tells for " + rotary.globalLayer().size()
                    + " layers whether they see the whole text, the model has " + config.layers());
        }
        int h = config.hidden();
        int m = config.intermediate();
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            String p = "layers." + i + ".";
            Linear qkv = Linear.of(p + "attn.Wqkv", h, 3 * h, rotary.attentionBias());
            Linear in = Linear.of(p + "mlp.Wi", h, 2 * m, rotary.mlpBias());
            boolean last = i + 1 == config.layers();
            layers.add(new Layer(
                    new Attention(
                            qkv.rows("query", 0, h),
                            qkv.rows("key", h, h),
                            qkv.rows("value", 2 * h, h),
                            Linear.of(p + "attn.Wo", h, h, rotary.attentionBias()),
                            !rotary.globalLayer().get(i)),
                    norm(p + "mlp_norm", rotary.normBias()),
                    new Mlp(
                            in.rows("input", 0, m),
                            in.rows("gate", m, m),
                            Linear.of(p + "mlp.Wo", m, h, rotary.mlpBias())),
                    // what follows the last layer is the final norm; layer 0 has no norm of its own
                    norm(last ? "final_norm" : "layers." + (i + 1) + ".attn_norm", rotary.normBias())));
        }
        Embedding embedding =
                new Embedding("embeddings.tok_embeddings.weight", "", "", norm("embeddings.norm", rotary.normBias()));
        return new EncoderPlan(config, embedding, layers, true);
    }

    /** Rotary settings, which every ModernBERT has. */
    static Rotary rotary(EncoderConfig config) {
        Rotary rotary = config.rotary();
        if (rotary == null) {
            throw new InvalidModelException("a " + config.architecture() + " configuration without rotary settings");
        }
        return rotary;
    }

    private static Norm norm(String tensor, boolean biased) {
        return new Norm(tensor + ".weight", biased ? tensor + ".bias" : "");
    }
}
