package io.github.embeddinglab.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.model.EncoderConfig.Activation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code config.json} of a transformer. Keys that are absent take the default of the reference's configuration class,
 * because the reference leaves out what equals it; every size is checked against the weights afterwards.
 */
final class EncoderReader {
    private EncoderReader() {}

    static EncoderConfig read(Path file) {
        ConfigFile config = ConfigFile.read(file);
        String type = config.text("model_type", "");
        refuseStrangers(config);
        return switch (type) {
            case "bert" -> bertLike(config, Architecture.BERT, new Defaults(30522, 2, 0));
            case "roberta", "camembert" -> bertLike(config, Architecture.ROBERTA, new Defaults(50265, 2, 1));
            case "xlm-roberta" -> bertLike(config, Architecture.XLM_ROBERTA, new Defaults(30522, 2, 1));
            case "mpnet" -> bertLike(config, Architecture.MPNET, new Defaults(30527, 0, 1));
            case "distilbert" -> distilBert(config);
            case "modernbert" -> modernBert(config);
            case "model2vec" -> throw new InvalidModelException(file + " describes a static model (model_type \"model2vec\"), but "
                    + "modules.json does not list StaticEmbedding; add modules.json, or save the model with sentence-transformers");
            default -> throw new InvalidModelException(file + ": architecture \"" + type + "\" is not read; use a model of type bert, "
                    + "roberta, camembert, xlm-roberta, mpnet, distilbert or modernbert");
        };
    }

    private record Defaults(int vocabulary, int tokenTypes, int pad) {}

    private static void refuseStrangers(ConfigFile config) {
        config.require("position_embedding_type", "absolute");
        config.requireFalse("is_decoder");
        config.requireFalse("add_cross_attention");
        config.requireFalse("is_encoder_decoder");
        config.requireAbsent("pruned_heads");
        config.requireAbsent("quantization_config");
        config.requireAbsent("rope_scaling");
        ConfigFile ownCode = config.child("auto_map");
        if (ownCode.has("AutoModel")) {
            throw ownCode.refused("AutoModel", ownCode.text("AutoModel", ""), "a model with code of its own is not run");
        }
    }

    private static EncoderConfig bertLike(ConfigFile config, Architecture architecture, Defaults defaults) {
        boolean mpnet = architecture == Architecture.MPNET;
        int hidden = config.positive("hidden_size", 768);
        if (config.has("embedding_size") && config.integer("embedding_size", hidden) != hidden) {
            throw config.refused("embedding_size", Integer.toString(config.integer("embedding_size", 0)),
                    "a projection from the embeddings is not understood");
        }
        return checked(config, new EncoderConfig(
                architecture,
                config.positive("num_hidden_layers", 12),
                hidden,
                config.positive("num_attention_heads", 12),
                config.positive("intermediate_size", 3072),
                config.positive("vocab_size", defaults.vocabulary()),
                config.positive("max_position_embeddings", 512),
                mpnet ? 0 : config.positive("type_vocab_size", defaults.tokenTypes()),
                activation(config, "hidden_act"),
                (float) config.decimal("layer_norm_eps", 1e-12),
                config.integer("pad_token_id", defaults.pad()),
                mpnet ? config.positive("relative_attention_num_buckets", 32) : 0,
                null));
    }

    private static EncoderConfig distilBert(ConfigFile config) {
        return checked(config, new EncoderConfig(
                Architecture.DISTILBERT,
                config.positive(config.spelled(List.of("n_layers", "num_hidden_layers")), 6),
                config.positive(config.spelled(List.of("dim", "hidden_size")), 768),
                config.positive(config.spelled(List.of("n_heads", "num_attention_heads")), 12),
                config.positive("hidden_dim", 3072),
                config.positive("vocab_size", 30522),
                config.positive("max_position_embeddings", 512),
                0,
                activation(config, "activation"),
                1e-12f,
                config.integer("pad_token_id", 0),
                0,
                null));
    }

    private static EncoderConfig modernBert(ConfigFile config) {
        int layers = config.positive("num_hidden_layers", 22);
        ConfigFile rope = config.child("rope_parameters");
        double global = theta(rope, "full_attention", config.decimal("global_rope_theta", 160_000));
        // an explicit null makes local layers share the global base
        boolean shared = config.keys().contains("local_rope_theta") && !config.has("local_rope_theta");
        double local = theta(rope, "sliding_attention", shared ? global : config.decimal("local_rope_theta", 10_000));
        int window = config.integer("local_attention", 128);
        List<Boolean> globalLayer = globalLayers(config, layers);
        if (window < 2 && globalLayer.contains(false)) {
            throw config.refused("local_attention", Integer.toString(window), "a window of at least 2 tokens is expected");
        }
        return checked(config, new EncoderConfig(
                Architecture.MODERNBERT,
                layers,
                config.positive("hidden_size", 768),
                config.positive("num_attention_heads", 12),
                config.positive("intermediate_size", 1152),
                config.positive("vocab_size", 50368),
                config.positive("max_position_embeddings", 8192),
                0,
                activation(config, "hidden_activation"),
                (float) config.decimal("norm_eps", 1e-5),
                config.integer("pad_token_id", 50283),
                0,
                new EncoderConfig.Rotary(
                        global,
                        local,
                        window,
                        globalLayer,
                        config.flag("attention_bias", false),
                        config.flag("mlp_bias", false),
                        config.flag("norm_bias", false))));
    }

