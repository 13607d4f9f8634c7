package io.github.embeddinglab.core.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The JSON files of a model folder in the spelling that every release of the reference from 3.0 on opens: the old class
 * names and switches, which newer releases translate, and beside them the new keys that old releases ignore.
 */
final class FolderFiles {
    private static final String PACKAGE = "sentence_transformers.models.";
    private static final List<PoolingMode> ORDER = List.of(PoolingMode.values());

    private FolderFiles() {}

    /** Relative path to bytes, for everything but weights and {@code tokenizer.json}. */
    static SortedMap<String, byte[]> of(ModelDescription description, TokenizerFile tokenizer, Tensors.Type type) {
        SortedMap<String, byte[]> out = new TreeMap<>();
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        EncoderConfig encoder = description.encoder();
        if (encoder == null) {
            add(list, "", "StaticEmbedding");
        } else {
            add(list, "", "Transformer");
            out.put("config.json", JsonObjects.bytes(encoder(encoder, type)));
            ObjectNode settings = JsonNodeFactory.instance.objectNode();
            settings.put("max_seq_length", description.maxTokens()).put("do_lower_case", description.lowerCase());
            out.put("sentence_bert_config.json", JsonObjects.bytes(settings));
            out.put("tokenizer_config.json", JsonObjects.bytes(tokenizerConfig(description, encoder, tokenizer)));
        }
        for (int i = 0; i < description.modules().size(); i++) {
            ModelModule module = description.modules().get(i);
            String path = folder(i, module);
            add(list, path, kind(module));
            out.put(path + "/config.json", JsonObjects.bytes(module(module, description.tokenDimensions())));
        }
        out.put("modules.json", JsonObjects.bytes(list));
        ObjectNode prompts = JsonNodeFactory.instance.objectNode();
        description.prompts().byName().forEach(prompts::put);
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        settings.set("prompts", prompts);
        settings.put("default_prompt_name", description.prompts().defaultName()).put("similarity_fn_name", "cosine");
        out.put("config_sentence_transformers.json", JsonObjects.bytes(settings));
        return out;
    }

    private static void add(ArrayNode list, String path, String kind) {
        int index = list.size();
        list.addObject().put("idx", index).put("name", Integer.toString(index)).put("path", path).put("type", PACKAGE + kind);
    }

    /** The folder of the module that follows the encoder at this place, from 0. */
    static String folder(int index, ModelModule module) {
        return (index + 1) + "_" + kind(module);
    }

    private static String kind(ModelModule module) {
        return module instanceof ModelModule.Pooling ? "Pooling"
                : module instanceof ModelModule.Dense ? "Dense"
                : module instanceof ModelModule.LayerNorm ? "LayerNorm"
                : "Normalize";
    }

    private static ObjectNode module(ModelModule module, int tokenDimensions) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        if (module instanceof ModelModule.Pooling pooling) {
            out.put("word_embedding_dimension", tokenDimensions);
            List<PoolingMode> modes = pooling.modes();
            List<PoolingMode> inOrder = ORDER.stream().filter(modes::contains).toList();
            if (modes.equals(inOrder)) {
                out.put("pooling_mode_cls_token", modes.contains(PoolingMode.CLS));
                out.put("pooling_mode_max_tokens", modes.contains(PoolingMode.MAX));
                out.put("pooling_mode_mean_tokens", modes.contains(PoolingMode.MEAN));
                out.put("pooling_mode_mean_sqrt_len_tokens", modes.contains(PoolingMode.MEAN_SQRT_LEN));
                out.put("pooling_mode_weightedmean_tokens", modes.contains(PoolingMode.WEIGHTED_MEAN));
                out.put("pooling_mode_lasttoken", modes.contains(PoolingMode.LAST_TOKEN));
            } else { // switches cannot say an order of their own; releases before 5.3 refuse this file
                ArrayNode list = out.putArray("pooling_mode");
                modes.forEach(mode -> list.add(spelled(mode)));
            }
            out.put("include_prompt", pooling.includePrompt());
        } else if (module instanceof ModelModule.Dense dense) {
            out.put("in_features", dense.in()).put("out_features", dense.out()).put("bias", !dense.bias().isEmpty());
            out.put("activation_function", switch (dense.activation()) {
                case IDENTITY -> "torch.nn.modules.linear.Identity";
                case TANH -> "torch.nn.modules.activation.Tanh";
                case RELU -> "torch.nn.modules.activation.ReLU";
                case GELU -> "torch.nn.modules.activation.GELU";
                case SILU -> "torch.nn.modules.activation.SiLU";
                case SIGMOID -> "torch.nn.modules.activation.Sigmoid";
                case LEAKY_RELU -> "torch.nn.modules.activation.LeakyReLU";
                case ELU -> "torch.nn.modules.activation.ELU";
                case SELU -> "torch.nn.modules.activation.SELU";
                case MISH -> "torch.nn.modules.activation.Mish";
                case SOFTPLUS -> "torch.nn.modules.activation.Softplus";
                case RELU6 -> "torch.nn.modules.activation.ReLU6";
                case HARDTANH -> "torch.nn.modules.activation.Hardtanh";
            });
        } else if (module instanceof ModelModule.LayerNorm norm) {
            if (norm.epsilon() != 1e-5f) {
                throw new InvalidInputException("layer normalisation with epsilon " + norm.epsilon()
                        + " cannot be written, the format knows 1e-5 only; use 1e-5");
            }
            out.put("dimension", norm.dimensions());
        }
        return out;
    }

    private static String spelled(PoolingMode mode) {
        return switch (mode) {
            case CLS -> "cls";
            case MAX -> "max";
            case MEAN -> "mean";
            case MEAN_SQRT_LEN -> "mean_sqrt_len_tokens";
            case WEIGHTED_MEAN -> "weightedmean";
            case LAST_TOKEN -> "lasttoken";
        };
    }

    private static String spelled(EncoderConfig.Activation activation) {
        return switch (activation) {
            case GELU -> "gelu";
            case GELU_TANH -> "gelu_new";
            case RELU -> "relu";
            case SILU -> "silu";
            case QUICK_GELU -> "quick_gelu";
            case MISH -> "mish";
            case TANH -> "tanh";
            case SIGMOID -> "sigmoid";
            case RELU_SQUARED -> "relu2";
            case RELU6 -> "relu6";
            case LEAKY_RELU -> "leaky_relu";
            case LINEAR -> "linear";
        };
    }

    private static ObjectNode encoder(EncoderConfig c, Tensors.Type type) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        switch (c.architecture()) {
            case BERT -> bertLike(out, "bert", "BertModel", c);
            case ROBERTA -> bertLike(out, "roberta", "RobertaModel", c);
            case XLM_ROBERTA -> bertLike(out, "xlm-roberta", "XLMRobertaModel", c);
            case MPNET -> bertLike(out, "mpnet", "MPNetModel", c).put("relative_attention_num_buckets", c.relativeBuckets());
            case DISTILBERT -> distilBert(out, c);
            case MODERNBERT -> modernBert(out, c);
            case STATIC -> throw new IllegalArgumentException("a static model has no encoder");
        }
        out.put("vocab_size", c.vocabulary()).put("max_position_embeddings", c.positions()).put("pad_token_id", c.padTokenId());
        out.put("torch_dtype", StoredType.name(type));
        return out;
    }

    private static ObjectNode kindOf(ObjectNode out, String type, String reference) {
        out.putArray("architectures").add(reference);
        return out.put("model_type", type);
    }

    private static ObjectNode bertLike(ObjectNode out, String type, String reference, EncoderConfig c) {
        kindOf(out, type, reference);
        sizes(out, c).put("hidden_act", spelled(c.activation())).put("layer_norm_eps", decimal(c.normEpsilon()));
        out.put("attention_probs_dropout_prob", 0.1).put("hidden_dropout_prob", 0.1).put("initializer_range", 0.02);
        if (c.tokenTypes() > 0) {
            out.put("type_vocab_size", c.tokenTypes()).put("position_embedding_type", "absolute");
        }
        return out;
    }

    private static ObjectNode sizes(ObjectNode out, EncoderConfig c) {
        out.put("hidden_size", c.hidden()).put("num_hidden_layers", c.layers());
        return out.put("num_attention_heads", c.heads()).put("intermediate_size", c.intermediate());
    }

    private static void distilBert(ObjectNode out, EncoderConfig c) {
        kindOf(out, "distilbert", "DistilBertModel");
        out.put("dim", c.hidden()).put("n_layers", c.layers()).put("n_heads", c.heads()).put("hidden_dim", c.intermediate());
        out.put("activation", spelled(c.activation())).put("sinusoidal_pos_embds", false);
        out.put("attention_dropout", 0.1).put("dropout", 0.1).put("initializer_range", 0.02);
        if (c.normEpsilon() != 1e-12f) {
            throw new InvalidInputException("DistilBERT with a norm epsilon of " + c.normEpsilon()
                    + " cannot be written, the format knows 1e-12 only; use 1e-12");
        }
    }

    private static void modernBert(ObjectNode out, EncoderConfig c) {
        EncoderConfig.Rotary rotary = Objects.requireNonNull(c.rotary());
        kindOf(out, "modernbert", "ModernBertModel");
        sizes(out, c).put("hidden_activation", spelled(c.activation())).put("norm_eps", decimal(c.normEpsilon()));
        out.put("attention_bias", rotary.attentionBias()).put("mlp_bias", rotary.mlpBias()).put("norm_bias", rotary.normBias());
        out.put("local_attention", rotary.window());
        out.put("global_rope_theta", rotary.globalTheta()).put("local_rope_theta", rotary.localTheta());
        ObjectNode rope = out.putObject("rope_parameters");
        rope.putObject("full_attention").put("rope_theta", rotary.globalTheta()).put("rope_type", "default");
        rope.putObject("sliding_attention").put("rope_theta", rotary.localTheta()).put("rope_type", "default");
        int every = every(rotary.globalLayer());
        if (every > 0) {
            out.put("global_attn_every_n_layers", every);
        }
        ArrayNode types = out.putArray("layer_types");
        rotary.globalLayer().forEach(global -> types.add(global ? "full_attention" : "sliding_attention"));
    }

    /** The distance of global layers where they repeat regularly, as old releases spell it, else 0. */
    private static int every(List<Boolean> global) {
        for (int every = 1; every <= global.size(); every++) {
            List<Boolean> regular = new ArrayList<>();
            for (int i = 0; i < global.size(); i++) {
                regular.add(i % every == 0);
            }
            if (regular.equals(global)) {
                return every;
            }
        }
        return 0;
    }

    /** 1e-5f is written as 1e-5, not as its nearest float's sixteen digits. */
    private static double decimal(float value) {
        return Double.parseDouble(Float.toString(value));
    }

    private static ObjectNode tokenizerConfig(ModelDescription description, EncoderConfig encoder, TokenizerFile tokenizer) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        out.put("tokenizer_class", "PreTrainedTokenizerFast").put("model_max_length", description.maxTokens());
        out.put("clean_up_tokenization_spaces", false);
        if (encoder.architecture() != Architecture.BERT) { // the others know one token type, or none and fail on the input
            out.putArray("model_input_names").add("input_ids").add("attention_mask");
        }
        Map<String, List<String>> roles = new TreeMap<>(Map.of(
                "cls_token", List.of("[CLS]", "<s>"),
                "sep_token", List.of("[SEP]", "</s>"),
                "unk_token", List.of("[UNK]", "<unk>"),
                "mask_token", List.of("[MASK]", "<mask>"),
                "pad_token", List.of("[PAD]", "<pad>")));
        List<String> known = tokenizer.added().stream().map(TokenizerFile.Added::content).toList();
        roles.forEach((role, names) ->
                names.stream().filter(known::contains).findFirst().ifPresent(name -> out.put(role, name)));
        tokenizer.added().stream()
                .filter(token -> token.id() == encoder.padTokenId())
                .findFirst()
                .ifPresent(token -> out.put("pad_token", token.content()));
        return out;
    }
}