    private static double theta(ConfigFile rope, String layerType, double fallback) {
        ConfigFile parameters = rope.child(layerType);
        parameters.onlyKnown(java.util.Set.of("rope_theta", "rope_type", "partial_rotary_factor"));
        parameters.require("rope_type", "default");
        if (parameters.decimal("partial_rotary_factor", 1) != 1) {
            throw parameters.refused("partial_rotary_factor", parameters.text("partial_rotary_factor", "not 1"),
                    "only whole heads are rotated");
        }
        return parameters.decimal("rope_theta", fallback);
    }

    private static List<Boolean> globalLayers(ConfigFile config, int layers) {
        List<Boolean> out = new ArrayList<>();
        JsonNode types = config.node("layer_types");
        if (types == null) {
            int every = config.positive("global_attn_every_n_layers", 3);
            for (int i = 0; i < layers; i++) {
                out.add(i % every == 0);
            }
            return out;
        }
        for (JsonNode type : types) {
            switch (type.asText()) {
                case "full_attention" -> out.add(true);
                case "sliding_attention" -> out.add(false);
                default -> throw config.refused("layer_types", type.toString(), "full_attention or sliding_attention is expected");
            }
        }
        if (out.size() != layers) {
            throw config.refused("layer_types", types.toString(), layers + " entries are expected");
        }
        return out;
    }

    private static Activation activation(ConfigFile config, String key) {
        String name = config.text(key, "gelu");
        Activation activation = activation(name);
        if (activation == null) {
            throw config.refused(key, name, "this activation is not known; known are gelu, gelu_new, relu, silu, quick_gelu, mish, tanh, sigmoid, relu2, relu6, leaky_relu, linear");
        }
        return activation;
    }

    static @Nullable Activation activation(String name) {
        return switch (name) {
            case "gelu", "gelu_python" -> Activation.GELU;
            case "gelu_new", "gelu_fast", "gelu_accurate", "gelu_pytorch_tanh", "gelu_python_tanh" -> Activation.GELU_TANH;
            case "relu" -> Activation.RELU;
            case "silu", "swish" -> Activation.SILU;
            case "quick_gelu" -> Activation.QUICK_GELU;
            case "mish" -> Activation.MISH;
            case "tanh" -> Activation.TANH;
            case "sigmoid" -> Activation.SIGMOID;
            case "relu2" -> Activation.RELU_SQUARED;
            case "relu6" -> Activation.RELU6;
            case "leaky_relu" -> Activation.LEAKY_RELU;
            case "linear" -> Activation.LINEAR;
            default -> null;
        };
    }

    private static EncoderConfig checked(ConfigFile config, EncoderConfig encoder) {
        if (encoder.hidden() % encoder.heads() != 0) {
            throw config.refused("num_attention_heads", Integer.toString(encoder.heads()),
                    "it does not divide the width " + encoder.hidden());
        }
        if (encoder.rotary() != null && encoder.headSize() % 2 != 0) {
            throw config.refused("num_attention_heads", Integer.toString(encoder.heads()),
                    "rotary positions need heads of even width, not " + encoder.headSize());
        }
        if (encoder.padTokenId() < 0 || encoder.padTokenId() >= encoder.vocabulary()) {
            throw config.refused("pad_token_id", Integer.toString(encoder.padTokenId()),
                    "the vocabulary has " + encoder.vocabulary() + " tokens");
        }
        if (encoder.architecture() == Architecture.MPNET && encoder.padTokenId() != 1) {
            throw config.refused("pad_token_id", Integer.toString(encoder.padTokenId()),
                    "the reference's MPNet counts positions from padding id 1 whatever stands here");
        }
        if (encoder.architecture() == Architecture.MPNET && encoder.relativeBuckets() < EncoderConfig.MPNET_BUCKETS) {
            throw config.refused("relative_attention_num_buckets", Integer.toString(encoder.relativeBuckets()),
                    "the reference's MPNet uses " + EncoderConfig.MPNET_BUCKETS + " whatever stands here and fails on fewer");
        }
        if (longest(encoder) < 1) {
            throw config.refused("max_position_embeddings", Integer.toString(encoder.positions()),
                    "no position is left behind the padding id " + encoder.padTokenId());
        }
        return encoder;
    }

    /** Tokens that the position table has a row for: the RoBERTa family and MPNet count from the padding id + 1. */
    static int longest(EncoderConfig encoder) {
        return switch (encoder.architecture()) {
            case ROBERTA, XLM_ROBERTA, MPNET -> encoder.positions() - encoder.padTokenId() - 1;
            default -> encoder.positions();
        };
    }
}
